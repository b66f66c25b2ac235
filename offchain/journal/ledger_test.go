package journal_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	rapid.TB
	Context() context.Context
}

// ledger is what a journal was asked and what it acknowledged: it knows what may and what must be found when
// the journal is opened again, whatever happened in between. What was asked and not acknowledged may have
// happened or not.
type ledger struct {
	asked    int // batches so far, to tell their receipts apart
	receipts []receiptFate
	keys     map[string]states
}

// receiptFate is a receipt that was asked to be written.
type receiptFate struct {
	text  string
	acked journal.Seq // 0 = not acknowledged
	kept  bool        // no compaction was asked to drop it
}

// states are the states a key may be in: "" unknown, "open n" after n retries, "done".
type states map[string]bool

func newLedger() *ledger { return &ledger{keys: map[string]states{}} }

// append notes the outcome of appending receipts in one batch.
func (l *ledger) append(first journal.Seq, err error, batch ...string) {
	for i, text := range batch {
		fate := receiptFate{text: text, kept: true}
		if err == nil {
			fate.acked = first + journal.Seq(i)
		}
		l.receipts = append(l.receipts, fate)
	}
}

// compact notes that receipts may be gone from now on.
func (l *ledger) compact(keep func(journal.Record) bool) {
	for i, r := range l.receipts {
		if !keep(journal.Record{Seq: r.acked, Payload: []byte(r.text)}) {
			l.receipts[i].kept = false
		}
	}
}

// change notes the outcome of a call that makes the state of a key into next(state).
func (l *ledger) change(key string, err error, next func(state string) string) {
	before := l.keys[key]
	if before == nil {
		before = states{"": true}
	}
	after := states{}
	for state := range before {
		after[next(state)] = true
	}
	if err != nil { // perhaps it was done nevertheless
		maps.Copy(after, before)
	}
	l.keys[key] = after
}

// opened, retried, finished and forgotten are what calls make of the state of a key.
func opened(state string) string {
	if state == "" {
		return "open 0"
	}
	return state
}

func retried(state string) string {
	if n, err := strconv.Atoi(state[min(5, len(state)):]); err == nil {
		return fmt.Sprintf("open %d", n+1)
	}
	return state
}

func finished(state string) string {
	if state == "" {
		return state
	}
	return "done"
}

func forgotten(state string) string {
	if state == "done" {
		return ""
	}
	return state
}

// outcomeOf is what the tests finish a key with.
func outcomeOf(key string) []byte { return []byte("tx of " + key) }

// observe returns the state a journal has a key in. It asks by finishing the key in a way that is refused.
func observe(t tester, j *journal.Journal, due []journal.Intent, key string) string {
	t.Helper()
	if i := slices.IndexFunc(due, func(in journal.Intent) bool { return in.Key == key }); i >= 0 {
		require.Equal(t, intent(key).Payload, due[i].Payload)
		return fmt.Sprintf("open %d", due[i].Attempts)
	}
	err := j.Done(t.Context(), key, []byte("another outcome"))
	var done *journal.AlreadyDoneError
	if errors.As(err, &done) {
		require.Equal(t, outcomeOf(key), done.Outcome)
		return "done"
	}
	require.ErrorIs(t, err, journal.ErrUnknownKey)
	return ""
}

// check requires that a journal holds what the ledger says it must, in order, and nothing that it may not.
// From then on what was found counts as acknowledged.
func (l *ledger) check(t tester, j *journal.Journal) {
	t.Helper()
	var found []receiptFate
	next := 0
	last := journal.Seq(0)
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		require.Greater(t, r.Seq, last)
		last = r.Seq
		for ; ; next++ {
			require.Less(t, next, len(l.receipts), "%d %q was never asked for, or found twice", r.Seq, r.Payload)
			fate := l.receipts[next]
			if fate.text == string(r.Payload) {
				require.Contains(t, []journal.Seq{0, r.Seq}, fate.acked)
				break
			}
			require.False(t, fate.acked > 0 && fate.kept, "%d %q is lost", fate.acked, fate.text)
		}
		next++
		found = append(found, receiptFate{text: string(r.Payload), acked: r.Seq, kept: true})
		return nil
	}))
	for ; next < len(l.receipts); next++ {
		fate := l.receipts[next]
		require.False(t, fate.acked > 0 && fate.kept, "%d %q is lost", fate.acked, fate.text)
	}
	l.receipts = found
	due := j.Due(time.Now(), 1<<20)
	for key, may := range l.keys {
		state := observe(t, j, due, key)
		require.True(t, may[state], "%s is %q and may be %v", key, state, may)
		l.keys[key] = states{state: true}
	}
	for _, in := range due {
		require.Contains(t, l.keys, in.Key)
	}
	require.True(t, slices.IsSortedFunc(due, func(a, b journal.Intent) int { return int(a.Seq) - int(b.Seq) }))
}

package journal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// worker asks a journal for something and notes in a ledger what becomes of it. It goes on when a call fails.
type worker struct {
	t tester
	j *journal.Journal
	l *ledger
}

func (w worker) add(n, size int) {
	var batch []string
	var payloads [][]byte
	for i := range n {
		w.l.asked++
		text := fmt.Sprintf("%d/%d of %d %s", w.l.asked, i, n, strings.Repeat("x", size))
		batch, payloads = append(batch, text), append(payloads, []byte(text))
	}
	first, err := w.j.AppendBatch(w.t.Context(), receipt, payloads...)
	w.l.append(first, err, batch...)
}

func (w worker) put(key string) {
	err := w.j.Put(w.t.Context(), intent(key))
	if errors.Is(err, journal.ErrAlreadyDone) {
		return // the ledger knows
	}
	w.l.change(key, err, opened)
}

func (w worker) retry(key string) {
	w.l.change(key, w.j.Retry(w.t.Context(), key, "no answer", 0), retried)
}

func (w worker) done(key string) {
	w.l.change(key, w.j.Done(w.t.Context(), key, outcomeOf(key)), finished)
}

// forget drops whatever is finished by now.
func (w worker) forget() {
	err := w.j.Forget(w.t.Context(), w.j.Stats().Next)
	for key := range w.l.keys {
		w.l.change(key, err, forgotten)
	}
}

// compact drops the receipts whose length, divided by mod, leaves nothing.
func (w worker) compact(mod int) {
	keep := func(r journal.Record) bool { return len(r.Payload)%mod != 0 }
	_, _ = w.j.Compact(w.t.Context(), keep) // whatever becomes of it, the ledger allows both
	w.l.compact(keep)
}

// work does a bit of everything, in several segments. Works of different names use different keys.
func (w worker) work(name string) {
	key := func(i int) string { return fmt.Sprintf("%s key %d", name, i) }
	w.add(1, 10)
	for i := range 4 {
		w.put(key(i))
	}
	w.add(3, 100)
	w.retry(key(0))
	w.done(key(1))
	w.add(6, 90)
	w.retry(key(0))
	w.put(key(1)) // a replay
	w.add(2, 300)
	w.compact(3)
	w.done(key(2))
	w.forget()
	w.put(key(1)) // a new intent
	w.add(5, 120)
	w.retry(key(1))
	w.add(1, 200)
	w.done(key(0))
	w.compact(3)
	w.add(1, 0)
}

// TestAnyWorkUnderAnyFaults draws what is asked and what goes wrong, opens again and again, and holds the
// journal to its ledger.
func TestAnyWorkUnderAnyFaults(t *testing.T) {
	seeded.Checks(t, 1000, func(t *rapid.T) {
		d, l := newDisk(), newLedger()
		j := reopen(t, d, l)
		key := rapid.SampledFrom([]string{"a", "b", "c"})
		again := func(power bool) {
			_ = j.Close()
			if power {
				d.losePower(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "lost blocks"), 0)))
			} else {
				d.restart()
			}
			j = reopen(t, d, l)
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				worker{t, j, l}.add(rapid.IntRange(1, 8).Draw(t, "records"), rapid.IntRange(0, 300).Draw(t, "size"))
			},
			"put":        func(t *rapid.T) { worker{t, j, l}.put(key.Draw(t, "key")) },
			"retry":      func(t *rapid.T) { worker{t, j, l}.retry(key.Draw(t, "key")) },
			"done":       func(t *rapid.T) { worker{t, j, l}.done(key.Draw(t, "key")) },
			"forget":     func(t *rapid.T) { worker{t, j, l}.forget() },
			"compact":    func(t *rapid.T) { worker{t, j, l}.compact(rapid.IntRange(1, 4).Draw(t, "mod")) },
			"fault":      func(t *rapid.T) { d.failNext(drawFault(t), rapid.IntRange(0, 20).Draw(t, "in")) },
			"restart":    func(t *rapid.T) { again(false) },
			"power loss": func(t *rapid.T) { again(true) },
			"check": func(t *rapid.T) {
				if j.Stats().Failure == nil && !d.stopped && d.failAt < d.ops {
					l.check(t, j)
				}
			},
		})
		again(true)
		again(false)
	})
}

func drawFault(t *rapid.T) fault { return fault(rapid.IntRange(0, 3).Draw(t, "fault")) }

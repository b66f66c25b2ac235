package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

// openClocked opens a journal on a disk with a fake clock.
func openClocked(t *testing.T, d *disk, clock *fakeClock) *journal.Journal {
	t.Helper()
	cfg := small("disk")
	cfg.Clock = clock
	j, err := journal.OpenOn(cfg, d)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	return j
}

// reopened closes the journal and opens what it left behind.
func reopened(t *testing.T, j *journal.Journal, d *disk, clock *fakeClock) *journal.Journal {
	t.Helper()
	require.NoError(t, j.Close())
	return openClocked(t, d, clock)
}

func TestIntentsAreDueOldestFirstUntilDone(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	j := openClocked(t, d, clock)
	appendText(t, j, "a receipt in between") // seq 1
	put(t, j, "c", "a", "b")
	want := intent("c")
	want.Seq = 2
	for range 2 { // the second time after replay
		require.Equal(t, []journal.Intent{want}, j.Due(clock.Now(), 1))
		require.Equal(t, "c a b", keys(j.Due(clock.Now(), 9)), "and they stay due")
		require.Empty(t, j.Due(clock.Now(), 0))
		j = reopened(t, j, d, clock)
	}
	require.NoError(t, j.Done(t.Context(), "a", []byte("tx 1")))
	for range 2 {
		require.Equal(t, "c b", keys(j.Due(clock.Now(), 9)))
		j = reopened(t, j, d, clock)
	}
	require.Equal(t, []string{"1/1:a receipt in between"}, texts(t, j, 1), "intents are no receipts")
}

func TestDueIntentsAreCopies(t *testing.T) {
	clock := newFakeClock()
	j := openClocked(t, newDisk(), clock)
	in := intent("k")
	require.NoError(t, j.Put(t.Context(), in))
	in.Payload[0] = 'X'
	j.Due(clock.Now(), 1)[0].Payload[1] = 'X'
	require.Equal(t, intent("k").Payload, j.Due(clock.Now(), 1)[0].Payload)
}

func TestPutIsIdempotentPerKey(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	j := openClocked(t, d, clock)
	put(t, j, "open", "done")
	require.NoError(t, j.Done(t.Context(), "done", []byte("tx 1")))
	for range 2 {
		before := j.Stats()
		for _, key := range []string{"open", "done"} {
			for _, edit := range []func(in *journal.Intent){
				func(in *journal.Intent) { in.Payload = []byte("another") },
				func(in *journal.Intent) { in.Kind++ },
			} {
				other := intent(key)
				edit(&other)
				require.ErrorIs(t, j.Put(t.Context(), other), journal.ErrConflict)
			}
		}
		require.NoError(t, j.Put(t.Context(), intent("open")))
		later := intent("open")
		later.NotAfter++
		require.NoError(t, j.Put(t.Context(), later), "the first deadline stands")
		require.Equal(t, uint64(900), j.Due(clock.Now(), 9)[0].NotAfter)

		err := j.Put(t.Context(), intent("done"))
		require.ErrorIs(t, err, journal.ErrAlreadyDone)
		var done *journal.AlreadyDoneError
		require.ErrorAs(t, err, &done)
		require.Equal(t, journal.AlreadyDoneError{Key: "done", Outcome: []byte("tx 1")}, *done)
		require.EqualError(t, err, `put intent "done": "done": intent is already done`)
		require.Equal(t, before, j.Stats(), "nothing of this is written")
		j = reopened(t, j, d, clock)
	}
}

func TestRetryBacksOffDurably(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	j := openClocked(t, d, clock)
	put(t, j, "a", "b")
	start := clock.Now()
	require.NoError(t, j.Retry(t.Context(), "a", "mempool is full", time.Minute))
	for range 2 {
		require.Equal(t, "b", keys(j.Due(start.Add(time.Minute-time.Millisecond), 9)))
		due := j.Due(start.Add(time.Minute), 9)
		require.Equal(t, "a b", keys(due), "the oldest is first again")
		require.Equal(t, uint32(1), due[0].Attempts)
		require.Equal(t, "mempool is full", due[0].LastReason)
		require.Zero(t, due[1].Attempts)
		j = reopened(t, j, d, clock)
	}
	now := clock.advance(time.Minute)
	require.NoError(t, j.Retry(t.Context(), "a", strings.Repeat("é", 200), -time.Hour))
	for range 2 {
		a := j.Due(now, 1)[0]
		require.Equal(t, uint32(2), a.Attempts, "a delay below zero is none")
		require.Equal(t, strings.Repeat("é", 128), a.LastReason, "256 bytes")
		j = reopened(t, j, d, clock)
	}
}

func TestAttemptsDoNotOverflow(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	var records []journal.Record
	for i, c := range []journal.Change{journal.PutOf(intent("k")), journal.RetryOf("k", 1<<32-1, 0, "")} {
		kind, payload := journal.EncodeChange(c)
		records = append(records, journal.Record{Seq: journal.Seq(i + 1), Kind: kind, Payload: payload})
	}
	d.put(segmentName(1), journal.SegmentBytes(1, 0, 0, 7, records, []uint32{0, 0}))
	j := openClocked(t, d, clock)
	require.NoError(t, j.Retry(t.Context(), "k", "no answer", 0))
	j = reopened(t, j, d, clock)
	require.Equal(t, uint32(1<<32-1), j.Due(clock.Now(), 1)[0].Attempts)
	require.Equal(t, "no answer", j.Due(clock.Now(), 1)[0].LastReason)
}

func TestDelayIsBoundedWhateverTheClockDoes(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	j := openClocked(t, d, clock)
	put(t, j, "a")
	now := clock.Now()
	require.NoError(t, j.Retry(t.Context(), "a", "", 1000*time.Hour))
	require.Empty(t, j.Due(now, 9))
	require.Equal(t, "a", keys(j.Due(now.Add(journal.MaxRetryDelay), 9)), "longer delays are cut")
	require.Equal(t, "a", keys(j.Due(now.Add(-time.Second), 9)), "put off by a clock that was fast")
}

// TestClockIsPutRight: a clock that was an hour ahead when posting failed, and is right again, holds nothing up for an hour, also
// after a restart.
func TestClockIsPutRight(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	j := openClocked(t, d, clock)
	put(t, j, "a")
	right := clock.Now()
	clock.advance(time.Hour)
	require.NoError(t, j.Retry(t.Context(), "a", "no answer", 30*time.Second))
	for range 2 {
		require.Empty(t, j.Due(right.Add(time.Hour), 9))
		require.Equal(t, "a", keys(j.Due(right, 9)))
		j = reopened(t, j, d, clock)
	}
}

func TestRetryAndDoneOfOtherKeys(t *testing.T) {
	j := openClocked(t, newDisk(), newFakeClock())
	put(t, j, "done")
	require.NoError(t, j.Done(t.Context(), "done", []byte("tx 1")))
	before := j.Stats()
	require.ErrorIs(t, j.Retry(t.Context(), "none", "", 0), journal.ErrUnknownKey)
	require.ErrorIs(t, j.Done(t.Context(), "none", nil), journal.ErrUnknownKey)
	require.ErrorIs(t, j.Retry(t.Context(), "done", "", 0), journal.ErrAlreadyDone)
	require.ErrorIs(t, j.Done(t.Context(), "done", []byte("tx 2")), journal.ErrAlreadyDone)
	require.NoError(t, j.Done(t.Context(), "done", []byte("tx 1")), "the same outcome again")
	require.ErrorIs(t, j.Done(t.Context(), "done", make([]byte, journal.MaxOutcome+1)), journal.ErrInvalid)
	require.Equal(t, before, j.Stats(), "nothing of this is written")
}

func TestPutRefusesWhatIsInvalid(t *testing.T) {
	cases := []struct {
		name string
		in   journal.Intent
		ok   bool
	}{
		{"ok: largest", journal.Intent{
			Key: strings.Repeat("k", journal.MaxKey), Payload: make([]byte, journal.MaxIntentPayload),
		}, true},
		{"ok: smallest", journal.Intent{Key: "k"}, true},
		{"fails: no key", journal.Intent{}, false},
		{"fails: key too long", journal.Intent{Key: strings.Repeat("k", journal.MaxKey+1)}, false},
		{"fails: payload too long", journal.Intent{Key: "k", Payload: make([]byte, journal.MaxIntentPayload+1)}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, clock := newDisk(), newFakeClock()
			j := openClocked(t, d, clock)
			if !c.ok {
				require.ErrorIs(t, j.Put(t.Context(), c.in), journal.ErrInvalid)
				require.Equal(t, journal.Seq(1), j.Stats().Next)
				return
			}
			require.NoError(t, j.Put(t.Context(), c.in))
			j = reopened(t, j, d, clock)
			require.Equal(t, c.in.Key, j.Due(clock.Now(), 1)[0].Key)
			require.NoError(t, j.Retry(t.Context(), c.in.Key, strings.Repeat("r", 999), 0))
			require.NoError(t, j.Done(t.Context(), c.in.Key, make([]byte, journal.MaxOutcome)))
			j = reopened(t, j, d, clock)
			require.ErrorIs(t, j.Put(t.Context(), c.in), journal.ErrAlreadyDone)
		})
	}
}

func TestForgetByHorizon(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	j := openClocked(t, d, clock)
	for i := range 4 { // k0 is done by record 2, k1 by 4, k2 by 6, k3 by 8
		key := fmt.Sprintf("k%d", i)
		put(t, j, key)
		require.NoError(t, j.Done(t.Context(), key, nil))
	}
	require.NoError(t, j.Forget(t.Context(), 2), "nothing is that old")
	require.Equal(t, journal.Seq(9), j.Stats().Next)
	require.NoError(t, j.Forget(t.Context(), 6))
	for range 2 {
		require.Equal(t, 2, j.Stats().Done)
		require.ErrorIs(t, j.Put(t.Context(), intent("k2")), journal.ErrAlreadyDone)
		require.ErrorIs(t, j.Done(t.Context(), "k1", nil), journal.ErrUnknownKey)
		j = reopened(t, j, d, clock)
	}
	put(t, j, "k0") // a new intent by now
	for range 2 {
		require.Equal(t, "k0", keys(j.Due(clock.Now(), 9)))
		j = reopened(t, j, d, clock)
	}
	require.NoError(t, j.Forget(t.Context(), ^journal.Seq(0)))
	require.Equal(t, 0, j.Stats().Done)
	require.Equal(t, "k0", keys(j.Due(clock.Now(), 9)), "what is open is never forgotten")
}

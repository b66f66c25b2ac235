package journal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

// openQuota opens a journal of four segments.
func openQuota(t *testing.T, d *disk) *journal.Journal {
	t.Helper()
	cfg := small("disk")
	cfg.MaxBytes = 4 * journal.MinSegmentBytes
	j, err := journal.OpenOn(cfg, d)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	return j
}

// size is what all files of the disk hold.
func (d *disk) size() int64 {
	var sum int64
	for _, f := range d.seen {
		sum += int64(len(f.seen))
	}
	return sum
}

func keepAll(journal.Record) bool  { return true }
func keepNone(journal.Record) bool { return false }

// fill appends receipts until the journal is full and returns how many fitted.
func fill(t *testing.T, j *journal.Journal, payload string) int {
	t.Helper()
	for n := 0; ; n++ {
		_, err := j.Append(t.Context(), receipt, []byte(payload))
		if err != nil {
			require.ErrorIs(t, err, journal.ErrFull)
			require.NotErrorIs(t, err, journal.ErrFailed)
			return n
		}
	}
}

func TestFullJournalRefusesBeforeItWrites(t *testing.T) {
	d := newDisk()
	j := openQuota(t, d)
	// 8 records of 121 bytes in each of four segments, less two headers of slack: 31, then what is smaller.
	require.Equal(t, 31, fill(t, j, strings.Repeat("x", 100)))
	before, ops := j.Stats(), d.ops
	require.Equal(t, uint64(1), before.Refused)
	_, err := j.Append(t.Context(), receipt, make([]byte, 100))
	require.ErrorIs(t, err, journal.ErrFull)
	require.ErrorIs(t, j.Put(t.Context(), intent("k")), journal.ErrFull)
	require.Equal(t, ops, d.ops, "the disk was not touched")
	after := j.Stats()
	require.Equal(t, uint64(3), after.Refused)
	after.Refused = before.Refused
	require.Equal(t, before, after)
	require.Equal(t, d.size(), before.Bytes)
	require.LessOrEqual(t, before.Bytes, int64(4*journal.MinSegmentBytes))
	require.NoError(t, before.Failure)

	freed, err := j.Compact(t.Context(), func(r journal.Record) bool { return r.Seq > 8 })
	require.NoError(t, err)
	require.Equal(t, int64(8*121+journal.HeaderSize), freed, "the header finds room in the next segment")
	require.Equal(t, 8, fill(t, j, strings.Repeat("x", 100)), "as much as was freed")
}

func TestFullJournalStillFinishesIntents(t *testing.T) {
	d := newDisk()
	j := openQuota(t, d)
	n := 0
	for ; ; n++ {
		if err := j.Put(t.Context(), intent(fmt.Sprint("k", n))); err != nil {
			require.ErrorIs(t, err, journal.ErrFull)
			break
		}
	}
	// 46 bytes to put, 313 to finish and 29 to forget each, with a header for either, beside three headers.
	const each = 46 + 313 + 29 + 2*journal.HeaderSize
	require.Equal(t, (4*journal.MinSegmentBytes-3*journal.HeaderSize)/each, n)
	fill(t, j, "")
	limit := int64(4 * journal.MinSegmentBytes)
	for i := range n {
		require.NoError(t, j.Done(t.Context(), fmt.Sprint("k", i), make([]byte, journal.MaxOutcome)))
		require.NoError(t, j.Forget(t.Context(), j.Stats().Next))
		require.LessOrEqual(t, d.size(), limit)
	}
	stats := j.Stats()
	require.Zero(t, stats.Reserved)
	require.Equal(t, d.size(), stats.Bytes)
	_, err := j.Compact(t.Context(), keepNone)
	require.NoError(t, err)
	put(t, j, "k0")
}

func TestReserveIsKnownAgainAfterOpen(t *testing.T) {
	d := newDisk()
	j := openQuota(t, d)
	put(t, j, "a", "b", "c")
	require.NoError(t, j.Done(t.Context(), "a", []byte("tx")))
	require.NoError(t, j.Done(t.Context(), "b", []byte("tx")))
	require.NoError(t, j.Forget(t.Context(), 5))
	before := j.Stats()
	// What may finish c: a frame of digest, key and outcome; and a frame that forgets b, and one that forgets
	// c; each with the header of a segment it may start.
	const frames = journal.FrameOverhead + 32 + 2 + 1 + journal.MaxOutcome + 2*(journal.FrameOverhead+8)
	require.Equal(t, int64(frames+3*journal.HeaderSize), before.Reserved)
	require.NoError(t, j.Close())
	j = openQuota(t, d)
	got := j.Stats()
	before.Syncs = 0
	require.Equal(t, before, got)
}

func TestRetryHoldsEvenWhenItCannotBeWritten(t *testing.T) {
	d := newDisk()
	j := openQuota(t, d)
	put(t, j, "k")
	fill(t, j, "")
	require.ErrorIs(t, j.Retry(t.Context(), "k", "no answer", time.Minute), journal.ErrFull)
	require.Empty(t, j.Due(time.Now(), 9))
	due := j.Due(time.Now().Add(time.Minute), 9)
	require.Equal(t, "k", keys(due))
	require.Equal(t, uint32(1), due[0].Attempts)
	_, err := j.Compact(t.Context(), keepNone)
	require.NoError(t, err)
	require.NoError(t, j.Retry(t.Context(), "k", "no answer", time.Minute))
	require.Equal(t, uint32(2), j.Due(time.Now().Add(time.Minute), 9)[0].Attempts)
}

func TestOutboxMemoryIsBounded(t *testing.T) {
	cfg := small("disk")
	cfg.MaxOutboxBytes = 1000
	d := newDisk()
	j, err := journal.OpenOn(cfg, d)
	require.NoError(t, err)
	defer func() { require.NoError(t, j.Close()) }()
	put(t, j, "a", "b", "c") // 256 + 1 + 11 bytes each
	require.Equal(t, int64(3*268), j.Stats().OutboxBytes)
	require.ErrorIs(t, j.Put(t.Context(), intent("d")), journal.ErrFull)
	require.Equal(t, uint64(1), j.Stats().Refused)
	require.NoError(t, j.Done(t.Context(), "a", []byte("tx")))
	require.Equal(t, int64(2*268+259), j.Stats().OutboxBytes)
	require.ErrorIs(t, j.Put(t.Context(), intent("d")), journal.ErrFull)
	require.NoError(t, j.Forget(t.Context(), j.Stats().Next))
	require.Equal(t, int64(2*268), j.Stats().OutboxBytes)
	put(t, j, "d")
}

func TestSmallerQuotaNextTime(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	put(t, j, "k")
	for range 64 {
		appendText(t, j, strings.Repeat("x", 100))
	}
	require.NoError(t, j.Close())
	j = openQuota(t, d)
	_, err := j.Append(t.Context(), receipt, nil)
	require.ErrorIs(t, err, journal.ErrFull)
	require.NoError(t, j.Done(t.Context(), "k", nil), "what frees as much as it takes always fits")
	_, err = j.Compact(context.Background(), keepNone)
	require.NoError(t, err)
	appendText(t, j, "again")
}

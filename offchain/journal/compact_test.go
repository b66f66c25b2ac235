package journal_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func compact(t *testing.T, j *journal.Journal, keep func(journal.Record) bool) int64 {
	t.Helper()
	freed, err := j.Compact(t.Context(), keep)
	require.NoError(t, err)
	return freed
}

func TestCompactDropsWhatKeepTurnsDown(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	all := receipts(t, j, 40) // in five segments, the last of which is active
	before := d.size()
	freed := compact(t, j, func(r journal.Record) bool { return r.Seq%4 == 1 })
	var want []string
	for i, text := range all {
		if i >= 32 || (i+1)%4 == 1 {
			want = append(want, text)
		}
	}
	for range 2 {
		require.Equal(t, want, texts(t, j, 1))
		require.Equal(t, want[2:], texts(t, j, 6), "reading starts anywhere")
		// Four segments of two receipts fit into one.
		require.Equal(t, []string{segmentName(1), segmentName(33)}, d.names())
		require.Equal(t, int64(24*121+3*journal.HeaderSize), freed)
		require.Equal(t, before-freed, d.size())
		require.Equal(t, d.size(), j.Stats().Bytes)
		require.NoError(t, j.Close())
		j = openOn(t, d)
	}
	require.Equal(t, journal.Seq(41), appendText(t, j, "next"))
	require.NoError(t, j.Close())
}

func TestCompactLeavesAloneWhatItWouldNotChange(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	defer func() { require.NoError(t, j.Close()) }()
	receipts(t, j, 40)
	keep := func(r journal.Record) bool { return r.Seq > 8 }
	require.Equal(t, int64(8*121+journal.HeaderSize), compact(t, j, keep))
	clear(d.writes)
	require.Zero(t, compact(t, j, keep))
	require.Empty(t, d.writes)
	require.Equal(t, segmentName(1), d.names()[0], "a header tells that the first eight were dropped, not lost")
}

func TestEverythingMayBeDropped(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	receipts(t, j, 33)
	compact(t, j, keepNone)
	require.Equal(t, int64(2*journal.HeaderSize+121), d.size())
	require.Equal(t, []string{"33/1:" + padded(33)}, texts(t, j, 1))
	require.NoError(t, j.Close())
	j = openOn(t, d)
	require.Equal(t, []string{"33/1:" + padded(33)}, texts(t, j, 1))
	receipts(t, j, 8)
	compact(t, j, keepNone)
	require.Equal(t, []string{segmentName(1), segmentName(41)}, d.names(), "headers do not pile up")
	require.NoError(t, j.Close())
}

func TestCompactKeepsTheOutbox(t *testing.T) {
	d, clock := newDisk(), newFakeClock()
	j := openClocked(t, d, clock)
	put(t, j, "open", "retried", "done", "forgotten", "reborn")
	for range 3 {
		require.NoError(t, j.Retry(t.Context(), "retried", "no answer", 0))
	}
	require.NoError(t, j.Done(t.Context(), "reborn", []byte("tx 0")))
	require.NoError(t, j.Done(t.Context(), "forgotten", []byte("tx 1")))
	require.NoError(t, j.Forget(t.Context(), j.Stats().Next))
	require.NoError(t, j.Done(t.Context(), "done", []byte("tx 2")))
	put(t, j, "reborn")
	receipts(t, j, 16)
	asked := 0
	compact(t, j, func(r journal.Record) bool {
		asked++
		require.Equal(t, receipt, r.Kind, "keep is asked about receipts only")
		return false
	})
	require.Positive(t, asked)
	for range 3 {
		due := j.Due(clock.Now(), 9)
		require.Equal(t, "open retried reborn", keys(due))
		require.Equal(t, uint32(3), due[1].Attempts)
		require.ErrorIs(t, j.Put(t.Context(), intent("done")), journal.ErrAlreadyDone)
		require.ErrorIs(t, j.Put(t.Context(), journal.Intent{Key: "done"}), journal.ErrConflict)
		require.ErrorIs(t, j.Done(t.Context(), "forgotten", nil), journal.ErrUnknownKey)
		require.Equal(t, 1, j.Stats().Done)
		compact(t, j, keepNone)
		j = reopened(t, j, d, clock)
	}
	// Once all is finished and forgotten, only the last forget remains.
	for _, key := range []string{"open", "retried", "reborn"} {
		require.NoError(t, j.Done(t.Context(), key, nil))
	}
	require.NoError(t, j.Forget(t.Context(), j.Stats().Next))
	receipts(t, j, 9)
	compact(t, j, keepNone)
	names := d.names()
	last := d.seen[names[len(names)-1]]
	require.Len(t, names, 2)
	require.Equal(t, int64(2*journal.HeaderSize+journal.FrameOverhead+8), d.size()-int64(len(last.seen)-journal.HeaderSize))
}

func TestWorkGoesOnDuringCompaction(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	all := receipts(t, j, 40)
	// Compact in the middle of a read of what is compacted.
	var read []string
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		if r.Seq == 12 {
			compact(t, j, func(r journal.Record) bool {
				if r.Seq == 20 {
					appendText(t, j, "appended by keep")
				}
				return r.Seq%4 == 1
			})
		}
		read = append(read, fmt.Sprintf("%d/%d:%s", r.Seq, r.Kind, r.Payload))
		return nil
	}))
	// The segment being read is read to its end as it was; what follows is read as it is now.
	want := slices.Clone(all[:16])
	want = append(want, all[16], all[20], all[24], all[28])
	require.Equal(t, append(want, all[32:]...), read)
	require.Equal(t, "41/1:appended by keep", texts(t, j, 41)[0])
	require.NoError(t, j.Close())
}

func TestCompactStopsWithItsContext(t *testing.T) {
	j := openOn(t, newDisk())
	all := receipts(t, j, 40)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := j.Compact(ctx, func(r journal.Record) bool {
		if r.Seq == 4 {
			cancel()
		}
		return false
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, all, texts(t, j, 1))
	require.NoError(t, j.Close())
}

func TestErrorAtEveryOperationOfCompaction(t *testing.T) {
	prepared := newDisk()
	j := openOn(t, prepared)
	all := receipts(t, j, 17)
	require.NoError(t, j.Close())
	outcomes := map[string]bool{}
	for skip := 0; ; skip++ {
		d := prepared.copyDurable()
		j := openOn(t, d)
		d.failNext(failOnce, skip)
		_, err := j.Compact(t.Context(), keepNone)
		if err == nil {
			require.NoError(t, j.Close())
			break
		}
		require.ErrorIs(t, err, errFault)
		step := strings.Split(err.Error(), ":")[1]
		outcomes[strings.Join(strings.Fields(step)[:2], " ")] = true
		switch {
		case strings.Contains(step, "publish"): // perhaps in place, perhaps not
			require.ErrorIs(t, j.Stats().Failure, errFault)
		case strings.Contains(step, "remove"): // in place, and the rest goes with the next Open
			require.NoError(t, j.Stats().Failure)
			require.Equal(t, all[16:], texts(t, j, 1))
		default:
			require.NoError(t, j.Stats().Failure)
			require.Equal(t, all, texts(t, j, 1))
			require.Positive(t, compact(t, j, keepNone), "it can be tried again")
		}
		require.NoError(t, j.Close())
		j = openOn(t, d)
		require.Subset(t, all, texts(t, j, 1))
		require.Equal(t, all[16], texts(t, j, 17)[0])
		require.NoError(t, j.Close())
	}
	require.Equal(t, map[string]bool{
		"open segment": true, "measure segment": true, "read header": true, "read " + segmentName(1): true,
		"read " + segmentName(9): true, "create segment": true, "write segment": true, "publish segment": true,
		"remove merged": true,
	}, outcomes)
}

func TestCompactionCutShortBeforeItRemovedWhatItMerged(t *testing.T) {
	d := newDisk()
	j := openOn(t, d)
	all := receipts(t, j, 33)
	before := d.copyDurable()
	compact(t, j, func(r journal.Record) bool { return r.Seq%8 == 1 })
	require.NoError(t, j.Close())
	want := []string{all[0], all[8], all[16], all[24], all[32]}
	for _, leftover := range [][]journal.Seq{{9, 17, 25}, {25}, {17}} {
		c := d.copyDurable()
		for _, first := range leftover {
			c.put(segmentName(first), before.seen[segmentName(first)].seen)
		}
		c.put(segmentName(9)+".tmp", []byte("half a segment"))
		j := openOn(t, c)
		require.Equal(t, want, texts(t, j, 1))
		require.Equal(t, []string{segmentName(1), segmentName(33)}, c.names())
		require.NoError(t, j.Close())
	}
}

package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func TestAppendAndReadBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "open")
	j := openDir(t, dir)
	require.Empty(t, texts(t, j, 0))
	require.Equal(t, journal.Seq(1), appendText(t, j, "one"))
	first, err := j.AppendBatch(t.Context(), journal.MaxKind, []byte("two"), nil, []byte("four"))
	require.NoError(t, err)
	require.Equal(t, journal.Seq(2), first)
	want := []string{"1/1:one", "2/239:two", "3/239:", "4/239:four"}
	require.Equal(t, want, texts(t, j, 0))
	require.Equal(t, want[2:], texts(t, j, 3))
	require.Empty(t, texts(t, j, 5))
	require.NoError(t, j.Close())

	j = openDir(t, dir)
	require.Equal(t, want, texts(t, j, 1))
	require.Equal(t, journal.Seq(5), appendText(t, j, "five"))
	require.Equal(t, append(want, "5/1:five"), texts(t, j, 1))
}

func TestSegmentsRollAndAreReadInOrder(t *testing.T) {
	dir := t.TempDir()
	j := openDir(t, dir)
	var want []string
	for i := 1; i <= 40; i++ {
		text := fmt.Sprintf("%0100d", i)
		require.Equal(t, journal.Seq(i), appendText(t, j, text))
		want = append(want, fmt.Sprintf("%d/1:%s", i, text))
	}
	// (1024-44)/121 = 8 records fit into a segment.
	stats := j.Stats()
	require.Equal(t, 5, stats.Segments)
	require.Equal(t, int64(5*journal.HeaderSize+40*(100+journal.FrameOverhead)), stats.Bytes)
	require.Equal(t, want, texts(t, j, 1))
	require.Equal(t, want[16:], texts(t, j, 17))
	require.NoError(t, j.Close())
	j = openDir(t, dir)
	require.Equal(t, want, texts(t, j, 1))
	require.Equal(t, stats.Bytes, j.Stats().Bytes)
	for i := range 5 {
		info, err := os.Stat(filepath.Join(dir, fmt.Sprintf("%016x.seg", 1+8*i)))
		require.NoError(t, err)
		require.Equal(t, int64(journal.HeaderSize+8*121), info.Size())
		require.Equal(t, os.FileMode(0o600), info.Mode())
	}
}

func TestLargestRecordAndBatch(t *testing.T) {
	cfg := small(t.TempDir())
	cfg.MaxBytes = 4 << 20
	j, err := journal.Open(cfg)
	require.NoError(t, err)
	defer j.Close()
	// Three of the largest and one that takes what is left of a batch.
	big := make([]byte, journal.MaxPayload)
	rest := make([]byte, journal.MaxBatchBytes-3*(len(big)+journal.FrameOverhead)-journal.FrameOverhead)
	_, err = j.AppendBatch(t.Context(), receipt, big, big, big, append(rest, 0))
	require.ErrorIs(t, err, journal.ErrInvalid)
	first, err := j.AppendBatch(t.Context(), receipt, big, big, big, rest)
	require.NoError(t, err)
	require.Equal(t, journal.Seq(1), first)
	require.Len(t, texts(t, j, 1), 4)
	require.Equal(t, 1, j.Stats().Segments, "a segment takes its first batch, whatever its size")
	appendText(t, j, "next")
	require.Equal(t, 2, j.Stats().Segments)
}

func TestAppendRefusesWhatIsInvalid(t *testing.T) {
	j := openDir(t, t.TempDir())
	cases := []struct {
		name     string
		kind     uint8
		payloads [][]byte
	}{
		{"fails: kind 0", 0, [][]byte{{1}}},
		{"fails: a kind of the journal", journal.MaxKind + 1, [][]byte{{1}}},
		{"fails: no payload", receipt, nil},
		{"fails: payload too long", receipt, [][]byte{make([]byte, journal.MaxPayload+1)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := j.AppendBatch(t.Context(), c.kind, c.payloads...)
			require.ErrorIs(t, err, journal.ErrInvalid)
		})
	}
	require.Equal(t, journal.Seq(1), j.Stats().Next)
}

func TestConfigValidate(t *testing.T) {
	cases := []struct {
		name string
		edit func(c *journal.Config)
		ok   bool
	}{
		{"ok: default", func(c *journal.Config) {}, true},
		{"ok: no batch waits", func(c *journal.Config) { c.MaxBatchDelay = 0 }, true},
		{"ok: longest delay", func(c *journal.Config) { c.MaxBatchDelay = 20 * time.Millisecond }, true},
		{"fails: delay too long", func(c *journal.Config) { c.MaxBatchDelay = 20*time.Millisecond + 1 }, false},
		{"fails: negative delay", func(c *journal.Config) { c.MaxBatchDelay = -1 }, false},
		{"fails: no directory", func(c *journal.Config) { c.Dir = "" }, false},
		{"fails: tiny segments", func(c *journal.Config) { c.SegmentBytes = journal.MinSegmentBytes - 1 }, false},
		{"ok: four segments", func(c *journal.Config) { c.MaxBytes = 4 * c.SegmentBytes }, true},
		{"fails: fewer", func(c *journal.Config) { c.MaxBytes = 4*c.SegmentBytes - 1 }, false},
		{"fails: no outbox", func(c *journal.Config) { c.MaxOutboxBytes = 0 }, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := journal.DefaultConfig(t.TempDir())
			c.edit(&cfg)
			if c.ok {
				require.NoError(t, cfg.Validate())
				return
			}
			require.ErrorIs(t, cfg.Validate(), journal.ErrInvalid)
			_, err := journal.Open(cfg)
			require.ErrorIs(t, err, journal.ErrInvalid)
		})
	}
}

func TestSecondOpenerIsRefusedByName(t *testing.T) {
	dir := t.TempDir()
	j := openDir(t, dir)
	_, err := journal.Open(small(dir))
	require.ErrorIs(t, err, journal.ErrLocked)
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, journal.LockedError{Dir: dir, PID: os.Getpid()}, *locked)
	require.EqualError(t, err, fmt.Sprintf("open journal: journal is locked by process %d: %s", os.Getpid(), dir))
	require.NoError(t, j.Close())
	openDir(t, dir)
}

func TestReadStopsWhereItsCallerDoes(t *testing.T) {
	j := openDir(t, t.TempDir())
	appendText(t, j, "one")
	appendText(t, j, "two")
	errStop := errors.New("stop")
	calls := 0
	err := j.Read(1, func(journal.Record) error { calls++; return errStop })
	require.Equal(t, errStop, err, "as it is")
	require.Equal(t, 1, calls)
	// What is appended while reading is not read, so that reading ends.
	calls = 0
	require.NoError(t, j.Read(1, func(journal.Record) error {
		calls++
		_, err := j.Append(t.Context(), receipt, []byte("more"))
		return err
	}))
	require.Equal(t, 2, calls)
	require.Len(t, texts(t, j, 1), 4)
}

func TestReadStopsAtWhatWasThereWhenItBegan(t *testing.T) {
	j := openDir(t, t.TempDir())
	want := receipts(t, j, 12) // the last four in a second segment
	var got []string
	require.NoError(t, j.Read(1, func(r journal.Record) error {
		if r.Seq == 1 {
			appendText(t, j, "more, in the segment not yet reached")
		}
		got = append(got, fmt.Sprintf("%d/%d:%s", r.Seq, r.Kind, r.Payload))
		return nil
	}))
	require.Equal(t, want, got)
}

func TestCancelledCallerWritesNothing(t *testing.T) {
	j := openDir(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := j.Append(ctx, receipt, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, journal.Seq(1), j.Stats().Next)
}

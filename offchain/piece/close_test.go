package piece_test

import (
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

func TestCloseWaitsForACommit(t *testing.T) {
	d, fs := newDisk(), vfs.NewMem()
	s := openMem(t, small("store"), d, fs)
	put(t, s, 1, content(1, 100)) // makes the volume
	reached, pass := make(chan struct{}), make(chan struct{})
	d.fault = func(op string, _ int64) error {
		if op == "sync" {
			reached <- struct{}{}
			<-pass
		}
		return nil
	}
	b := content(2, 100)
	committed, closed := make(chan error), make(chan error)
	go func() { committed <- tryPut(t, s, 1, rootOf(b), b) }()
	<-reached
	go func() { closed <- s.Close() }()
	waitFor(t, func() bool { _, err := s.Has(rootOf(b)); return err != nil })
	select {
	case <-closed:
		t.Fatal("closed while a commit is under way")
	default:
	}
	pass <- struct{}{}
	require.NoError(t, <-committed, "what had begun ends well")
	require.NoError(t, <-closed)
	d.fault = nil
	s = openMem(t, small("store"), d, fs)
	requirePiece(t, s, b)
	require.NoError(t, s.Close())
}

func TestCloseEndsLongWork(t *testing.T) {
	for name, work := range map[string]func(s *piece.Store) error{
		"fails: scrub":   func(s *piece.Store) error { _, err := s.Scrub(t.Context()); return err },
		"fails: compact": func(s *piece.Store) error { _, err := s.Compact(t.Context()); return err },
	} {
		t.Run(name, func(t *testing.T) {
			clock := handClock{make(chan chan time.Time)}
			cfg := small("store")
			cfg.Clock, cfg.ScrubRate, cfg.CompactRate = clock, 1, 1
			d, fs := newDisk(), vfs.NewMem()
			s := openMem(t, cfg, d, fs)
			fill(t, s, 19)
			dropNumbers(t, s, func(i int) bool { return i > 3 }, 19)
			done := make(chan error)
			go func() { done <- work(s) }()
			<-clock.waits // it would wait for hours
			require.NoError(t, s.Close())
			require.ErrorIs(t, <-done, piece.ErrClosed)
			cfg.Clock = nil
			s = openMem(t, cfg, d, fs)
			for i := range 4 {
				requirePiece(t, s, content(uint64(i), 50_000))
			}
			require.Equal(t, 4*piece.RecordSize(50_000), stat(t, s).Used)
			require.NoError(t, s.Close())
		})
	}
}

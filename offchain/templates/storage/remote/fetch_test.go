package remote_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestFetchRanges(t *testing.T) {
	r := newRig(t, t.TempDir()) // rapid does not run in a bubble
	h := r.grant()
	var stored [][]byte
	for i, length := range []int{1, 1023, 16 << 10, 16<<10 + 1, 256 << 10, 256<<10 + 5, 3 << 20} {
		b := holdertest.Content(uint64(i), length)
		_, err := h.Put(t.Context(), holdertest.Root(b), b)
		require.NoError(t, err)
		stored = append(stored, b)
	}
	require.NoError(t, h.Flush())
	seeded.Property(t, func(rt *rapid.T) {
		b := rapid.SampledFrom(stored).Draw(rt, "piece")
		from := rapid.IntRange(0, len(b)-1).Draw(rt, "from")
		to := rapid.IntRange(from+1, len(b)).Draw(rt, "to")
		if rapid.Bool().Draw(rt, "whole") {
			from, to = 0, len(b)
		}
		dst := make([]byte, to-from)
		require.NoError(rt, h.Fetch(t.Context(), holdertest.Root(b), uint64(len(b)), uint64(from), dst))
		require.True(rt, bytes.Equal(b[from:to], dst), "other bytes")
	})
}

func TestFetchesArePipelined(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		_, pieces := holdertest.Segment(1, 40, 300<<10)
		for _, b := range pieces[:13] { // as much as the deal has space for
			_, err := h.Put(r.t.Context(), holdertest.Root(b), b)
			require.NoError(r.t, err)
		}
		require.NoError(r.t, h.Flush())
		var all sync.WaitGroup
		for i := range 39 {
			all.Go(func() {
				b, dst := pieces[i%13], make([]byte, 300<<10)
				if err := h.Fetch(r.t.Context(), holdertest.Root(b), 300<<10, 0, dst); err != nil || string(b) != string(dst) {
					r.t.Errorf("piece %d: %v", i, err)
				}
			})
		}
		all.Wait()
		require.Equal(r.t, 1, r.opened)
	})
}

func TestFetchRefused(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		s, pieces := holdertest.Segment(1, n, 40<<10)
		_, err := h.Put(r.t.Context(), s.Roots[index], pieces[index])
		require.NoError(r.t, err)
		require.NoError(r.t, h.Flush())
		fetch := func(root [32]byte, length, offset uint64, n int) error {
			return h.Fetch(r.t.Context(), root, length, offset, make([]byte, n))
		}
		require.ErrorIs(r.t, fetch([32]byte{1}, 100, 0, 100), wire.Unknown)
		require.ErrorIs(r.t, fetch(s.Roots[index], 50<<10, 45<<10, 10), wire.BadRange)
		require.ErrorIs(r.t, fetch(s.Roots[index], 100, 0, 0), remote.ErrInvalid)
		require.ErrorIs(r.t, fetch(s.Roots[index], 100, 100, 1), remote.ErrInvalid)
		require.ErrorIs(r.t, fetch(s.Roots[index], wire.MaxPiece+1, 0, 1), remote.ErrInvalid)
		require.ErrorIs(r.t, fetch(s.Roots[index], 100, 1<<64-1, 100), remote.ErrInvalid)
		_, err = h.Put(r.t.Context(), s.Roots[index], nil)
		require.ErrorIs(r.t, err, remote.ErrInvalid)
		_, err = h.Put(r.t.Context(), s.Roots[index], make([]byte, wire.MaxPiece+1))
		require.ErrorIs(r.t, err, remote.ErrInvalid)

		// A refusal ends nothing.
		require.NoError(r.t, fetch(s.Roots[index], 40<<10, 0, 40<<10))
		r.store.Break(s.Roots[index])
		require.ErrorIs(r.t, fetch(s.Roots[index], 40<<10, 0, 40<<10), wire.Damaged)
		require.ErrorIs(r.t, fetch(s.Roots[index], 40<<10, 0, 40<<10), wire.Damaged)

		_, err = h.Layout(r.t.Context(), 7, r.layout(1, r.list(1000, 1)), n)
		require.ErrorIs(r.t, err, wire.Unknown)
		_, err = h.Layout(r.t.Context(), 99, r.layout(1, r.list(1000, 1)), n)
		require.ErrorIs(r.t, err, wire.Unknown)
	})
}

func TestDiskThatFailsWhileItIsRead(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		b := holdertest.Content(1, 3<<20)
		_, err := h.Put(r.t.Context(), holdertest.Root(b), b)
		require.NoError(r.t, err)
		require.NoError(r.t, h.Flush())
		r.store.FailReads(1) // a piece of 3 MiB takes two
		require.ErrorIs(r.t, h.Fetch(r.t.Context(), holdertest.Root(b), 3<<20, 0, make([]byte, 3<<20)), remote.ErrEnded)
		require.ErrorIs(r.t, r.ends()[0], holdertest.ErrRead)
		r.store.FailReads(0)
		require.ErrorIs(r.t, r.open().Fetch(r.t.Context(), holdertest.Root(b), 3<<20, 0, make([]byte, 3<<20)), wire.Damaged)
		synctest.Wait() // the holder lets go after it has answered
		require.Zero(r.t, r.store.OpenReaders())
	})
}

func TestReaderOpensWhatItNeeds(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		list, made := r.first(h, 300<<10, 1, 2)
		reader := r.remote.Reader()
		fetch := func(ctx context.Context) error {
			return reader.Fetch(ctx, peer(), list.At(0).Roots[index], 300<<10, 0, make([]byte, 300<<10))
		}
		require.NoError(r.t, fetch(r.t.Context()))
		require.NoError(r.t, fetch(r.t.Context()))
		require.Equal(r.t, 2, r.opened) // one of them is the client's that has stored
		_, err := reader.Layout(r.t.Context(), peer(), 7, made, n)
		require.NoError(r.t, err)

		// Who gives up ends the stream; the others go on with another.
		why := errors.New("another was faster")
		for range 10 {
			ctx, cancel := context.WithCancelCause(r.t.Context())
			var all sync.WaitGroup
			all.Go(func() {
				if err := fetch(ctx); err != nil && !errors.Is(err, why) {
					r.t.Errorf("fetch that is given up: %v", err)
				}
			})
			all.Go(func() {
				if err := fetch(r.t.Context()); err != nil {
					r.t.Errorf("fetch that goes on: %v", err)
				}
			})
			cancel(why)
			all.Wait()
		}

		require.NoError(r.t, reader.Close())
		require.NoError(r.t, reader.Close())
		require.NotErrorIs(r.t, fetch(r.t.Context()), remote.ErrEnded)
		require.ErrorContains(r.t, fetch(r.t.Context()), "reader is closed")
	})
}

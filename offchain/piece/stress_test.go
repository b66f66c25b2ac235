package piece_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// Many goroutines put, get, prove, link and drop a few pieces while Run scrubs and compacts: whoever gets a piece gets
// its own bytes, and in the end the accounts are right.
func TestEverythingAtOnce(t *testing.T) {
	base := seeded.Seed(t)
	modes(t, func(t *testing.T, cfg piece.Config) {
		t.Helper()
		cfg.VolumeBytes = 256 << 10
		s := openStore(t, cfg)
		ctx, stop := context.WithCancel(t.Context())
		var running, working sync.WaitGroup
		running.Go(func() { assert.NoError(t, s.Run(ctx)) })
		const workers = 6
		for worker := range uint64(workers) {
			working.Go(func() {
				rng := rand.New(rand.NewPCG(base, worker))
				for range 150 {
					if err := disturb(t, s, rng, worker); err != nil {
						assert.NoError(t, err)
						return
					}
				}
			})
		}
		working.Wait()
		stop()
		running.Wait()
		held := map[[32]byte]bool{}
		for worker := range uint64(workers) {
			for _, root := range roots(t, s, worker) {
				held[root] = true
			}
		}
		var used int64
		for n := range modelNumbers {
			b := bytesOf(n)
			has, err := s.Has(rootOf(b))
			require.NoError(t, err)
			require.Equal(t, held[rootOf(b)], has)
			if has {
				requirePiece(t, s, b)
				used += piece.RecordSize(uint64(len(b)))
			}
		}
		st := stat(t, s)
		require.Equal(t, used, st.Used)
		require.Equal(t, int64(len(held)), st.Pieces)
		require.Zero(t, st.Reserved)
		require.Zero(t, st.Damaged)
		require.Zero(t, s.Pinned())
		for worker := range uint64(workers) {
			require.NoError(t, s.DropDeal(worker))
		}
		require.Zero(t, stat(t, s).Used)
	})
}

// disturb does one thing that may meet with what others do, and returns what must not happen.
func disturb(t *testing.T, s *piece.Store, rng *rand.Rand, deal uint64) error {
	t.Helper()
	b := bytesOf(rng.IntN(modelNumbers))
	root := rootOf(b)
	var err error
	switch rng.IntN(6) {
	case 0, 1:
		err = tryPut(t, s, deal, root, b)
	case 2:
		err = s.Link(deal, root)
	case 3:
		err = s.Drop(deal, root)
	case 4:
		_, err = s.Prove(root, rng.Uint64N(uint64(len(b)+1023)/1024))
	default:
		var got []byte
		if got, err = read(s, root); err == nil {
			assert.Equal(t, root, rootOf(got))
		}
	}
	if errors.Is(err, piece.ErrHeld) || errors.Is(err, piece.ErrUnknown) {
		return nil
	}
	return err
}

package attest_test

import (
	"context"
	"crypto/ed25519"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/attest"
)

// hanging are peers of which some never answer.
type hanging struct {
	peers
	mu    sync.Mutex
	until uint64 // nodes up to this one hang
	calls map[uint64][]time.Duration
	start time.Time
}

func (h *hanging) Summon(ctx context.Context, to ed25519.PublicKey, s attest.Summons) error {
	for id := uint64(1); id <= uint64(len(h.n.w.nodes)); id++ {
		if !public(hostKey(id)).Equal(to) {
			continue
		}
		h.mu.Lock()
		h.calls[id] = append(h.calls[id], time.Since(h.start))
		h.mu.Unlock()
		if id <= h.until {
			<-ctx.Done()
			return ctx.Err()
		}
	}
	return h.peers.Summon(ctx, to, s)
}

// Peers that hang hold up no step, and for as long as they do everybody else has its turn before they have another.
func TestWhoHangsHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 9)
		n := w.nodes[0]
		h := &hanging{peers: peers{n}, until: 5, calls: map[uint64][]time.Duration{}, start: time.Now()}
		cfg := attest.DefaultConfig(1, domain)
		cfg.AtOnce, cfg.Patience = 2, 5*time.Second
		var err error
		n.Attest, err = attest.New(cfg, attest.Deps{
			Chain: n, Peers: h, Book: n.book, Key: n.key, Dice: func(int64) int64 { return 0 }, Log: discard(),
		})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		w.height = epochBlocks + 1
		for range 14 {
			w.mu.Lock()
			w.height++
			w.mu.Unlock()
			before := time.Now()
			require.NoError(t, n.Step(ctx, w.height))
			require.Equal(t, before, time.Now())
			<-time.After(time.Second)
		}
		cancel()
		n.Wait()
		const five, ten = 5 * time.Second, 10 * time.Second
		require.Equal(t, map[uint64][]time.Duration{
			2: {0, ten}, 3: {0, ten}, 4: {five}, 5: {five}, 6: {ten}, 7: {ten}, 8: {ten}, 9: {ten},
		}, h.calls)
	})
}

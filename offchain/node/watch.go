package node

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/attest"
	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/node/carrier"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// replayed is how many messages a node remembers so that none counts twice: 4 MB.
const replayed = 16_384

// serveEvents has the node watched by others, and watch them, over an overlay that does not run yet.
func (n *Node) serveEvents(o *p2p.Overlay, s *storageParts) error {
	var err error
	s.attest, err = attest.New(attest.DefaultConfig(s.ledger.node, n.cfg.domain()), attest.Deps{
		Chain: &watchers{chain: n.deps.Client, network: n.cfg.Network, keys: map[uint64]ed25519.PublicKey{}},
		Peers: carrier.New(o, n.deps.Rand), Book: s.books.Witness, Key: s.key, Dice: dice(n.deps.Rand), Log: n.deps.Log,
	})
	if err != nil {
		return err
	}
	limits, err := p2p.DefaultLimits(p2p.ProtocolEvent)
	if err != nil {
		return err
	}
	checker := message.Checker{Domain: n.cfg.domain(), Freshness: message.DefaultFreshness(), Height: s.ledger.Height}
	router := message.NewRouter(checker, message.NewReplay(replayed, message.DefaultReplayKeep, n.deps.Now))
	return errors.Join(
		carrier.Register(router, s.attest),
		o.Handle(p2p.ProtocolEvent, limits, func(ctx context.Context, from peer.ID, b []byte) ([]byte, error) {
			return router.Serve(ctx, from.String(), b)
		}),
	)
}

// keepWatch does with every block what is due of watching and of being watched.
func (n *Node) keepWatch(ctx context.Context, a *attest.Attest) error {
	defer a.Wait()
	var seen int64
	for failed := false; ; {
		height, err := n.head.After(ctx, seen)
		if err != nil {
			return nil //nolint:nilerr // ctx has ended
		}
		seen = height
		err = a.Step(ctx, height)
		if err != nil && !failed && ctx.Err() == nil {
			n.deps.Log.Warn("cannot find out who watches whom; the next block brings another try", "error", err)
		}
		failed = err != nil
	}
}

// dice returns a source of numbers that nobody can guess; 0 where there is no randomness.
func dice(random io.Reader) func(n int64) int64 {
	return func(n int64) int64 {
		v, err := rand.Int(random, big.NewInt(n))
		if err != nil {
			return 0
		}
		return v.Int64()
	}
}

// watchers is what the chain says of a network to a node that watches and is watched. The key of a node's host never changes, so that
// it is asked for once.
type watchers struct {
	chain   *chain.Client
	network string

	mu   sync.Mutex
	keys map[uint64]ed25519.PublicKey
}

// maxKeys bounds the nodes whose keys are remembered: 10 MB.
const maxKeys = 100_000

// Epoch implements attest.Chain.
func (w *watchers) Epoch(ctx context.Context) (attest.Epoch, error) {
	e, _, err := w.chain.Epoch(ctx, w.network, 0)
	return attest.Epoch{Number: e.Number, Open: e.Open, Close: e.Close}, err
}

// Watch implements attest.Chain.
func (w *watchers) Watch(ctx context.Context, node, epoch uint64) (work.Watch, int64, bool, error) {
	r, err := w.chain.Watch(ctx, w.network, node, epoch)
	return r.Watch, r.SeedHeight, r.SeedHeight > 0, err
}

// PeerKey implements attest.Chain. The error wraps attest.ErrStranger where there is no such node.
func (w *watchers) PeerKey(ctx context.Context, node uint64) (ed25519.PublicKey, error) {
	w.mu.Lock()
	key, ok := w.keys[node]
	w.mu.Unlock()
	if ok {
		return key, nil
	}
	m, err := w.chain.Member(ctx, w.network, node)
	if errors.Is(err, chain.ErrNotFound) {
		return nil, fmt.Errorf("%w: there is no node %d", attest.ErrStranger, node)
	}
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.keys) >= maxKeys {
		clear(w.keys)
	}
	w.keys[node] = ed25519.PublicKey(m.PeerKey[:])
	return w.keys[node], nil
}

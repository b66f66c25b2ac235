package node

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// trustFor is how long a peer that was a node counts as one without asking the chain again.
	trustFor = 10 * time.Minute
	// maxKnown bounds the peers that are remembered.
	maxKnown = 8192
)

// registry is what tells nodes from strangers.
type registry interface {
	MemberByPeer(ctx context.Context, network, peer string) (chain.MemberRecord, error)
}

// doorman decides who may stay: everybody who says to be a client, and nodes if they are registered.
type doorman struct {
	registry registry
	network  string
	now      func() time.Time

	mu    sync.Mutex
	known map[peer.ID]time.Time // nodes, and when they were seen on chain
}

func newKnown() map[peer.ID]time.Time { return map[peer.ID]time.Time{} }

// welcome returns a refusal for a peer that says to be a node and is none. While the chain does not answer
// those who were nodes lately may stay.
func (d *doorman) welcome(ctx context.Context, from peer.ID, hello *message.Hello) error {
	if len(hello.Operator) == 0 && len(hello.Roles) == 0 {
		return nil
	}
	d.mu.Lock()
	seen, ok := d.known[from]
	d.mu.Unlock()
	if ok && d.now().Sub(seen) < trustFor {
		return nil
	}
	m, err := d.registry.MemberByPeer(ctx, d.network, from.String())
	switch {
	case errors.Is(err, chain.ErrNotFound) && len(hello.Operator) == 0:
		return nil // a bootstrap node need not be registered: it asks for nothing
	case errors.Is(err, chain.ErrNotFound):
		return message.Refuse(message.CodeNotWelcome, "peer "+from.String()+" is no node of network "+d.network)
	case err != nil && ok:
		return nil
	case err != nil:
		return message.Refuse(message.CodeNotWelcome, "the chain cannot be asked whether this peer is a node")
	case m.Status == work.MemberLeft:
		return message.Refuse(message.CodeNotWelcome, "peer "+from.String()+" has left network "+d.network)
	}
	d.remember(from)
	return nil
}

func (d *doorman) remember(id peer.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) >= maxKnown {
		clear(d.known)
	}
	d.known[id] = d.now()
}

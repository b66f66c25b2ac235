package node

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/lifecycle"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
)

// recordBlocks is for how many blocks a bootstrap record counts; it is renewed after half of them.
const recordBlocks = chain.MaxBootstrapBlocks

// addPublisher adds what keeps the node's addresses on chain, if it has a key to do so with.
func (n *Node) addPublisher() {
	if n.cfg.Publisher == "" {
		return
	}
	n.group.Add(lifecycle.Item{Name: "bootstrap record", Run: n.keepPublished})
}

// keepPublished publishes where the node is reached, and again when half of the record's time is over.
func (n *Node) keepPublished(ctx context.Context) error {
	var renew int64
	for attempt := uint32(0); ; {
		height, err := n.head.After(ctx, renew-1)
		if err != nil {
			return nil //nolint:nilerr // ctx has ended
		}
		err = n.publish(ctx, height)
		if err == nil {
			renew, attempt = height+recordBlocks/2, 0
			continue
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // that is why it was not published
		}
		n.deps.Log.Warn("cannot publish the addresses of this node", "error", err)
		timer := time.NewTimer(outbox.Backoff(attempt))
		attempt++
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// publish sends the record once.
func (n *Node) publish(ctx context.Context, height int64) error {
	key, err := n.deps.Keyring.Key(n.cfg.Publisher)
	if err != nil {
		return err
	}
	host, err := LoadHostKey(n.cfg.Home, n.deps.Rand)
	if err != nil {
		return err
	}
	m, err := n.record(key.Address, host, height)
	if err != nil {
		return err
	}
	result, err := n.deps.Client.Submit(ctx, chain.Tx{From: key.Name, Msgs: []chain.Msg{m}, Unordered: true})
	if err != nil {
		return err
	}
	n.deps.Log.Info("addresses published", "tx", result.Hash, "height", result.Height)
	if n.deps.Published != nil {
		n.deps.Published(result.Height)
	}
	return nil
}

func (n *Node) record(publisher string, host ed25519.PrivateKey, height int64) (chain.Msg, error) {
	addrs := published(n.overlay.Addrs(), n.overlay.ID())
	if len(addrs) == 0 {
		return chain.Msg{}, fmt.Errorf("%w: the node listens nowhere", ErrInvalid)
	}
	return chain.PublishBootstrap(publisher, n.cfg.domain(), host, addrs, height+recordBlocks)
}

package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/dirlock"
	"github.com/mesh-protocol/mesh/offchain/lifecycle"
	"github.com/mesh-protocol/mesh/offchain/node/head"
	"github.com/mesh-protocol/mesh/offchain/p2p"
)

// Deps is what a node is given.
type Deps struct {
	// Client asks the chain and signs with the keys of Keyring.
	Client  *chain.Client
	Keyring *chain.Keyring
	Rand    io.Reader
	Now     func() time.Time
	Log     *slog.Logger
	// Published is called when the addresses of a bootstrap node are on chain, for the first time and again; may be nil.
	Published func(height int64)
}

// Node is a running part of a network.
type Node struct {
	cfg     Config
	deps    Deps
	network chain.Network
	head    *head.Head
	overlay *p2p.Overlay
	group   *lifecycle.Group
}

// New opens what the node needs; it greets nobody before Run. The error wraps ErrInvalid, dirlock.ErrLocked where
// another process uses the home, chain.ErrNotFound for a network or a node that is not on chain, and those of the
// parts.
func New(ctx context.Context, cfg Config, deps Deps) (*Node, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	n := &Node{cfg: cfg, deps: deps, group: lifecycle.New(deps.Log, 0)}
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.group.Close())
	}
	return n, nil
}

// open takes the home and adds the parts in the order in which they need each other.
func (n *Node) open(ctx context.Context) error {
	if err := os.MkdirAll(dataDir(n.cfg.Home, ""), 0o700); err != nil {
		return fmt.Errorf("make the home: %w", err)
	}
	lock, err := dirlock.Take(n.cfg.Home)
	if err != nil {
		return err
	}
	n.group.Add(lifecycle.Item{Name: "home", Close: lock.Close})
	if n.network, _, err = n.deps.Client.Network(ctx, n.cfg.Network); err != nil {
		return err
	}
	n.head = head.New(heights{n.deps.Client}, n.cfg.Poll, n.deps.Log)
	n.group.Add(lifecycle.Item{Name: "chain", Run: n.head.Run})
	if n.cfg.Role == RoleStorage {
		return n.openStorage(ctx)
	}
	if err := n.openOverlay(ctx, nil, nil, nil); err != nil {
		return err
	}
	n.addPublisher()
	return nil
}

// openOverlay opens the sockets and adds the overlay. handle registers protocols before it runs.
func (n *Node) openOverlay(ctx context.Context, operator, binding []byte, handle func(*p2p.Overlay) error) error {
	if err := checkEntrances(n.cfg.Bootstrap); err != nil {
		return err
	}
	records, err := n.deps.Client.Bootstraps(ctx, n.cfg.Network)
	if err != nil {
		return err
	}
	guard := newDoor(n.deps.Client, n.cfg.domain(), n.deps.Now)
	given := p2p.Named(n.cfg.Bootstrap, entrances(records))
	cfg := overlayConfig(n.cfg.Home, KeyFile(n.cfg.Home), n.cfg.ChainID, n.network, n.cfg.Listen, n.cfg.Announce, given)
	finder := entranceFinder{chain: n.deps.Client, network: n.cfg.Network, every: looksPerEntrance * n.cfg.Poll}
	if n.overlay, err = newOverlay(cfg, n.head, guard, greeting(n.cfg, operator, binding), finder, n.deps); err != nil {
		return err
	}
	if handle != nil {
		if err := handle(n.overlay); err != nil {
			return errors.Join(err, n.overlay.Close())
		}
	}
	n.group.Add(lifecycle.Item{Name: "overlay", Run: n.overlay.Run, Close: n.overlay.Close})
	n.group.Add(lifecycle.Item{Name: "fellow nodes", Run: n.stayConnected})
	return nil
}

// stayConnected tells the overlay, with every epoch, which nodes there are.
func (n *Node) stayConnected(ctx context.Context) error {
	var seen int64
	for {
		height, err := n.head.After(ctx, seen)
		if err != nil {
			return nil //nolint:nilerr // ctx has ended
		}
		members, err := n.deps.Client.Members(ctx, n.cfg.Network)
		if err == nil {
			err = n.overlay.SetWanted(fellows(members, n.overlay.ID()))
		}
		if err != nil && ctx.Err() == nil {
			n.deps.Log.Warn("cannot tell which nodes there are", "error", err)
		}
		seen = height + int64(n.network.Params.Epoch.EpochBlocks) - 1
	}
}

// Peer is the libp2p name of the node.
func (n *Node) Peer() string { return n.overlay.ID().String() }

// Addrs returns where the node is reached, as multiaddrs with its peer id at their end.
func (n *Node) Addrs() []string {
	var list []string
	for _, a := range n.overlay.Addrs() {
		list = append(list, a.String())
	}
	return list
}

// Run works until ctx ends, and returns the first error of a part that cannot go on. If that was for want of room on the disk,
// there is some again: the node is to be closed, and opened anew.
func (n *Node) Run(ctx context.Context) error { return n.group.Run(ctx) }

// Close gives everything back; it is called when Run has returned, or without Run.
func (n *Node) Close() error { return n.group.Close() }

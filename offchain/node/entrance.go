package node

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// enoughPeers is how many peers a node has that needs no entrance.
	enoughPeers = 4
	// looksPerEntrance is how many looks at the head of the chain pass between two at the entrances.
	looksPerEntrance = 10
)

// entrances returns where the chain says that peers may enter a network.
func entrances(records []work.Bootstrap) []peer.AddrInfo {
	var list []peer.AddrInfo
	for _, r := range records {
		var at peer.AddrInfo
		for _, a := range r.Addrs {
			info, err := p2p.ParseAddress(a + "/p2p/" + r.Peer)
			if err != nil {
				continue // others may know what it means
			}
			at.ID, at.Addrs = info.ID, append(at.Addrs, info.Addrs...)
		}
		if at.ID != "" {
			list = append(list, at)
		}
	}
	return list
}

// checkEntrances returns an error that names the address that is none.
func checkEntrances(given []string) error {
	for _, g := range given {
		if _, err := p2p.ParseAddress(g); err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	return nil
}

// entranceFinder asks the chain for the entrances of a network again and again while there are few peers: bootstrap
// nodes come and go, and what was asked at the start may lead nowhere any more. It implements p2p.Finder.
type entranceFinder struct {
	chain   *chain.Client
	network string
	every   time.Duration
}

// Run implements p2p.Finder.
func (f entranceFinder) Run(ctx context.Context, h host.Host, found func(peer.AddrInfo)) error {
	ticker := time.NewTicker(f.every)
	defer ticker.Stop()
	for {
		if len(h.Network().Peers()) < enoughPeers {
			// A chain that does not answer is asked again; the node says so elsewhere.
			records, _ := f.chain.Bootstraps(ctx, f.network)
			for _, at := range entrances(records) {
				if at.ID != h.ID() && !slices.Contains(h.Network().Peers(), at.ID) {
					found(at)
				}
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

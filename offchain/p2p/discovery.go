package p2p

import (
	"context"
	"fmt"

	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// Finder finds peers by means of its own, on the local network for example.
type Finder interface {
	// Run reports peers until ctx ends. An error is logged; the overlay does without. found dials the peer before it
	// returns, and may be called by several goroutines at once; what is too much is not dialled.
	Run(ctx context.Context, h host.Host, found func(peer.AddrInfo)) error
}

// kadProtocol is what libp2p's DHT appends to a prefix.
const kadProtocol = "/kad/1.0.0"

// newRouting makes the private DHT of a network. Peers enter its table once they are admitted; what it says is a hint.
// It keeps no records: the chain is the directory, and nothing else has a place there yet.
func newRouting(ctx context.Context, h host.Host, networkID string, admitted func(peer.ID) bool) (*dht.IpfsDHT, error) {
	d, err := dht.New(ctx, h,
		dht.ProtocolPrefix(protocol.ID("/mesh/"+networkID)),
		dht.Mode(dht.ModeServer),
		dht.RoutingTableFilter(func(_ any, id peer.ID) bool { return admitted(id) }),
		dht.DisableProviders(), dht.DisableValues(),
	)
	if err != nil {
		return nil, fmt.Errorf("make DHT: %w", err)
	}
	return d, nil
}

// seedRouting puts an admitted peer into the table of the DHT. The DHT itself looks at a peer when it is connected,
// which is too early.
func (o *Overlay) seedRouting(id peer.ID) {
	kad := protocol.ID("/mesh/" + o.cfg.Network + kadProtocol)
	if speaks, err := o.host.Peerstore().SupportsProtocols(id, kad); err != nil || len(speaks) == 0 {
		return
	}
	if _, err := o.dht.RoutingTable().TryAddPeer(id, true, true); err != nil {
		o.log.Debug("peer not in routing table", "peer", id, "error", err)
	}
}

// find runs one finder until ctx ends and dials what it finds, as long as there are too few peers.
func (o *Overlay) find(ctx context.Context, f Finder) {
	dials := newSlots(1, maxDials)
	err := f.Run(ctx, o.host, func(info peer.AddrInfo) {
		needless := o.peers.isAdmitted(info.ID) || len(o.peers.admitted()) >= o.cfg.TargetPeers
		if needless || !isEd25519(info.ID) || !dials.take(info.ID) {
			return
		}
		defer dials.give(info.ID)
		if !o.crew.begin() {
			return
		}
		defer o.crew.end()
		ctx, cancel := context.WithTimeout(ctx, attemptTime)
		defer cancel()
		if err := o.dial(ctx, info); err != nil {
			o.log.Debug("found peer not reached", "peer", info.ID, "error", err)
		}
	})
	if err != nil && ctx.Err() == nil {
		o.log.Warn("finder stopped", "error", err)
	}
}

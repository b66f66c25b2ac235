package p2p

import (
	"slices"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// Peer is an admitted peer.
type Peer struct {
	ID      peer.ID
	Addr    ma.Multiaddr // the other end of one of its connections
	Inbound bool         // whether the peer opened that connection
	Since   time.Time    // when it was admitted
	RTT     time.Duration
	Height  uint64         // the newest it has told; 0 = none
	Hello   *message.Hello // what it says of itself; not to be changed
	Wanted  bool           // whether SetWanted names it
}

// Peers returns the admitted peers in the order of their ids.
func (o *Overlay) Peers() []Peer {
	list := o.peers.snapshot()
	for i := range list {
		list[i].Wanted = o.targets.isWanted(list[i].ID)
	}
	return list
}

// snapshot copies the admitted peers out of the table.
func (t *table) snapshot() []Peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Peer, 0, len(t.peers))
	for id, a := range t.peers {
		if a.hello == nil {
			continue
		}
		p := Peer{ID: id, Since: a.since, RTT: a.rtt, Height: a.height, Hello: a.hello}
		var opened time.Time
		for conn, c := range a.conns {
			if p.Addr == nil || c.opened.Before(opened) {
				p.Addr, p.Inbound, opened = conn.RemoteMultiaddr(), conn.Stat().Direction == network.DirInbound, c.opened
			}
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Peer) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list
}

// Status is a snapshot for status pages and metrics.
type Status struct {
	ID          peer.ID
	Network     string
	ChainID     string
	Addrs       []ma.Multiaddr // where the node is reached, each with its peer id at the end
	Running     bool
	Connected   int // admitted peers
	Wanted      int // peers that SetWanted names
	WantedHere  int // those of them that are admitted
	Known       int // peers the node could dial
	Routing     int // peers in the table of the DHT
	Topics      []string
	Undelivered uint64  // gossip messages dropped because their reader was slow
	Unadmitted  uint64  // gossip messages dropped because their sender was not admitted
	Refused     []Event // the last refusals, the newest last
}

// Status returns the state of the overlay.
func (o *Overlay) Status() Status {
	s := Status{
		ID: o.ID(), Network: o.cfg.Network, ChainID: o.cfg.ChainID, Addrs: o.Addrs(), Running: o.gate.isOpen(),
		Known: o.book.len(), Routing: o.dht.RoutingTable().Size(), Topics: o.gossip.names(),
		Undelivered: o.gossip.undelivered.Load(), Unadmitted: o.gossip.unadmitted.Load(), Refused: o.events.refusals(),
	}
	for _, p := range o.Peers() {
		s.Connected++
		if p.Wanted {
			s.WantedHere++
		}
	}
	s.Wanted = o.targets.wantedCount()
	return s
}

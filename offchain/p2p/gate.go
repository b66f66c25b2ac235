package p2p

import (
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// maxBans bounds how many banned peers are remembered.
const maxBans = 4096

// gate decides who may connect at all: nobody before Run and after it, no banned peer, and only peers with ed25519
// keys, whose ids hold the key, so that nobody makes us work on large ones. It is libp2p's ConnectionGater.
type gate struct {
	now func() time.Time

	mu     sync.Mutex
	open   bool
	banned map[peer.ID]time.Time // until when
}

func newGate(now func() time.Time) *gate {
	return &gate{now: now, banned: make(map[peer.ID]time.Time)}
}

// setOpen lets connections in, or no more.
func (g *gate) setOpen(open bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open = open
}

// ban shuts a peer out for a time.
func (g *gate) ban(id peer.ID, d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	for other, until := range g.banned {
		if !now.Before(until) || len(g.banned) >= maxBans {
			delete(g.banned, other)
		}
	}
	g.banned[id] = now.Add(d)
}

// isBanned reports whether a peer is shut out.
func (g *gate) isBanned(id peer.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	until, banned := g.banned[id]
	return banned && g.now().Before(until)
}

func (g *gate) isOpen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// InterceptPeerDial refuses to dial banned peers.
func (g *gate) InterceptPeerDial(id peer.ID) bool { return !g.isBanned(id) }

// InterceptAddrDial has no objection to any address.
func (g *gate) InterceptAddrDial(peer.ID, ma.Multiaddr) bool { return true }

// InterceptAccept lets connections in while the overlay runs.
func (g *gate) InterceptAccept(network.ConnMultiaddrs) bool { return g.isOpen() }

// InterceptSecured refuses peers that are banned or have no ed25519 key.
func (g *gate) InterceptSecured(_ network.Direction, id peer.ID, _ network.ConnMultiaddrs) bool {
	return isEd25519(id) && !g.isBanned(id)
}

// InterceptUpgraded has no objection.
func (g *gate) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) { return true, 0 }

// isEd25519 reports whether a peer id holds an ed25519 key.
func isEd25519(id peer.ID) bool {
	_, err := HostKey(id)
	return err == nil
}

package p2p

import (
	"sync"

	"github.com/libp2p/go-libp2p/core/peer"
)

// slots counts the streams of one protocol that are being served. Its methods may be called by several goroutines at
// once.
type slots struct {
	perPeer, total int

	mu   sync.Mutex
	used int
	of   map[peer.ID]int
}

func newSlots(perPeer, total int) *slots {
	return &slots{perPeer: perPeer, total: total, of: make(map[peer.ID]int)}
}

// take takes a slot for a peer, or returns false if the peer, or all peers together, have theirs.
func (s *slots) take(id peer.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used == s.total || s.of[id] == s.perPeer {
		return false
	}
	s.used++
	s.of[id]++
	return true
}

// give gives back what take took.
func (s *slots) give(id peer.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	if s.of[id]--; s.of[id] == 0 {
		delete(s.of, id)
	}
}

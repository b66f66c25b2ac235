package p2p

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/message"
)

// table knows every connection and how far the greeting of each peer has got. It is the overlay's own view: libp2p
// tells it of connections, the greeting of decisions. It emits the events of a peer while it holds its lock, so that
// they come in order. Its methods may be called by several goroutines at once.
type table struct {
	events *events
	now    func() time.Time

	mu    sync.Mutex
	peers map[peer.ID]*acquaintance
	gone  []parting      // the last refusals, the newest last; who was refused is often gone before anybody asks why
	fresh []network.Conn // connections that nobody has taken care of yet
	woken chan struct{}  // holds one token while there are fresh ones
}

// acquaintance is what is known of a peer with at least one connection.
type acquaintance struct {
	conns   map[network.Conn]*contact
	begun   bool           // the greeting has begun
	decided chan struct{}  // closed when it is over
	err     error          // why it failed, or why the peer was refused later
	refused time.Time      // when it was; zero = it was not
	hello   *message.Hello // the peer's; nil = not admitted
	since   time.Time      // when it was admitted
	rtt     time.Duration
	height  uint64
}

// parting is why a peer was refused.
type parting struct {
	id  peer.ID
	err error
	at  time.Time
}

// contact is what is known of a connection.
type contact struct {
	opened, heard time.Time // heard: when something last arrived on it
}

func newTable(e *events, now func() time.Time) *table {
	return &table{events: e, now: now, peers: make(map[peer.ID]*acquaintance), woken: make(chan struct{}, 1)}
}

// add notes a new connection.
func (t *table) add(c network.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, ok := t.peers[c.RemotePeer()]
	if !ok {
		a = &acquaintance{conns: make(map[network.Conn]*contact), decided: make(chan struct{})}
		t.peers[c.RemotePeer()] = a
	}
	now := t.now()
	a.conns[c] = &contact{opened: now, heard: now}
	t.fresh = append(t.fresh, c)
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// takeFresh returns the connections added since the last call.
func (t *table) takeFresh() []network.Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.fresh
	t.fresh = nil
	return list
}

// remove forgets a connection, and its peer with the last one. It reports whether an admitted peer is lost by that.
func (t *table) remove(c network.Conn) (lost bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := c.RemotePeer()
	a, ok := t.peers[id]
	if !ok {
		return false
	}
	if delete(a.conns, c); len(a.conns) > 0 {
		return false
	}
	delete(t.peers, id)
	a.decide(ErrNoGreeting)
	if a.hello == nil {
		return false
	}
	t.events.emit(Event{Kind: PeerLost, Peer: id, At: t.now()})
	return true
}

// decide ends the wait for a greeting. What was decided first may only get worse.
func (a *acquaintance) decide(err error) {
	if a.err == nil {
		a.err = err
	}
	select {
	case <-a.decided:
	default:
		close(a.decided)
	}
}

// admit notes that the greeting with a peer has succeeded. It reports whether the peer was not admitted before; a
// peer that was refused or is gone is not admitted.
func (t *table) admit(id peer.ID, hello *message.Hello) (first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, ok := t.peers[id]
	if !ok || a.err != nil {
		return false
	}
	first = a.hello == nil
	if first {
		a.since = t.now()
		t.events.emit(Event{Kind: PeerConnected, Peer: id, At: a.since})
	}
	a.hello, a.height = hello, hello.Height
	a.decide(nil)
	return first
}

// refuse notes that the greeting with a peer has failed; who waits for it gets err.
func (t *table) refuse(id peer.ID, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if a, ok := t.peers[id]; ok {
		a.decide(err)
		if a.hello != nil {
			t.events.emit(Event{Kind: PeerLost, Peer: id, At: now})
		}
		a.refused, a.hello = now, nil
	}
	t.gone = append(t.gone[max(0, len(t.gone)-maxRefusals+1):], parting{id, err, now})
	t.events.emit(Event{Kind: PeerRefused, Peer: id, Reason: err.Error(), At: now})
}

// begin notes that the greeting with a peer has begun.
func (t *table) begin(id peer.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, ok := t.peers[id]; ok {
		a.begun = true
	}
}

// hasBegun reports whether the greeting with a peer has begun, or is over.
func (t *table) hasBegun(id peer.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, ok := t.peers[id]
	return ok && a.begun
}

// isAdmitted reports whether the greeting with a peer has succeeded.
func (t *table) isAdmitted(id peer.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, ok := t.peers[id]
	return ok && a.hello != nil
}

// await waits for the end of the greeting with a peer that was connected since a time. It returns nil if the peer is
// admitted, the reason if not, ErrNoGreeting if it is not connected or leaves before, and the error of ctx.
func (t *table) await(ctx context.Context, id peer.ID, since time.Time) error {
	t.mu.Lock()
	a, ok := t.peers[id]
	why := t.whyGone(id, since)
	t.mu.Unlock()
	if !ok {
		return why
	}
	select {
	case <-a.decided:
	case <-ctx.Done():
		return ctx.Err()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return a.err
}

// whyGone returns why a peer that is not connected was refused since a time, else ErrNoGreeting.
func (t *table) whyGone(id peer.ID, since time.Time) error {
	for _, r := range slices.Backward(t.gone) {
		if r.id == id && !r.at.Before(since) {
			return r.err
		}
	}
	return ErrNoGreeting
}

// heard notes that something has arrived on a connection.
func (t *table) heard(c network.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, ok := t.peers[c.RemotePeer()]; ok && a.conns[c] != nil {
		a.conns[c].heard = t.now()
	}
}

// ponged notes the answer to a ping.
func (t *table) ponged(c network.Conn, rtt time.Duration, height uint64) {
	t.heard(c)
	t.mu.Lock()
	defer t.mu.Unlock()
	if a, ok := t.peers[c.RemotePeer()]; ok {
		a.rtt, a.height = rtt, height
	}
}

// overdue returns the connections on which nothing was heard for a time, those of peers that have not been admitted
// within another, and those of peers that were refused and have not left.
func (t *table) overdue(silent, hello time.Duration) []network.Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	var list []network.Conn
	for _, a := range t.peers {
		for conn, c := range a.conns {
			stayed := !a.refused.IsZero() && now.Sub(a.refused) >= farewell
			if now.Sub(c.heard) >= silent || a.hello == nil && now.Sub(c.opened) >= hello || stayed {
				list = append(list, conn)
			}
		}
	}
	return list
}

// admitted returns the admitted peers in the order of their ids.
func (t *table) admitted() []peer.ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]peer.ID, 0, len(t.peers))
	for id, a := range t.peers {
		if a.hello != nil {
			list = append(list, id)
		}
	}
	slices.SortFunc(list, func(a, b peer.ID) int { return strings.Compare(string(a), string(b)) })
	return list
}

// connections returns the connections of a peer.
func (t *table) connections(id peer.ID) []network.Conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []network.Conn
	if a, ok := t.peers[id]; ok {
		for c := range a.conns {
			list = append(list, c)
		}
	}
	return list
}

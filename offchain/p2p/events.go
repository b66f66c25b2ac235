package p2p

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// EventKind says what happened to a peer.
type EventKind int

const (
	// PeerConnected: both sides have said hello and accepted each other.
	PeerConnected EventKind = iota + 1
	// PeerLost: the last connection to a peer that was connected has ended.
	PeerLost
	// PeerRefused: one side did not accept the other, or the peer was banned.
	PeerRefused
)

// String returns connected, lost or refused.
func (k EventKind) String() string {
	switch k {
	case PeerConnected:
		return "connected"
	case PeerLost:
		return "lost"
	case PeerRefused:
		return "refused"
	default:
		return "unknown"
	}
}

// Event tells of a peer.
type Event struct {
	Kind   EventKind
	Peer   peer.ID
	Reason string // of a refusal, for people; else empty
	At     time.Time
}

// Subscription receives events in the order in which they happened. When its buffer is full, new events are dropped
// and counted: a reader who finds that Dropped has grown asks Peers for the state.
type Subscription struct {
	from    *events
	c       chan Event
	dropped atomic.Uint64
}

// C is where events arrive. It is closed when the subscription or the overlay is.
func (s *Subscription) C() <-chan Event { return s.c }

// Dropped is the number of events that found the buffer full.
func (s *Subscription) Dropped() uint64 { return s.dropped.Load() }

// Close ends the subscription; twice is fine.
func (s *Subscription) Close() { s.from.remove(s) }

// maxRefusals is how many of the last refusals are kept for status pages.
const maxRefusals = 16

// events hands events to subscriptions. Its methods may be called by several goroutines at once.
type events struct {
	mu      sync.Mutex
	closed  bool
	subs    map[*Subscription]struct{}
	refused []Event // the last refusals, the newest last
}

func newEvents() *events { return &events{subs: make(map[*Subscription]struct{})} }

func (e *events) subscribe(buffer int) *Subscription {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &Subscription{from: e, c: make(chan Event, max(buffer, 1))}
	if e.closed {
		close(s.c)
		return s
	}
	e.subs[s] = struct{}{}
	return s
}

func (e *events) remove(s *Subscription) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.subs[s]; ok {
		delete(e.subs, s)
		close(s.c)
	}
}

func (e *events) emit(event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if event.Kind == PeerRefused {
		e.refused = append(e.refused[max(0, len(e.refused)-maxRefusals+1):], event)
	}
	for s := range e.subs {
		select {
		case s.c <- event:
		default:
			s.dropped.Add(1)
		}
	}
}

// refusals returns the last refusals, the newest last.
func (e *events) refusals() []Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.refused)
}

func (e *events) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for s := range e.subs {
		delete(e.subs, s)
		close(s.c)
	}
}

package piece

import "sync"

// gate lets calls in until the store closes, and lets Close wait for those that are inside.
type gate struct {
	mu      sync.Mutex
	inside  int
	closed  bool
	closing chan struct{} // closed when the store begins to close
	empty   chan struct{} // closed when nobody is inside any more
}

func newGate() *gate { return &gate{closing: make(chan struct{}), empty: make(chan struct{})} }

// enter lets a call in, to be followed by leave, or returns ErrClosed.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrClosed
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.closed && g.inside == 0 {
		close(g.empty)
	}
}

// shut lets nobody in any more and waits until everybody is out. It returns false if somebody else has shut the gate.
func (g *gate) shut() bool {
	g.mu.Lock()
	first := !g.closed
	if first {
		g.closed = true
		close(g.closing)
		if g.inside == 0 {
			close(g.empty)
		}
	}
	g.mu.Unlock()
	<-g.empty
	return first
}

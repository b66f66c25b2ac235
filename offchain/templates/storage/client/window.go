package client

import (
	"context"
	"sync"
	"time"
)

const (
	// leastWindow is how many segments are read at once at first, and on a slow way.
	leastWindow = 2
	// quick and slow are how long segments take for the window to grow and to shrink.
	quick = time.Second
	slow  = 4 * time.Second
)

// window bounds how many segments are read at once. Many fill a fast way, where most of the time is spent between question and
// answer. On a slow way they would only share it: every piece would take longer, and late could not be told from slow.
type window struct {
	most    int
	changed chan struct{} // holds one; tells who waits to enter

	mu   sync.Mutex
	size int
	in   int
}

func newWindow(most int) *window {
	return &window{most: most, size: min(leastWindow, most), changed: make(chan struct{}, 1)}
}

// enter waits for room, or returns false when ctx ends. Only one goroutine may wait.
func (w *window) enter(ctx context.Context) bool {
	for {
		w.mu.Lock()
		room := w.in < w.size
		if room {
			w.in++
		}
		w.mu.Unlock()
		if room {
			return true
		}
		select {
		case <-w.changed:
		case <-ctx.Done():
			return false
		}
	}
}

// leave gives room back.
func (w *window) leave() { w.update(func() { w.in-- }) }

// took notes how long a segment has taken.
func (w *window) took(d time.Duration) {
	w.update(func() {
		switch {
		case d < quick:
			w.size = min(w.size+1, w.most)
		case d > slow:
			w.size = max(w.size-1, min(leastWindow, w.most))
		}
	})
}

func (w *window) update(change func()) {
	w.mu.Lock()
	change()
	w.mu.Unlock()
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// Package head follows the newest block of the chain, for all parts of a node that wait for it.
package head

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Source is what the head is asked of.
type Source interface {
	// Height returns the height of the latest block.
	Height(ctx context.Context) (int64, error)
}

// Head follows the newest block of the chain. Its methods may be called by several goroutines at once.
type Head struct {
	source Source
	poll   time.Duration
	log    *slog.Logger

	mu      sync.Mutex
	height  int64
	changed chan struct{} // closed at the next block
	lost    bool          // the chain did not answer last time
}

// New returns a head that has seen nothing and looks every poll while it runs.
func New(source Source, poll time.Duration, log *slog.Logger) *Head {
	return &Head{source: source, poll: poll, log: log, changed: make(chan struct{})}
}

// Run looks for new blocks until ctx ends. A chain that does not answer is waited for.
func (h *Head) Run(ctx context.Context) error {
	ticker := time.NewTicker(h.poll)
	defer ticker.Stop()
	for {
		h.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (h *Head) look(ctx context.Context) {
	height, err := h.source.Height(ctx)
	if ctx.Err() != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		if !h.lost {
			h.log.Warn("the chain does not answer; the node goes on without it", "error", err)
		}
		h.lost = true
		return
	}
	if h.lost {
		h.log.Info("the chain answers again", "height", height)
	}
	h.lost = false
	if height <= h.height {
		return
	}
	h.height = height
	close(h.changed)
	h.changed = make(chan struct{})
}

// Height returns the newest height seen, 0 for none.
func (h *Head) Height() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.height
}

// Next returns a channel that is closed at the next new block.
func (h *Head) Next() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changed
}

// After returns the newest height once it is above the given one, or the error of ctx.
func (h *Head) After(ctx context.Context, height int64) (int64, error) {
	for {
		h.mu.Lock()
		now, changed := h.height, h.changed
		h.mu.Unlock()
		if now > height {
			return now, nil
		}
		select {
		case <-ctx.Done():
			return now, ctx.Err()
		case <-changed:
		}
	}
}

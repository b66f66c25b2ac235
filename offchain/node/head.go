package node

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/mesh-protocol/mesh/offchain/chain"
)

// headSource is what the head is asked of.
type headSource interface {
	Latest(ctx context.Context) (chain.Block, error)
}

// head follows the newest block of the chain.
type head struct {
	source headSource
	poll   time.Duration
	log    *slog.Logger

	mu      sync.Mutex
	block   chain.Block
	changed chan struct{} // closed at the next block
	lost    bool          // the chain did not answer last time
}

func newHead(source headSource, poll time.Duration, log *slog.Logger) *head {
	return &head{source: source, poll: poll, log: log, changed: make(chan struct{})}
}

// run looks for new blocks until ctx ends. A chain that does not answer is waited for.
func (h *head) run(ctx context.Context) error {
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

func (h *head) look(ctx context.Context) {
	b, err := h.source.Latest(ctx)
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
		h.log.Info("the chain answers again", "height", b.Height)
	}
	h.lost = false
	if b.Height <= h.block.Height {
		return
	}
	h.block = b
	close(h.changed)
	h.changed = make(chan struct{})
}

// height returns the newest height seen, 0 for none.
func (h *head) height() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.block.Height
}

// next returns a channel that is closed at the next new block.
func (h *head) next() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changed
}

// after returns the newest height once it is above the given one, or the error of ctx.
func (h *head) after(ctx context.Context, height int64) (int64, error) {
	for {
		h.mu.Lock()
		now, changed := h.block.Height, h.changed
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

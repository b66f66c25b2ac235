package holder

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// readBytes is how much of a piece is read at once: all of it, for most.
	readBytes = 2 << 20
	// maxWide is how many readers have that much memory at once; the others have a frame, as they may be slow.
	maxWide = 32
)

// Holder keeps what the deals of a node owe. Its methods may be called by several goroutines at once.
type Holder struct {
	cfg    Config
	deps   Deps
	key    [32]byte // public
	shelf  shelf
	making chan struct{} // taken by who has lists in memory
	large  chan struct{} // taken by who receives a large list
	wide   chan struct{} // taken by who reads readBytes at once
	frames sync.Pool     // *[]byte of wire.BulkFrame
	reads  sync.Pool     // *[]byte of readBytes

	mu    sync.Mutex
	deals map[uint64]*deal
	lost  map[uint64]bool // deals kept although they are not this node's any more, as of the last Reconcile
}

// Open finds the lists in the directory, or makes an empty one, and starts nothing. Errors: ErrInvalid, those of the
// file system.
func Open(cfg Config, deps Deps) (*Holder, error) {
	if err := errors.Join(cfg.Validate(), deps.validate()); err != nil {
		return nil, fmt.Errorf("open holder: %w", err)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open holder: %w", err)
	}
	if err := (osFiles{filepath.Dir(cfg.Dir)}).SyncDir(""); err != nil {
		return nil, fmt.Errorf("open holder: %w", err)
	}
	return open(cfg, deps, osFiles{cfg.Dir})
}

// open opens a holder whose lists lie in files.
func open(cfg Config, deps Deps, f files) (*Holder, error) {
	h := &Holder{
		cfg: cfg, deps: deps, key: [32]byte(deps.Key.Public().(ed25519.PublicKey)), shelf: shelf{f},
		making: make(chan struct{}, MaxMaking), large: make(chan struct{}, maxLarge), wide: make(chan struct{}, maxWide), deals: make(map[uint64]*deal),
		lost: make(map[uint64]bool),
	}
	h.frames.New = func() any { b := deps.Pieces.Buffer(wire.BulkFrame); return &b }
	h.reads.New = func() any { b := deps.Pieces.Buffer(readBytes); return &b }
	found, err := h.shelf.load()
	if err != nil {
		return nil, fmt.Errorf("open holder: %w", err)
	}
	for id, lists := range found {
		h.deals[id] = newDeal(id, true, lists)
	}
	return h, nil
}

// lock returns the state of a deal, locked.
func (h *Holder) lock(id uint64) *deal {
	for {
		h.mu.Lock()
		d := h.deals[id]
		if d == nil {
			d = newDeal(id, false, nil)
			h.deals[id] = d
		}
		h.mu.Unlock()
		d.mu.Lock()
		if !d.gone {
			return d
		}
		d.mu.Unlock()
	}
}

// peek returns the state of a deal, locked, or nil if there is none.
func (h *Holder) peek(id uint64) *deal {
	h.mu.Lock()
	d := h.deals[id]
	h.mu.Unlock()
	if d == nil {
		return nil
	}
	d.mu.Lock()
	if d.gone {
		d.mu.Unlock()
		return nil
	}
	return d
}

// known returns the ids of all deals, in order.
func (h *Holder) known() []uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]uint64, 0, len(h.deals))
	for id := range h.deals {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// forget drops the state of a deal that has ended; d is locked.
func (h *Holder) forget(d *deal) {
	d.gone = true
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.deals, d.id)
}

// ours returns a deal as the chain has it, with the index that is this node's. Errors: ErrNoDeal, ErrNotOurs, those of
// the chain's view.
func (h *Holder) ours(ctx context.Context, id uint64) (work.Held, error) {
	d, indices, err := h.deps.Deals.Deal(ctx, id)
	if err != nil {
		return work.Held{}, fmt.Errorf("look up deal %d: %w", id, err)
	}
	return h.oursOf(d, indices)
}

func (h *Holder) oursOf(d work.Deal, indices []work.Index) (work.Held, error) {
	node := h.deps.Deals.Node()
	for i, at := range indices {
		if node != 0 && at.Node == node && !d.Settled && d.Network == h.cfg.Domain.Network {
			return work.Held{Ref: work.IndexRef{Deal: d.ID, Index: i}, At: at, Deal: d}, nil
		}
	}
	return work.Held{}, fmt.Errorf("look up deal %d: %w", d.ID, ErrNotOurs)
}

// buffer returns memory to read what is served, and what gives it back.
func (h *Holder) buffer() (buf []byte, give func()) {
	select {
	case h.wide <- struct{}{}:
		b := h.reads.Get().(*[]byte)
		return *b, func() {
			h.reads.Put(b)
			<-h.wide
		}
	default:
		b := h.frames.Get().(*[]byte)
		return *b, func() { h.frames.Put(b) }
	}
}

// take takes a place in a gate, or gives up with ctx.
func take(ctx context.Context, gate chan struct{}) error {
	select {
	case gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

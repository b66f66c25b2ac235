package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Grant shows the holder that the client lets this host store. Without one Put and Store are refused.
func (h *Holder) Grant(ctx context.Context, grant *wire.Grant) error {
	return h.ask(ctx, "present grant", &wire.Request{Grant: grant}, nil, nothing)
}

// nothing takes an answer that has nothing to give.
func nothing(a *wire.Answer) error {
	if a.Length != 0 || len(a.Cvs) != 0 || len(a.Signature) != 0 {
		return fmt.Errorf("%w: answer to another request", ErrProtocol)
	}
	return nil
}

// Put is a piece that was sent.
type Put struct {
	Root [32]byte

	c      *call
	waited atomic.Bool
}

// Wait returns once the piece is durable, or why it is not. The context of the Put bounds it.
func (p *Put) Wait() error {
	p.waited.Store(true)
	return p.c.wait()
}

// settled says whether Flush would have nothing to say about the piece.
func (p *Put) settled() bool {
	select {
	case <-p.c.done:
		return p.c.err == nil || p.waited.Load()
	default:
		return false
	}
}

// puts are the pieces that Flush waits for.
type puts struct {
	mu   sync.Mutex
	sent []*Put
}

// Put sends a piece and returns when its last byte is on the way; the memory may be used again then. It waits while
// wire.MaxInFlight calls are under way. Whether the piece was stored is known by Wait, or by Flush for all.
func (h *Holder) Put(ctx context.Context, root [32]byte, piece []byte) (*Put, error) {
	if len(piece) == 0 || len(piece) > wire.MaxPiece {
		return nil, h.named("put piece", fmt.Errorf("%w: piece of %d bytes", ErrInvalid, len(piece)))
	}
	m := &wire.Request{Put: &wire.Put{Root: root[:], Length: uint64(len(piece))}}
	c, err := h.start(ctx, "put piece", m, piece, nothing)
	if err != nil {
		return nil, err
	}
	p := &Put{Root: root, c: c}
	h.puts.mu.Lock()
	defer h.puts.mu.Unlock()
	h.puts.sent = append(slices.DeleteFunc(h.puts.sent, (*Put).settled), p)
	return p, nil
}

// Flush waits for all pieces put since the last Flush, and returns what went wrong with those whose Wait has not said it.
func (h *Holder) Flush() error {
	h.puts.mu.Lock()
	sent := h.puts.sent
	h.puts.sent = nil
	h.puts.mu.Unlock()
	var errs []error
	for _, p := range sent {
		if !p.settled() {
			errs = append(errs, p.Wait())
		}
	}
	return errors.Join(errs...)
}

// Change is a new version of a deal's layout: the segments that stay, in their order, and then new ones.
type Change struct {
	Deal  uint64
	Index int
	Base  work.Layout // that segments are kept of; version 0 for none
	Kept  []record.Range
	Added *record.List // nil or empty for none
	Made  work.Layout  // what comes of it
}

// Store makes a new version of the layout of the deal that the grant is for, and returns the holder's signature under
// its ack, verified. Pieces put before on the stream need not be waited for. Errors: a *wire.Refusal with code
// wire.Missing names segments of the new list; ErrBadBytes for a signature that does not hold.
func (h *Holder) Store(ctx context.Context, c Change) ([]byte, error) {
	m := &wire.Store{Deal: c.Deal, Version: c.Made.Version, Base: c.Base.Version}
	if c.Base.Version != 0 {
		m.BaseRoot = c.Base.Root[:]
	}
	for _, k := range c.Kept {
		m.Kept = append(m.Kept, wire.Range{From: k.From, Count: k.Count})
	}
	var list []byte
	if c.Added != nil && c.Added.Len() > 0 {
		list = c.Added.Encode()
	}
	m.ListBytes = uint64(len(list))
	var signature []byte
	err := h.ask(ctx, "store layout", &wire.Request{Store: m}, list, func(a *wire.Answer) error {
		ack := proof.Ack{Deal: c.Deal, Version: c.Made.Version, Root: c.Made.Root, Bytes: c.Made.Bytes, Index: uint32(c.Index)}
		if err := ack.Verify(h.peer.Key[:], h.r.cfg.Domain, a.Signature); err != nil {
			return fmt.Errorf("%w: %w", ErrBadBytes, err)
		}
		signature = a.Signature
		return nil
	})
	return signature, err
}

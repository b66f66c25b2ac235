package holder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// reserve books a piece against what a deal may put, and makes sure that the deal is found again after a crash. It
// returns the deal's state, unlocked.
func (h *Holder) reserve(ctx context.Context, g *grant, root [32]byte, length uint64) (*deal, *wire.Refusal) {
	if d, refusal := h.tryReserve(g, root, length); refusal == nil || refusal.Code != wire.Quota {
		return d, refusal
	}
	// What was put counts until this node sees the ack on chain, and what nobody listed may go.
	held, err := h.ours(ctx, g.ref.Deal)
	if err == nil {
		_, err = h.settle(ctx, held, 0)
	}
	if err != nil {
		return nil, wire.Refuse(wire.Internal, "no room can be made")
	}
	return h.tryReserve(g, root, length)
}

func (h *Holder) tryReserve(g *grant, root [32]byte, length uint64) (*deal, *wire.Refusal) {
	d := h.lock(g.ref.Deal)
	defer d.mu.Unlock()
	if !d.begun {
		if err := h.shelf.begin(d.id); err != nil {
			return nil, wire.Refuse(wire.Internal, "the deal cannot be begun")
		}
		d.begun = true
	}
	if err := h.count(d, g.owed); err != nil {
		return nil, wire.Refuse(wire.Internal, "the pieces of the deal cannot be counted")
	}
	if _, again := d.loose.pieces[root]; !again && !d.loose.room(length, g.space) {
		return nil, wire.Refuse(wire.Quota, "deal %d has put as much as its space since its last commit", d.id)
	}
	d.loose.begin(root, length, h.deps.Deals.Height(), g)
	return d, nil
}

// count finds the loose pieces of a deal after a start: those that the store refers to for it and the versions that are
// owed do not need. A list that cannot be read is not the matter of who puts; Reconcile reports it.
func (h *Holder) count(d *deal, owed []entry) error {
	if d.loose != nil {
		return nil
	}
	needed := make(map[[32]byte]bool)
	for _, e := range owed {
		if !slices.Contains(d.lists, e) {
			continue
		}
		list, err := h.shelf.list(d.id, e)
		if err != nil && !errors.Is(err, ErrNoList) && !errors.Is(err, ErrListDamaged) {
			return err
		}
		for i := 0; err == nil && i < list.Len(); i++ {
			needed[list.At(i).Roots[e.index]] = true
		}
	}
	l, height := newLoose(), h.deps.Deals.Height()
	err := h.deps.Pieces.Pieces(d.id, func(root [32]byte) error {
		if needed[root] {
			return nil
		}
		length, err := h.length(root)
		if err == nil {
			l.add(root, &loosePiece{length: length, height: height, stored: true})
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("count pieces of deal %d: %w", d.id, err)
	}
	d.loose = l
	return nil
}

// length returns the length of a piece, 0 if the store cannot serve it.
func (h *Holder) length(root [32]byte) (uint64, error) {
	r, err := h.deps.Pieces.Get(root)
	if errors.Is(err, ErrUnknown) || errors.Is(err, ErrDamaged) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up piece: %w", err)
	}
	return r.Length(), r.Close()
}

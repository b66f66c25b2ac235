package holder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Reconcile makes what is on disk that which the chain says is this node's: it forgets versions that cannot be claimed
// any more, drops pieces that only they needed or that are in no list for Config.KeepLoose blocks, refers to the pieces
// that the others need, and drops deals that are over, and those that are not this node's any more once another node has
// what it lost. held are the node's indices as the
// chain has them; a deal that is not among them is looked up before anything of it is dropped.
//
// It returns what is wrong with acknowledged versions, in the order of held, to be reported or rebuilt. A deal that
// cannot be handled does not stop the others; its error is among those that are joined. It may be called at any time,
// also while streams are served, and reads every list once.
func (h *Holder) Reconcile(ctx context.Context, held []work.Held) ([]*LossError, error) {
	var losses []*LossError
	var errs []error
	mentioned := make(map[uint64]bool, len(held))
	for _, at := range held {
		if at.Deal.Settled {
			continue // over, as those that are not mentioned
		}
		mentioned[at.Ref.Deal] = true
		loss, err := h.settle(ctx, at, h.cfg.KeepLoose)
		if loss != nil {
			losses = append(losses, loss)
		}
		errs = append(errs, err)
	}
	for _, id := range h.known() {
		if mentioned[id] {
			continue
		}
		errs = append(errs, h.part(ctx, id))
	}
	if err := errors.Join(errs...); err != nil {
		return losses, fmt.Errorf("reconcile: %w", err)
	}
	return losses, nil
}

// part drops a deal that is over or not this node's any more, unless what lies here of it may yet be needed.
func (h *Holder) part(ctx context.Context, id uint64) error {
	d, indices, err := h.deps.Deals.Deal(ctx, id)
	if errors.Is(err, ErrNoDeal) {
		return h.drop(id)
	}
	if err != nil {
		return fmt.Errorf("look up deal %d: %w", id, err)
	}
	_, err = h.oursOf(d, indices)
	ours := err == nil
	wanted := !ours && !d.Settled && h.isWanted(id, indices)
	h.mu.Lock()
	if delete(h.lost, id); wanted {
		h.lost[id] = true
	}
	h.mu.Unlock()
	if ours || wanted {
		return nil
	}
	return h.drop(id)
}

// isWanted tells whether an index that this node has lost is still without another holder: this node may take it again,
// and who rebuilds it or another of the deal reads what lies here.
func (h *Holder) isWanted(id uint64, indices []work.Index) bool {
	d := h.peek(id)
	if d == nil {
		return false
	}
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.lists, func(e entry) bool { return indices[e.index].LostBy == h.deps.Deals.Node() })
}

// makeRoom drops one deal that is kept only because it was lost and nobody else has it yet, since the deals that this node holds
// come first, and tells whether there was one. Errors: those of the chain's view, the store and the file system.
func (h *Holder) makeRoom(ctx context.Context) (bool, error) {
	for _, id := range h.lostDeals() {
		d, indices, err := h.deps.Deals.Deal(ctx, id)
		if err != nil && !errors.Is(err, ErrNoDeal) {
			return false, fmt.Errorf("make room: %w", err)
		}
		if _, err := h.oursOf(d, indices); err == nil {
			continue // taken again
		}
		if err := h.drop(id); err != nil {
			return false, fmt.Errorf("make room: %w", err)
		}
		h.mu.Lock()
		delete(h.lost, id)
		h.mu.Unlock()
		return true, nil
	}
	return false, nil
}

// lostDeals returns the deals that are kept although they were lost, in order.
func (h *Holder) lostDeals() []uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.lost))
}

// drop ends a deal that is not this node's any more: its pieces, its lists, and then what it is found by.
func (h *Holder) drop(id uint64) error {
	d := h.peek(id)
	if d == nil {
		return nil
	}
	defer d.mu.Unlock()
	if d.loose != nil && d.loose.putting() {
		return nil // the store may yet refer to what is being put; next time
	}
	if err := h.deps.Pieces.DropDeal(id); err != nil {
		return fmt.Errorf("drop deal %d: %w", id, err)
	}
	if d.begun {
		if err := h.shelf.end(id); err != nil {
			return err
		}
	}
	h.forget(d)
	return nil
}

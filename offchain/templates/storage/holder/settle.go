package holder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// needs is what the lists of a deal need that are kept.
type needs struct {
	acked *record.List // that the index is owed with; nil for none
	// roots are those of the pieces of this index: true if a version needs it that is owed, false if only one does that
	// waits for the chain.
	roots  map[[32]byte]bool
	stale  []entry // lists that cannot be claimed any more
	unread bool    // a list besides the acknowledged one cannot be read, so that its pieces are not known
}

// settle brings one deal to what the chain has, and returns what is wrong with its acknowledged version. Pieces that no
// list needs go when they are as many blocks old as given.
func (h *Holder) settle(ctx context.Context, held work.Held, age uint64) (*LossError, error) {
	if err := take(ctx, h.making); err != nil {
		return nil, err
	}
	defer func() { <-h.making }()
	d := h.lock(held.Ref.Deal)
	defer d.mu.Unlock()
	if !d.saw(held) {
		return nil, nil
	}
	n, err := h.read(d, held)
	switch {
	case errors.Is(err, ErrNoList), errors.Is(err, ErrListDamaged):
		// Without its list nobody knows which pieces the index needs, so none is dropped.
		return &LossError{Ref: held.Ref, Layout: held.At.Acked, Segment: -1, Err: err}, nil
	case err != nil:
		return nil, err
	}
	// Lists go before pieces, so that a list on disk always has its pieces.
	if err := h.shelf.remove(d.id, n.stale); err != nil {
		return nil, err
	}
	d.lists = slices.DeleteFunc(d.lists, func(e entry) bool { return slices.Contains(n.stale, e) })
	if err := h.tidy(d, held, n, age); err != nil {
		return nil, err
	}
	return h.missing(held, n.acked)
}

// read reads the lists that are kept. Its error is about the acknowledged one.
func (h *Holder) read(d *deal, held work.Held) (needs, error) {
	n := needs{roots: make(map[[32]byte]bool)}
	acked, owed := ackedEntry(held), owedEntries(held)
	for _, e := range d.lists {
		if e == acked {
			continue
		}
		claimed := slices.Contains(owed, e)
		if !claimed && !claimable(e, held) {
			n.stale = append(n.stale, e)
			continue
		}
		list, err := h.shelf.list(d.id, e)
		if err != nil {
			n.unread = true
			continue
		}
		n.note(list, e.index, claimed)
	}
	if acked.version == 0 {
		return n, nil
	}
	var err error
	if n.acked, err = h.shelf.list(d.id, acked); err != nil {
		return n, err
	}
	n.note(n.acked, acked.index, true)
	return n, nil
}

// note enters the pieces of an index.
func (n *needs) note(list *record.List, index uint32, owed bool) {
	for i := range list.Len() {
		root := list.At(i).Roots[index]
		n.roots[root] = owed || n.roots[root]
	}
}

// claimable says whether a version that was signed can still become the one that is owed. While an index is rebuilt
// that this node held before, its pieces in any version may be some of those that are needed.
func claimable(e entry, held work.Held) bool {
	latest := held.Deal.Layout
	return e.index == uint32(held.Ref.Index) && (held.At.Status == work.IndexReserved ||
		e.version > latest.Version || e.version == latest.Version && e.root == latest.Root)
}

// tidy makes the references of a deal those that it needs.
func (h *Holder) tidy(d *deal, held work.Held, n needs, age uint64) error {
	if err := h.count(d, owedEntries(held)); err != nil {
		return err
	}
	have := make(map[[32]byte]bool)
	var unneeded [][32]byte
	height := h.deps.Deals.Height()
	err := h.deps.Pieces.Pieces(d.id, func(root [32]byte) error {
		have[root] = true
		if _, needed := n.roots[root]; !needed && d.loose.gone(root, height, age) {
			unneeded = append(unneeded, root)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read pieces of deal %d: %w", d.id, err)
	}
	for root, owed := range n.roots {
		if err := h.relink(d, root, have[root]); err != nil {
			return err
		}
		if owed {
			d.loose.remove(root)
		}
	}
	if n.unread || len(unneeded) == 0 {
		return nil
	}
	if err := h.deps.Pieces.Drop(d.id, unneeded...); err != nil {
		return fmt.Errorf("drop pieces of deal %d: %w", d.id, err)
	}
	for _, root := range unneeded {
		d.loose.remove(root)
	}
	return nil
}

// relink refers to a piece that a list needs, which a store whose index was made anew may have forgotten. What the store
// does not have is not an error here.
func (h *Holder) relink(d *deal, root [32]byte, have bool) error {
	if have {
		return nil
	}
	err := h.deps.Pieces.Link(d.id, root)
	if err == nil || errors.Is(err, ErrUnknown) || errors.Is(err, ErrDamaged) {
		return nil
	}
	return fmt.Errorf("link piece of deal %d: %w", d.id, err)
}

// missing says which pieces of the acknowledged version cannot be served, or nil.
func (h *Holder) missing(held work.Held, list *record.List) (*LossError, error) {
	if list == nil {
		return nil, nil
	}
	loss := &LossError{Ref: held.Ref, Layout: held.At.Acked, Err: ErrUnknown}
	for i := range list.Len() {
		ok, err := h.deps.Pieces.Has(list.At(i).Roots[held.Ref.Index])
		if err != nil {
			return nil, fmt.Errorf("look for pieces of deal %d: %w", held.Ref.Deal, err)
		}
		if ok {
			continue
		}
		if loss.Missing == 0 {
			loss.Segment = i
		}
		loss.Missing++
	}
	if loss.Missing == 0 {
		return nil, nil
	}
	return loss, nil
}

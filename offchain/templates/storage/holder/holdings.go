package holder

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Holdings is what proofs are made from: the versions that the chain asks for, and the pieces. It is used by one
// goroutine, for one proof, and remembers the list of the deal it was last asked for.
type Holdings struct {
	h    *Holder
	ctx  context.Context //nolint:containedctx // of the making of the proof: proof.Holdings has no place for it
	from func(work.Index) work.Layout
	held work.Held
	at   work.Layout
	list *record.List
	tree *proof.Layout
}

// Holdings returns what the claim for an epoch is proven from. ctx bounds its questions to the chain's view.
func (h *Holder) Holdings(ctx context.Context, epoch uint64) *Holdings {
	return h.holdings(ctx, func(i work.Index) work.Layout { return i.ProvedBy(epoch) })
}

func (h *Holder) holdings(ctx context.Context, from func(work.Index) work.Layout) *Holdings {
	return &Holdings{h: h, ctx: ctx, from: from}
}

// Layout returns the layout of a deal in the version that the chain asks for, and the index. Errors: ErrNoDeal,
// ErrNotOurs, a *LossError if the list is not there, those of the chain's view.
func (s *Holdings) Layout(deal uint64) (*proof.Layout, uint32, error) {
	if err := s.load(deal); err != nil {
		return nil, 0, err
	}
	return s.tree, uint32(s.held.Ref.Index), nil
}

func (s *Holdings) load(deal uint64) error {
	if s.list != nil && s.held.Ref.Deal == deal {
		return nil
	}
	held, err := s.h.ours(s.ctx, deal)
	if err != nil {
		return err
	}
	at := s.from(held.At)
	list, err := s.h.shelf.list(deal, entryOf(held, at))
	if err == nil {
		s.tree, err = list.Layout()
	}
	if err == nil && s.tree.Root() != (proof.LayoutNode{Hash: at.Root, Bytes: at.Bytes}) {
		err = ErrListDamaged
	}
	if err != nil {
		return &LossError{Ref: held.Ref, Layout: at, Segment: -1, Err: err}
	}
	s.held, s.at, s.list = held, at, list
	return nil
}

// Group returns a group of this node's piece of a segment, verified, and the CVs of all groups of the piece. Errors: a
// *LossError if the piece cannot be served, those of Layout.
func (s *Holdings) Group(deal uint64, segment int, group uint64) (data, cvs []byte, err error) {
	if err := s.load(deal); err != nil {
		return nil, nil, err
	}
	r, err := s.h.deps.Pieces.Get(s.list.At(segment).Roots[s.held.Ref.Index])
	if err != nil {
		return nil, nil, s.loss(segment, err)
	}
	data, err = r.ReadGroup(make([]byte, proof.GroupSize), group)
	cvs = r.List()
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, nil, s.loss(segment, err)
	}
	return data, cvs, nil
}

// loss names the piece if that is what is wrong, and not the store.
func (s *Holdings) loss(segment int, err error) error {
	if !errors.Is(err, ErrUnknown) && !errors.Is(err, ErrDamaged) {
		return fmt.Errorf("read piece of segment %d of deal %d: %w", segment, s.held.Ref.Deal, err)
	}
	return &LossError{Ref: s.held.Ref, Layout: s.at, Missing: 1, Segment: segment, Err: err}
}

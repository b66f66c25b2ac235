package holder

import (
	"context"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Signed tells whether the holder has signed the ack of a layout for an index, and so has its list and pieces on disk.
func (h *Holder) Signed(ref work.IndexRef, l work.Layout) bool {
	d := h.peek(ref.Deal)
	if d == nil {
		return false
	}
	defer d.mu.Unlock()
	return slices.Contains(d.lists, entry{index: uint32(ref.Index), version: l.Version, root: l.Root})
}

// Opening returns what shows the block at a byte of an index of this node, in the layout last acknowledged on chain: the
// opening of its piece in the layout, and that of the block in the piece. Errors as of Holdings, and proof.ErrRange.
func (h *Holder) Opening(ctx context.Context, deal, position uint64) (layout, chunk []byte, err error) {
	s := h.holdings(ctx, func(i work.Index) work.Layout { return i.Acked })
	tree, index, err := s.Layout(deal)
	if err != nil {
		return nil, nil, err
	}
	layout, segment, err := tree.Open(index, position)
	if err != nil {
		return nil, nil, fmt.Errorf("open byte %d of deal %d: %w", position, deal, err)
	}
	piece, err := proof.VerifyLayout(tree.Root(), tree.Pieces(), index, position, layout)
	if err != nil {
		return nil, nil, fmt.Errorf("open byte %d of deal %d: %w", position, deal, err)
	}
	at := piece.Chunk()
	group, cvs, err := s.Group(deal, segment, at*proof.ChunkSize/proof.GroupSize)
	if err != nil {
		return nil, nil, err
	}
	chunk, err = proof.OpenChunk(group, cvs, piece.Length, at)
	return layout, chunk, err
}

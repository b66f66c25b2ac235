package proof

import "fmt"

// Holdings is what a holder keeps on disk for its deals.
type Holdings interface {
	// Layout returns the layout of a deal in the version this node last acknowledged, and the index it holds.
	Layout(deal uint64) (*Layout, uint32, error)
	// Group returns the bytes of one group of this node's piece of a segment, and the flat list of the CVs of all groups
	// of that piece.
	Group(deal uint64, segment int, group uint64) (data, cvs []byte, err error)
}

// ProveStorage makes the storage proof of a claim for a seed and k draws. Every part is verified before it is returned,
// so that damaged data is found here and can be reported as a loss: then the error is a *DrawError that wraps ErrLayout,
// ErrChunk or what Holdings returned. Other errors are those of Draws and Trie.Prove.
func ProveStorage(t *Trie, seed [32]byte, k int, h Holdings) (StorageProof, error) {
	multiproof, opened, err := proveDrawn(t, seed, TagLeaf, k)
	if err != nil {
		return StorageProof{}, fmt.Errorf("prove storage: %w", err)
	}
	p := StorageProof{Multiproof: multiproof, Openings: make([]Opening, k)}
	for i, o := range opened {
		p.Openings[i], err = openDeal(h, o.Leaf.Item, seed, i)
		if err != nil {
			return StorageProof{}, &DrawError{Draw: i, Of: "deal", Item: o.Leaf.Item, Err: err}
		}
	}
	return p, nil
}

// openDeal opens the chunk of a deal that draw i falls on.
func openDeal(h Holdings, deal uint64, seed [32]byte, i int) (Opening, error) {
	layout, index, err := h.Layout(deal)
	if err != nil {
		return Opening{}, fmt.Errorf("read layout: %w", err)
	}
	root := layout.Root()
	pos := Draw(seed, TagByte, uint64(i), U64(root.Bytes)).Lo
	o := Opening{}
	var segment int
	if o.Layout, segment, err = layout.Open(index, pos); err != nil {
		return Opening{}, err
	}
	piece, err := VerifyLayout(root, layout.Pieces(), index, pos, o.Layout)
	if err != nil {
		return Opening{}, fmt.Errorf("check own layout: %w", err)
	}
	data, cvs, err := h.Group(deal, segment, piece.Offset/GroupSize)
	if err != nil {
		return Opening{}, fmt.Errorf("read piece of segment %d: %w", segment, err)
	}
	if o.Chunk, err = OpenChunk(data, cvs, piece.Length, piece.Chunk()); err != nil {
		return Opening{}, err
	}
	if _, err := VerifyChunk(piece.Root, piece.Length, piece.Chunk(), o.Chunk); err != nil {
		return Opening{}, fmt.Errorf("check own piece of segment %d: %w", segment, err)
	}
	return o, nil
}

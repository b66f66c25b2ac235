package proof_test

import (
	"errors"
	"math/rand/v2"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/proof"
)

// deal is a deal as its holder has it: the layout, and the pieces of one index.
type deal struct {
	leaf   proof.Leaf
	layout *proof.Layout
	index  uint32
	pieces [][]byte // of the index, one a segment
	cvs    [][]byte // flat list of each
}

// view is what the chain knows about the deal.
func (d *deal) view() proof.DealView {
	root := d.layout.Root()
	return proof.DealView{Weight: d.leaf.Weight, LayoutHash: root.Hash, LayoutBytes: root.Bytes, N: d.layout.Pieces(),
		Index: d.index}
}

// holder keeps deals in memory, and can be told to damage what it reads.
type holder struct {
	deals   map[uint64]*deal
	trie    *proof.Trie
	lookups []uint64
	damage  func(group []byte) ([]byte, error)
}

var errUnknownDeal = errors.New("no such deal")

func (h *holder) Layout(id uint64) (*proof.Layout, uint32, error) {
	d, ok := h.deals[id]
	if !ok {
		return nil, 0, errUnknownDeal
	}
	return d.layout, d.index, nil
}

func (h *holder) Group(id uint64, segment int, group uint64) (data, cvs []byte, err error) {
	d := h.deals[id]
	data = groupOf(d.pieces[segment], group)
	if h.damage != nil {
		data, err = h.damage(data)
	}
	return data, d.cvs[segment], err
}

// lookup is the chain's side.
func (h *holder) lookup(id uint64) (proof.DealView, error) {
	h.lookups = append(h.lookups, id)
	d, ok := h.deals[id]
	if !ok {
		return proof.DealView{}, errUnknownDeal
	}
	return d.view(), nil
}

// newHolder makes deals with layouts of 1 to 6 segments and pieces of maxPiece/2 to maxPiece bytes.
func newHolder(t require.TestingT, r *rand.Rand, deals, maxPiece int) *holder {
	h := &holder{deals: map[uint64]*deal{}}
	var leaves []proof.Leaf
	for i := range deals {
		d := newDeal(t, r, uint64(i*7+1), maxPiece)
		h.deals[d.leaf.Item] = d
		leaves = append(leaves, d.leaf)
	}
	trie, err := proof.BuildTrie(proof.LeafList(leaves))
	require.NoError(t, err)
	h.trie = trie
	return h
}

func newDeal(t require.TestingT, r *rand.Rand, id uint64, maxPiece int) *deal {
	n := 2 + r.IntN(9)
	d := &deal{leaf: proof.Leaf{Item: id, Weight: proof.U64(1 + r.Uint64N(1e6)), Data: fill(byte(id), 8)}, index: uint32(r.IntN(n))}
	segments := someSegments(r, 1+r.IntN(6), n, uint64(maxPiece-maxPiece/2))
	for i := range segments {
		segments[i].Length += uint64(maxPiece / 2)
		piece := fill(byte(i), int(segments[i].Length))
		segments[i].Roots[d.index] = blake3.Sum256(piece)
		d.pieces = append(d.pieces, piece)
		d.cvs = append(d.cvs, groupsOf(t, piece))
	}
	layout, err := proof.BuildLayout(uint32(n), proof.SegmentList(segments))
	require.NoError(t, err)
	d.layout = layout
	return d
}

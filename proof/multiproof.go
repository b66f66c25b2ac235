package proof

import (
	"bytes"
	"fmt"
)

// MaxProofSize bounds every encoded proof of this package but storage proofs, which contain others, in bytes: a longer one is
// refused before any work.
const MaxProofSize = 32 << 10

// A multiproof opens the leaves that a set of draws falls into:
//
//	count ‖ count × (depth byte ‖ leaf) in ascending order of keys ‖ siblings in depth-first order, left before right
//
// with count a varint and a sibling its sum as a varint followed by its hash unless the sum is 0. No directions travel:
// an opened leaf is routed by the bits of its own key, so a wrong turn cannot be written down.

// Opened is the leaf that a draw fell into. Its interval of the total is [Start, Start+Leaf.Weight).
type Opened struct {
	Leaf  Leaf
	Start U128
}

// VerifyMultiproof checks a multiproof against a claim's root node (hash and total) and returns for each draw, in order,
// the leaf it fell into. Data of the leaves aliases p.
//
// It refuses a proof unless the recomputed root and total are the given ones, sums add without overflow, every opened
// leaf lies at the shortest unique prefix of its key as far as the proof shows it, every draw falls into an opened leaf,
// every opened leaf is drawn, and nothing is left over. Errors: ErrDraws for a number of draws outside 1…MaxDraws;
// *DrawError with ErrNotOpened; ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange, ErrNotCanonical, ErrZeroWeight,
// ErrOrder, ErrDepth, ErrShape, ErrOverflow, ErrRoot, ErrNotDrawn.
func VerifyMultiproof(root Node, draws []U128, p []byte) ([]Opened, error) {
	if len(draws) < 1 || len(draws) > MaxDraws {
		return nil, fmt.Errorf("verify %d draws: %w", len(draws), ErrDraws)
	}
	if len(p) > MaxProofSize {
		return nil, fmt.Errorf("verify multiproof of %d bytes: %w", len(p), ErrTooLarge)
	}
	v := opener{cursor: cursor{rest: p}}
	if err := v.readLeaves(len(draws)); err != nil {
		return nil, fmt.Errorf("read opened leaves: %w", err)
	}
	got, err := v.node(0, len(v.open), 0)
	if err != nil {
		return nil, fmt.Errorf("recompute root: %w", err)
	}
	if err := v.end(); err != nil {
		return nil, fmt.Errorf("read siblings: %w", err)
	}
	if got != root {
		return nil, fmt.Errorf("compare root: %w", ErrRoot)
	}
	return v.place(draws)
}

// opener recomputes a root from a multiproof.
type opener struct {
	cursor
	open []openLeaf
	sum  U128 // of everything read so far from left to right: the left edge of what comes next
}

type openLeaf struct {
	key   [32]byte
	depth int
	leaf  Leaf
	start U128
}

// readLeaves reads the opened leaves. There can be no more of them than draws, since each must be drawn.
func (v *opener) readLeaves(limit int) error {
	count := v.uvarint()
	if v.err == nil && (count < 1 || count > uint64(limit)) {
		v.fail(ErrRange)
	}
	if v.err != nil {
		return v.err
	}
	v.open = make([]openLeaf, count)
	for i := range v.open {
		o := &v.open[i]
		o.depth = int(v.byte())
		o.leaf = readLeaf(&v.cursor)
		o.key = o.leaf.Key()
		if o.depth > MaxDepth {
			v.fail(ErrDepth)
		}
		if i > 0 && bytes.Compare(v.open[i-1].key[:], o.key[:]) >= 0 {
			v.fail(ErrOrder)
		}
		if v.err != nil {
			return v.err
		}
	}
	return nil
}

// node recomputes the node at a depth above the opened leaves [a, b), or reads it if there are none. It ends at MaxDepth
// at the latest, since no opened leaf is deeper.
func (v *opener) node(a, b, depth int) (Node, error) {
	if a == b {
		return v.sibling()
	}
	if v.open[a].depth <= depth {
		return v.leafNode(a, b, depth)
	}
	m := a
	for m < b && keyBit(&v.open[m].key, depth) == 0 {
		m++
	}
	l, err := v.node(a, m, depth+1)
	if err != nil {
		return Node{}, err
	}
	r, err := v.node(m, b, depth+1)
	if err != nil {
		return Node{}, err
	}
	// Beside an empty place a leaf would lie higher up. Without this rule the same set of leaves has deep tries as well.
	if v.isLeaf(a, m, depth+1) && r.IsEmpty() || v.isLeaf(m, b, depth+1) && l.IsEmpty() {
		return Node{}, ErrShape
	}
	return Inner(l, r)
}

// isLeaf reports whether the opened leaves [a, b) are one leaf that lies at the depth.
func (v *opener) isLeaf(a, b, depth int) bool { return b-a == 1 && v.open[a].depth == depth }

func (v *opener) leafNode(a, b, depth int) (Node, error) {
	if !v.isLeaf(a, b, depth) {
		return Node{}, ErrShape
	}
	n, err := v.open[a].leaf.Node()
	if err != nil {
		return Node{}, err
	}
	v.open[a].start = v.sum
	return n, v.advance(n.Sum)
}

func (v *opener) sibling() (Node, error) {
	n := Node{Sum: v.uvarint128()}
	if !n.IsEmpty() {
		n.Hash = v.hash()
	}
	if v.err != nil {
		return Node{}, v.err
	}
	return n, v.advance(n.Sum)
}

func (v *opener) advance(w U128) (err error) {
	v.sum, err = v.sum.Add(w)
	return err
}

// place finds the opened leaf of each draw.
func (v *opener) place(draws []U128) ([]Opened, error) {
	out := make([]Opened, len(draws))
	drawn := make([]bool, len(v.open))
	for i, d := range draws {
		j := v.find(d)
		if j < 0 {
			return nil, &DrawError{Draw: i, Err: ErrNotOpened}
		}
		drawn[j] = true
		out[i] = Opened{Leaf: v.open[j].leaf, Start: v.open[j].start}
	}
	for j, ok := range drawn {
		if !ok {
			return nil, fmt.Errorf("opened leaf %d: %w", j, ErrNotDrawn)
		}
	}
	return out, nil
}

// find returns the opened leaf whose interval contains d, or −1.
func (v *opener) find(d U128) int {
	for j := range v.open {
		past, err := d.Sub(v.open[j].start)
		if err == nil && past.Cmp(v.open[j].leaf.Weight) < 0 {
			return j
		}
	}
	return -1
}

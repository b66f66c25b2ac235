package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/mesh-protocol/mesh/proof"
)

// tree is a Merkle-sum trie as a liar may build it: of any shape and with any sums. It is a leaf, an inner node, or, with
// neither, a phantom that has nothing below it.
type tree struct {
	node proof.Node // as the parent commits to it
	leaf *proof.Leaf
	l, r *tree
}

// must is for what cannot fail in a test's own construction.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func leafTree(l proof.Leaf) *tree { return &tree{node: must(l.Node()), leaf: &l} }

func innerTree(l, r *tree) *tree { return &tree{node: must(proof.Inner(l.node, r.node)), l: l, r: r} }

func emptyTree() *tree { return &tree{} }

func phantom(sum proof.U128) *tree {
	return &tree{node: proof.Node{Hash: sha256.Sum256([]byte("phantom")), Sum: sum}}
}

// lying returns t with another sum than what lies below it.
func (t *tree) lying(sum proof.U128) *tree {
	u := *t
	u.node.Sum = sum
	return &u
}

func bit(key [32]byte, depth int) int { return int(key[depth/8]>>(7-depth%8)) & 1 }

// honestTree builds the trie by its definition, without sorting: what the builder is compared with.
func honestTree(leaves []proof.Leaf, depth int) *tree {
	switch len(leaves) {
	case 0:
		return emptyTree()
	case 1:
		return leafTree(leaves[0])
	}
	var side [2][]proof.Leaf
	for _, l := range leaves {
		b := bit(l.Key(), depth)
		side[b] = append(side[b], l)
	}
	return innerTree(honestTree(side[0], depth+1), honestTree(side[1], depth+1))
}

// replace rebuilds t with another subtree at the end of a path.
func (t *tree) replace(path []int, with func(*tree) *tree) *tree {
	if len(path) == 0 {
		return with(t)
	}
	if path[0] == 0 {
		return innerTree(t.l.replace(path[1:], with), t.r)
	}
	return innerTree(t.l, t.r.replace(path[1:], with))
}

// at returns the subtree at the end of a path and the left edge of its interval.
func (t *tree) at(path []int) (*tree, proof.U128) {
	var start proof.U128
	for _, turn := range path {
		if turn == 0 {
			t = t.l
		} else {
			start = must(start.Add(t.l.node.Sum))
			t = t.r
		}
	}
	return t, start
}

// nodeAt returns the node at the end of a path.
func (t *tree) nodeAt(path ...int) proof.Node {
	u, _ := t.at(path)
	return u.node
}

// pathTo returns the turns to a leaf that lies where its key says.
func (t *tree) pathTo(l proof.Leaf) []int {
	var path []int
	for t.leaf == nil {
		turn := bit(l.Key(), len(path))
		path = append(path, turn)
		if turn == 0 {
			t = t.l
		} else {
			t = t.r
		}
	}
	return path
}

// openedLeaf is an opened leaf with its key, for sorting.
type openedLeaf struct {
	key   [32]byte
	bytes []byte
}

// open makes the best multiproof the tree allows: leaves in the order of their keys, siblings in depth-first order.
func (t *tree) open(draws []proof.U128) []byte {
	sorted := slices.SortedFunc(slices.Values(draws), proof.U128.Cmp)
	var leaves []openedLeaf
	var siblings []byte
	t.walk(0, sorted, proof.U128{}, &leaves, &siblings)
	slices.SortStableFunc(leaves, func(a, b openedLeaf) int { return bytes.Compare(a.key[:], b.key[:]) })
	p := binary.AppendUvarint(nil, uint64(len(leaves)))
	for _, l := range leaves {
		p = append(p, l.bytes...)
	}
	return append(p, siblings...)
}

func (t *tree) walk(depth int, draws []proof.U128, start proof.U128, leaves *[]openedLeaf, siblings *[]byte) {
	if len(draws) == 0 || t.leaf == nil && t.l == nil {
		*siblings = append(*siblings, siblingBytes(t.node)...)
		return
	}
	if t.leaf != nil {
		b := must(t.leaf.AppendTo([]byte{byte(depth)}))
		*leaves = append(*leaves, openedLeaf{t.leaf.Key(), b})
		return
	}
	edge := must(start.Add(t.l.node.Sum))
	m := 0
	for m < len(draws) && draws[m].Cmp(edge) < 0 {
		m++
	}
	t.l.walk(depth+1, draws[:m], start, leaves, siblings)
	t.r.walk(depth+1, draws[m:], edge, leaves, siblings)
}

// siblingBytes encodes a node that is not opened.
func siblingBytes(n proof.Node) []byte {
	var b []byte
	for u := n.Sum; ; {
		low := byte(u.Lo) & 0x7f
		u = proof.U128{Hi: u.Hi >> 7, Lo: u.Lo>>7 | u.Hi<<57}
		if u.IsZero() {
			b = append(b, low)
			break
		}
		b = append(b, low|0x80)
	}
	if !n.Sum.IsZero() {
		b = append(b, n.Hash[:]...)
	}
	return b
}

// dealsWithPrefix returns the first n deals from the given one on whose keys begin with the bits of prefix.
func dealsWithPrefix(from uint64, n int, prefix ...int) []uint64 {
	var out []uint64
	for deal := from; len(out) < n; deal++ {
		key := proof.Leaf{Item: deal}.Key()
		match := true
		for i, b := range prefix {
			match = match && bit(key, i) == b
		}
		if match {
			out = append(out, deal)
		}
	}
	return out
}

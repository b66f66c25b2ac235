package proof

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sort"
)

// MaxDepth bounds the depth of a leaf. Two honest keys share no 128 bits: it would take a collision of SHA-256 on half
// its output.
const MaxDepth = 128

// keepDepth is how deep the nodes of a trie stay in memory. The rest is computed again when a path is opened, 2^8 leaves
// a sibling in a trie of 2^20, which trades 0.4 ms a path for 48 B a leaf.
const keepDepth = 12

// Leaves gives random access to the leaves of a claim, in any order, so that they can lie on disk. Each is read twice
// while the trie is built, the second time in the order of the keys, and a few hundred for each draw that is opened.
type Leaves interface {
	// Len returns the number of leaves.
	Len() int
	// Leaf returns leaf i, 0 ≤ i < Len, always the same one.
	Leaf(i int) (Leaf, error)
}

// LeafList is Leaves in memory.
type LeafList []Leaf

// Len returns the number of leaves.
func (l LeafList) Len() int { return len(l) }

// Leaf returns leaf i and no error.
func (l LeafList) Leaf(i int) (Leaf, error) { return l[i], nil }

// Trie is the Merkle-sum trie over the leaves of a claim. A leaf lies at the shortest prefix of its key that no other
// key has, which makes the shape a function of the set of keys. It keeps 36 B a leaf and at most 8,191 nodes. It may be
// read by several goroutines if its Leaves may.
type Trie struct {
	src    Leaves
	places []place
	kept   int    // depth down to which nodes are in top
	top    []Node // node at depth d and path p is at 2^d + p
}

// place says where in the source the leaf of a key is.
type place struct {
	key   [32]byte
	index uint32
}

// BuildTrie reads all leaves and computes the trie. The source must not change while the trie is used. Errors:
// ErrZeroWeight, ErrDuplicate, ErrOverflow, ErrTooLarge (a leaf's data, or 2^32 leaves), ErrDepth, or the source's.
// Time is O(n log n) for sorting the keys.
func BuildTrie(src Leaves) (*Trie, error) {
	n := src.Len()
	if n < 0 || uint64(n) > math.MaxUint32 {
		return nil, fmt.Errorf("build trie of %d leaves: %w", n, ErrTooLarge)
	}
	t := &Trie{src: src, places: make([]place, n), kept: min(keepDepth, bits.Len(uint(n)))}
	t.top = make([]Node, 2<<t.kept)
	for i := range t.places {
		l, err := src.Leaf(i)
		if err != nil {
			return nil, fmt.Errorf("read leaf %d: %w", i, err)
		}
		t.places[i] = place{key: l.Key(), index: uint32(i)}
	}
	slices.SortFunc(t.places, func(a, b place) int {
		return cmp.Or(bytes.Compare(a.key[:], b.key[:]), cmp.Compare(a.index, b.index))
	})
	for i := 1; i < n; i++ {
		if t.places[i].key == t.places[i-1].key {
			return nil, fmt.Errorf("build trie: leaves %d and %d: %w", t.places[i-1].index, t.places[i].index, ErrDuplicate)
		}
	}
	if _, err := t.build(span{b: n}); err != nil {
		return nil, fmt.Errorf("build trie: %w", err)
	}
	return t, nil
}

// Root returns the root node: the hash the claim commits to and the sum of all weights. It is empty without leaves.
func (t *Trie) Root() Node { return t.top[1] }

// Len returns the number of leaves.
func (t *Trie) Len() int { return len(t.places) }

// span is the part of a trie below one node: the places [a, b), and the node's depth and path. The path is only
// followed as far as nodes are kept.
type span struct {
	a, b  int
	depth int
	path  uint32
}

// split returns the spans of the two children.
func (t *Trie) split(s span) (l, r span) {
	m := s.a + sort.Search(s.b-s.a, func(i int) bool { return keyBit(&t.places[s.a+i].key, s.depth) == 1 })
	l = span{a: s.a, b: m, depth: s.depth + 1, path: s.path << 1}
	r = span{a: m, b: s.b, depth: s.depth + 1, path: s.path<<1 | 1}
	return l, r
}

// build computes the node of a span from its leaves and keeps the upper ones.
func (t *Trie) build(s span) (Node, error) {
	n, err := t.compute(s)
	if err == nil && s.depth <= t.kept {
		t.top[1<<s.depth+s.path] = n
	}
	return n, err
}

func (t *Trie) compute(s span) (Node, error) {
	if s.a == s.b {
		return Node{}, nil
	}
	if s.b-s.a == 1 {
		l, err := t.leaf(s.a)
		if err != nil {
			return Node{}, err
		}
		return l.Node()
	}
	if s.depth == MaxDepth {
		return Node{}, ErrDepth
	}
	ls, rs := t.split(s)
	l, err := t.build(ls)
	if err != nil {
		return Node{}, err
	}
	r, err := t.build(rs)
	if err != nil {
		return Node{}, err
	}
	return Inner(l, r)
}

// leaf returns the leaf at place i, after a check that it is the one the place was made for.
func (t *Trie) leaf(i int) (Leaf, error) {
	p := &t.places[i]
	l, err := t.src.Leaf(int(p.index))
	if err != nil {
		return Leaf{}, fmt.Errorf("read leaf %d: %w", p.index, err)
	}
	if l.Key() != p.key {
		return Leaf{}, fmt.Errorf("read leaf %d: source changed: %w", p.index, ErrRoot)
	}
	return l, nil
}

// node returns the node of a span, from memory where it is kept.
func (t *Trie) node(s span) (Node, error) {
	if s.depth <= t.kept {
		return t.top[1<<s.depth+s.path], nil
	}
	return t.compute(s)
}

package proof

// A left-balanced tree over n leaves has the largest power of two below n in its left half, and so on downwards. It is
// the shape of BLAKE3 (section 2.1 of its paper) and of RFC 6962. Built level by level it means: join neighbours from
// the left, and carry an odd last node up as it is. Layouts, segments and pieces all have this shape, so the way from a
// leaf to the root follows from (leaf, n) and never from a proof.

// side says where the sibling of a node is.
type side int

const (
	noSibling side = iota // the last node of an odd level, carried up
	siblingLeft
	siblingRight
)

// climb is the way from one leaf to the root of a left-balanced tree.
type climb struct {
	at, n uint64 // position on the present level, and nodes on it
}

// top reports whether the root is reached.
func (c *climb) top() bool { return c.n <= 1 }

// next returns where the sibling is, and goes one level up.
func (c *climb) next() side {
	s := noSibling
	switch {
	case c.at&1 == 1:
		s = siblingLeft
	case c.at+1 < c.n:
		s = siblingRight
	}
	c.at >>= 1
	c.n = c.n>>1 + c.n&1
	return s
}

// halve returns the level above the given one, in the same memory.
func halve[T any](level []T, join func(l, r T) T) []T {
	up := level[:0]
	for i := 0; i+1 < len(level); i += 2 {
		up = append(up, join(level[i], level[i+1]))
	}
	if len(level)%2 == 1 {
		up = append(up, level[len(level)-1])
	}
	return up
}

// appendSiblings appends the siblings on the way from a node of a level to the root, from the bottom up. It reuses the
// level's memory.
func appendSiblings(dst []byte, level [][32]byte, at uint64, join func(l, r [32]byte) [32]byte) []byte {
	for c := (climb{at, uint64(len(level))}); !c.top(); level = halve(level, join) {
		at := c.at
		switch c.next() {
		case siblingLeft:
			dst = append(dst, level[at-1][:]...)
		case siblingRight:
			dst = append(dst, level[at+1][:]...)
		}
	}
	return dst
}

// foldSiblings returns the root over n leaves from the leaf at a position and the siblings that appendSiblings wrote.
// join is told whether it makes the root.
func foldSiblings(leaf [32]byte, at, n uint64, c *cursor, join func(l, r [32]byte, isRoot bool) [32]byte) [32]byte {
	for way := (climb{at, n}); !way.top(); {
		switch way.next() {
		case siblingLeft:
			leaf = join(c.hash(), leaf, way.top())
		case siblingRight:
			leaf = join(leaf, c.hash(), way.top())
		}
	}
	return leaf
}

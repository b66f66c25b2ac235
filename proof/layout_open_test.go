package proof_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestVerifyLayoutRefuses(t *testing.T) {
	segments := someSegments(seeded.Source(t), 3, 4, 100)
	l := must(proof.BuildLayout(4, proof.SegmentList(segments)))
	root := l.Root()
	good, _, err := l.Open(2, 0)
	require.NoError(t, err)
	long := root
	long.Bytes = 2 * proof.MaxPieceLength
	for _, tc := range []struct {
		name     string
		root     proof.LayoutNode
		n, index uint32
		pos      uint64
		opening  []byte
		err      error
	}{
		{"ok: as it is", root, 4, 2, 0, good, nil},
		{"fails: position beyond the end", root, 4, 2, root.Bytes, good, proof.ErrRange},
		{"fails: nothing in the layout", proof.LayoutNode{}, 4, 2, 0, good, proof.ErrRange},
		{"fails: index beyond n", root, 4, 4, 0, good, proof.ErrPieces},
		{"fails: one piece", root, 1, 0, 0, good, proof.ErrPieces},
		{"fails: too many pieces", root, 257, 0, 0, good, proof.ErrPieces},
		{"fails: fewer pieces", root, 2, 1, 0, good, proof.ErrTrailing},
		{"fails: more pieces", root, 8, 2, 0, good, proof.ErrTruncated},
		{"fails: other sum", proof.LayoutNode{Hash: root.Hash, Bytes: root.Bytes + 1}, 4, 2, 0, good, proof.ErrLayout},
		{"fails: empty", root, 4, 2, 0, nil, proof.ErrTruncated},
		{"fails: too deep", root, 4, 2, 0, append([]byte{33}, good[1:]...), proof.ErrTooLarge},
		{"fails: no byte on the left", root, 4, 2, 0, slices.Concat([]byte{1, 0}, make([]byte, 32*4)), proof.ErrLayout},
		{"fails: no byte on the right", root, 4, 2, 0,
			slices.Concat([]byte{1}, binary.AppendUvarint(nil, root.Bytes), make([]byte, 32*4)), proof.ErrLayout},
		{"fails: long sum", root, 4, 2, 0, slices.Concat([]byte{1, 0x81, 0}, make([]byte, 32*4)), proof.ErrNotCanonical},
		{"fails: left over", root, 4, 2, 0, append(bytes.Clone(good), 0), proof.ErrTrailing},
		{"fails: piece too long", long, 4, 2, 0, make([]byte, 1+32*3), proof.ErrPieceLength},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := proof.VerifyLayout(tc.root, tc.n, tc.index, tc.pos, tc.opening)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

// A committed sum that is not that of the segments cannot be opened where it is wrong.
func TestForgedLayoutSums(t *testing.T) {
	segments := someSegments(seeded.Source(t), 2, 2, 100)
	left, right := layoutRoot(segments[:1]), layoutRoot(segments[1:])
	msg := slices.Concat([]byte{0x11}, left.Hash[:], binary.BigEndian.AppendUint64(nil, left.Bytes+50),
		right.Hash[:], binary.BigEndian.AppendUint64(nil, right.Bytes))
	forged := proof.LayoutNode{Hash: sha256.Sum256(msg), Bytes: left.Bytes + right.Bytes + 50}
	open := func(sum uint64, sibling [32]byte, s proof.Segment) []byte {
		return slices.Concat([]byte{1}, binary.AppendUvarint(nil, sum), sibling[:], s.Roots[0][:], s.Roots[1][:])
	}
	for pos := range forged.Bytes {
		_, err := proof.VerifyLayout(forged, 2, 0, pos, open(left.Bytes+50, right.Hash, segments[0]))
		require.ErrorIs(t, err, proof.ErrLayout)
		_, err = proof.VerifyLayout(forged, 2, 0, pos, open(left.Bytes, right.Hash, segments[0]))
		require.ErrorIs(t, err, proof.ErrLayout)
		_, err = proof.VerifyLayout(forged, 2, 0, pos, open(left.Bytes+50, left.Hash, segments[1]))
		if pos < left.Bytes+50 {
			require.ErrorIs(t, err, proof.ErrLayout)
		} else {
			require.NoError(t, err)
		}
	}
}

// A sum that is forged at any depth of the layout tree is found out at every byte below it that it makes room for: an opening
// of those can be nobody's.
func TestForgedLayoutSumAtEveryDepth(t *testing.T) {
	const segments, more = 32, 7
	list := someSegments(seeded.Source(t), segments, 2, 100)
	inner := func(l, r proof.LayoutNode) proof.LayoutNode {
		msg := slices.Concat([]byte{0x11}, l.Hash[:], binary.BigEndian.AppendUint64(nil, l.Bytes), r.Hash[:], binary.BigEndian.AppendUint64(nil, r.Bytes))
		return proof.LayoutNode{Hash: sha256.Sum256(msg), Bytes: l.Bytes + r.Bytes}
	}
	// On the way to the first segment the node at one depth claims a few bytes more than its children have.
	var lefts []proof.LayoutNode // from the leaf up: the node on the way, and its right sibling
	var rights []proof.LayoutNode
	for size := 1; size < segments; size *= 2 {
		lefts, rights = append(lefts, layoutRoot(list[:size])), append(rights, layoutRoot(list[size:2*size]))
	}
	depth := len(lefts)
	for forged := range depth {
		node := lefts[0]
		path := make([]byte, 0, 256)
		sums := make([]uint64, depth) // of the left side, from the leaf up
		for at := range depth {
			if at == forged {
				node.Bytes += more
			}
			sums[at] = node.Bytes
			node = inner(node, rights[at])
		}
		path = append(path, byte(depth))
		for at := depth - 1; at >= 0; at-- {
			path = append(binary.AppendUvarint(path, sums[at]), rights[at].Hash[:]...)
		}
		path = slices.Concat(path, list[0].Roots[0][:], list[0].Roots[1][:])
		refused := 0
		for pos := range sums[forged] {
			if _, err := proof.VerifyLayout(node, 2, 0, pos, path); err != nil {
				require.ErrorIs(t, err, proof.ErrLayout)
				refused++
			} else {
				require.NotZero(t, forged, "a leaf that claims more than its piece opens nowhere")
				require.Less(t, pos, list[0].Length)
			}
		}
		require.GreaterOrEqual(t, refused, more, "forged at height %d", forged)
	}
}

// Sums that are empty on one side, or that wrap around 2^64, are refused even where the root commits to them.
func TestImpossibleLayoutSums(t *testing.T) {
	segment := someSegments(seeded.Source(t), 1, 2, 100)[0]
	segment.Length = 100
	here, other := layoutRoot([]proof.Segment{segment}), [32]byte{5}
	for _, tc := range []struct {
		name        string
		left, right uint64 // the segment's side has the sum 100
		onLeft      bool
		err         error
	}{
		{"ok: one byte beside it", 100, 1, true, nil},
		{"ok: one byte before it", 1, 100, false, nil},
		{"fails: nothing beside it", 100, 0, true, proof.ErrLayout},
		{"fails: nothing before it", 0, 100, false, proof.ErrLayout},
		{"fails: the other side wraps", 100, math.MaxUint64 - 49, true, proof.ErrLayout},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, r, pos := here.Hash, other, uint64(0)
			if !tc.onLeft {
				l, r, pos = other, here.Hash, tc.left
			}
			msg := slices.Concat([]byte{0x11}, l[:], binary.BigEndian.AppendUint64(nil, tc.left),
				r[:], binary.BigEndian.AppendUint64(nil, tc.right))
			root := proof.LayoutNode{Hash: sha256.Sum256(msg), Bytes: tc.left + tc.right}
			opening := slices.Concat([]byte{1}, binary.AppendUvarint(nil, tc.left), other[:], segment.Roots[0][:], segment.Roots[1][:])
			_, err := proof.VerifyLayout(root, 2, 0, pos, opening)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

func TestEveryBitFlipOfALayoutOpeningIsRefused(t *testing.T) {
	r := seeded.Source(t)
	for _, count := range []int{1, 2, 5, 16, 1000} {
		l := must(proof.BuildLayout(20, proof.SegmentList(someSegments(r, count, 20, 1<<20))))
		pos := r.Uint64N(l.Root().Bytes)
		opening, _, err := l.Open(19, pos)
		require.NoError(t, err)
		flipBits(opening, func(b int) {
			if _, err := proof.VerifyLayout(l.Root(), 20, 19, pos, opening); err == nil {
				t.Fatalf("%d segments: bit %d", count, b)
			}
		})
	}
}

func TestLayoutGolden(t *testing.T) {
	segments := someSegments(rand.New(rand.NewPCG(1, 2)), 5, 3, 1000)
	l := must(proof.BuildLayout(3, proof.SegmentList(segments)))
	root := l.Root()
	out := binary.BigEndian.AppendUint64(root.Hash[:], root.Bytes)
	for _, pos := range []uint64{0, root.Bytes / 2, root.Bytes - 1} {
		opening, _, err := l.Open(uint32(pos%3), pos)
		require.NoError(t, err)
		out = append(out, opening...)
	}
	golden(t, "layout", out)
}

// An opening that verifies is the one the honest prover makes.
func FuzzVerifyLayout(f *testing.F) {
	l := must(proof.BuildLayout(3, proof.SegmentList(someSegments(rand.New(rand.NewPCG(1, 2)), 5, 3, 1000))))
	for pos := uint64(0); pos < l.Root().Bytes; pos += 300 {
		opening, _, err := l.Open(uint32(pos%3), pos)
		require.NoError(f, err)
		f.Add(uint32(pos%3), pos, opening)
	}
	f.Fuzz(func(t *testing.T, index uint32, pos uint64, opening []byte) {
		if _, err := proof.VerifyLayout(l.Root(), 3, index, pos, opening); err == nil {
			want, _, err := l.Open(index, pos)
			require.NoError(t, err)
			require.Equal(t, want, opening)
		}
	})
}

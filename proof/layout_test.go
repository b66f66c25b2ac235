package proof_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// splitBalanced returns how many of n leaves the left half of a left-balanced tree has.
func splitBalanced(n int) int {
	left := 1
	for left*2 < n {
		left *= 2
	}
	return left
}

// piecesRoot is the root over piece roots by its recursive definition.
func piecesRoot(roots [][32]byte) [32]byte {
	if len(roots) == 1 {
		return roots[0]
	}
	left := splitBalanced(len(roots))
	l, r := piecesRoot(roots[:left]), piecesRoot(roots[left:])
	return sha256.Sum256(slices.Concat([]byte{0x12}, l[:], r[:]))
}

// layoutRoot is the root over segments by its recursive definition.
func layoutRoot(segments []proof.Segment) proof.LayoutNode {
	u64 := func(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }
	if len(segments) == 1 {
		s := segments[0]
		r := piecesRoot(s.Roots)
		return proof.LayoutNode{Hash: sha256.Sum256(slices.Concat([]byte{0x10}, u64(s.Length), r[:])), Bytes: s.Length}
	}
	left := splitBalanced(len(segments))
	l, r := layoutRoot(segments[:left]), layoutRoot(segments[left:])
	msg := slices.Concat([]byte{0x11}, l.Hash[:], u64(l.Bytes), r.Hash[:], u64(r.Bytes))
	return proof.LayoutNode{Hash: sha256.Sum256(msg), Bytes: l.Bytes + r.Bytes}
}

// someSegments returns segments of n pieces with random roots and lengths from 1 to most bytes.
func someSegments(r *rand.Rand, count, n int, most uint64) []proof.Segment {
	out := make([]proof.Segment, count)
	for i := range out {
		out[i] = proof.Segment{Length: 1 + r.Uint64N(most), Roots: make([][32]byte, n)}
		for j := range out[i].Roots {
			out[i].Roots[j] = hash32(r)
		}
	}
	return out
}

// Every segment of layouts of every size up to 40, at the first and the last byte of its piece.
func TestLayoutOpensEverySegment(t *testing.T) {
	r := seeded.Source(t)
	for count := 1; count <= 40; count++ {
		n := uint32(2 + count%19)
		segments := someSegments(r, count, int(n), 5000)
		l, err := proof.BuildLayout(n, proof.SegmentList(segments))
		require.NoError(t, err)
		require.Equal(t, layoutRoot(segments), l.Root())
		require.Equal(t, n, l.Pieces())
		start := uint64(0)
		for i, s := range segments {
			index := uint32(i) % n
			for _, offset := range []uint64{0, s.Length - 1} {
				opening, segment, err := l.Open(index, start+offset)
				require.NoError(t, err)
				require.Equal(t, i, segment)
				got, err := proof.VerifyLayout(l.Root(), n, index, start+offset, opening)
				require.NoError(t, err)
				require.Equal(t, proof.PieceAt{Root: s.Roots[index], Length: s.Length, Offset: offset}, got)
				require.Equal(t, offset/proof.ChunkSize, got.Chunk())
			}
			start += s.Length
		}
		_, _, err = l.Open(0, start)
		require.ErrorIs(t, err, proof.ErrRange)
	}
}

func TestLayoutOpensEveryIndex(t *testing.T) {
	r := seeded.Source(t)
	for _, n := range []uint32{2, 3, 4, 5, 7, 8, 20, 80, 255, 256} {
		segments := someSegments(r, 3, int(n), 1000)
		l, err := proof.BuildLayout(n, proof.SegmentList(segments))
		require.NoError(t, err)
		require.Equal(t, layoutRoot(segments), l.Root())
		pos := segments[0].Length
		for index := range n {
			opening, _, err := l.Open(index, pos)
			require.NoError(t, err)
			got, err := proof.VerifyLayout(l.Root(), n, index, pos, opening)
			require.NoError(t, err)
			require.Equal(t, segments[1].Roots[index], got.Root)
			other, err := proof.VerifyLayout(l.Root(), n, (index+1)%n, pos, opening)
			require.Error(t, err, "opening of another index")
			require.Zero(t, other)
		}
		_, _, err = l.Open(n, pos)
		require.ErrorIs(t, err, proof.ErrPieces)
	}
}

// A position is proved by one opening only: that of another segment does not verify for it.
func TestLayoutOpeningOfAnotherPlace(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "segments"), 1))
		segments := someSegments(r, 2+r.IntN(30), 2+r.IntN(6), 100)
		n := uint32(len(segments[0].Roots))
		l, err := proof.BuildLayout(n, proof.SegmentList(segments))
		require.NoError(t, err)
		here := rapid.Uint64Max(l.Root().Bytes-1).Draw(t, "here")
		there := rapid.Uint64Max(l.Root().Bytes-1).Draw(t, "there")
		opening, a, err := l.Open(0, here)
		require.NoError(t, err)
		other, b, err := l.Open(0, there)
		require.NoError(t, err)
		if a == b {
			require.Equal(t, opening, other)
			return
		}
		_, err = proof.VerifyLayout(l.Root(), n, 0, here, other)
		require.Error(t, err)
	})
}

type brokenSegments struct {
	proof.SegmentList
	length int
	err    error
}

func (s *brokenSegments) Len() int { return s.length }

func (s *brokenSegments) Segment(i int) (proof.Segment, error) { return s.SegmentList[i], s.err }

func TestBuildLayoutRefuses(t *testing.T) {
	disk := errors.New("disk is gone")
	segment := func(length uint64, n int) proof.Segment {
		return proof.Segment{Length: length, Roots: make([][32]byte, n)}
	}
	list := func(s ...proof.Segment) *brokenSegments { return &brokenSegments{SegmentList: s, length: len(s)} }
	for _, tc := range []struct {
		name string
		n    uint32
		src  proof.Segments
		err  error
	}{
		{"ok: fewest pieces, smallest", 2, list(segment(1, 2)), nil},
		{"ok: most pieces, largest", 256, list(segment(proof.MaxPieceLength, 256)), nil},
		{"fails: one piece", 1, list(segment(1, 1)), proof.ErrPieces},
		{"fails: 257 pieces", 257, list(segment(1, 257)), proof.ErrPieces},
		{"fails: other number of pieces", 4, list(segment(1, 4), segment(1, 5)), proof.ErrPieces},
		{"fails: no segments", 2, list(), proof.ErrRange},
		{"fails: too many segments", 2, &brokenSegments{length: proof.MaxSegments + 1}, proof.ErrRange},
		{"fails: empty piece", 2, list(segment(5, 2), segment(0, 2)), proof.ErrPieceLength},
		{"fails: long piece", 2, list(segment(proof.MaxPieceLength+1, 2)), proof.ErrPieceLength},
		{"fails: read error", 2, &brokenSegments{SegmentList: proof.SegmentList{segment(1, 2)}, length: 1, err: disk}, disk},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := proof.BuildLayout(tc.n, tc.src)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

func TestOpenLayoutOfABadSource(t *testing.T) {
	src := &brokenSegments{SegmentList: someSegments(seeded.Source(t), 3, 4, 10), length: 3}
	l, err := proof.BuildLayout(4, src)
	require.NoError(t, err)
	src.err = errors.New("disk is gone")
	_, _, err = l.Open(0, 0)
	require.ErrorIs(t, err, src.err)
	src.err = nil
	src.SegmentList[0].Roots = src.SegmentList[0].Roots[:1]
	_, _, err = l.Open(3, 0)
	require.ErrorIs(t, err, proof.ErrPieces)
}

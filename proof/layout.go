package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// maxLayoutDepth bounds the inner nodes above a segment, and MaxSegments follows from it. Sums cannot overflow:
// MaxSegments · MaxPieceLength is 2^62.
const maxLayoutDepth = 32

// MaxSegments bounds the segments of a layout.
const MaxSegments = 1 << maxLayoutDepth

// LayoutNode is what a layout commits to at one place: a hash and the sum of the piece lengths below it. As a root, Bytes
// is what the holder of any one index keeps.
type LayoutNode struct {
	Hash  [32]byte
	Bytes uint64
}

// Segments gives random access to the segments of a layout, so that they can lie on disk.
type Segments interface {
	// Len returns the number of segments, 1…MaxSegments.
	Len() int
	// Segment returns segment i, 0 ≤ i < Len, always the same one.
	Segment(i int) (Segment, error)
}

// SegmentList is Segments in memory.
type SegmentList []Segment

// Len returns the number of segments.
func (l SegmentList) Len() int { return len(l) }

// Segment returns segment i and no error.
func (l SegmentList) Segment(i int) (Segment, error) { return l[i], nil }

// Layout is the left-balanced Merkle-sum tree over the segments of a deal. One tree serves all n indices, because all
// pieces of a segment have one length. It keeps 80 B a segment.
type Layout struct {
	src    Segments
	pieces uint32
	levels [][]LayoutNode // from the segments up to the root
}

// BuildLayout reads all segments of a layout with n pieces a segment. Errors: ErrPieces, ErrPieceLength, ErrRange for a
// number of segments outside 1…MaxSegments, or the source's.
func BuildLayout(n uint32, src Segments) (*Layout, error) {
	if err := checkPieces(n); err != nil {
		return nil, fmt.Errorf("build layout: %w", err)
	}
	if src.Len() < 1 || uint64(src.Len()) > MaxSegments {
		return nil, fmt.Errorf("build layout of %d segments: %w", src.Len(), ErrRange)
	}
	level := make([]LayoutNode, src.Len())
	for i := range level {
		s, err := src.Segment(i)
		if err != nil {
			return nil, fmt.Errorf("read segment %d: %w", i, err)
		}
		if err := s.check(n); err != nil {
			return nil, fmt.Errorf("build layout: segment %d: %w", i, err)
		}
		level[i] = s.node()
	}
	l := &Layout{src: src, pieces: n, levels: [][]LayoutNode{level}}
	for len(level) > 1 {
		level = halve(slices.Clone(level), joinLayout)
		l.levels = append(l.levels, level)
	}
	return l, nil
}

// Root returns the root node.
func (l *Layout) Root() LayoutNode { return l.levels[len(l.levels)-1][0] }

// Pieces returns n, the number of pieces of each segment.
func (l *Layout) Pieces() uint32 { return l.pieces }

// joinLayout returns SHA-256(0x11 ‖ l.Hash ‖ l.Bytes ‖ r.Hash ‖ r.Bytes) and the sum of the bytes, which the caller
// knows to fit.
func joinLayout(l, r LayoutNode) LayoutNode {
	var b [1 + 2*(32+8)]byte
	b[0] = tagLayoutInner
	copy(b[1:], l.Hash[:])
	binary.BigEndian.PutUint64(b[33:], l.Bytes)
	copy(b[41:], r.Hash[:])
	binary.BigEndian.PutUint64(b[73:], r.Bytes)
	return LayoutNode{Hash: sha256.Sum256(b[:]), Bytes: l.Bytes + r.Bytes}
}

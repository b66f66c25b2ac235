package record

import (
	"fmt"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/proof"
)

// Segment is what a layout list says about one segment. Nobody changes it once it is in a list.
type Segment struct {
	Length uint64     // of each piece in bytes, 1…proof.MaxPieceLength
	Roots  [][32]byte // of the n pieces, by index
	Label  *Label     // nil for a part of an object
}

// Label says that a segment holds a sealed manifest.
type Label struct {
	Content uint64   // length of the sealed manifest in bytes, at most segment.MaxContent
	Hash    [32]byte // BLAKE3-256 of it, which is in the cid
}

// ID returns the name of the segment in manifests: the BLAKE3-256 of its n roots in a row. The root of a single piece
// would not do, as pieces of short segments have so few bytes that different ones are the same.
func (s Segment) ID() [32]byte {
	return blake3.Sum256(s.appendRoots(make([]byte, 0, 32*len(s.Roots))))
}

func (s Segment) appendRoots(b []byte) []byte {
	for i := range s.Roots {
		b = append(b, s.Roots[i][:]...)
	}
	return b
}

// check returns why the segment cannot be in a list of n pieces a segment.
func (s Segment) check(n int) error {
	if len(s.Roots) != n {
		return fmt.Errorf("%d roots: %w", len(s.Roots), proof.ErrPieces)
	}
	if s.Length < 1 || s.Length > proof.MaxPieceLength {
		return fmt.Errorf("%d bytes: %w", s.Length, proof.ErrPieceLength)
	}
	if s.Label == nil {
		return nil
	}
	if _, err := segment.PlainLength(int(min(s.Label.Content, segment.MaxContent+1))); err != nil {
		return fmt.Errorf("label: %w", err)
	}
	return nil
}

// List is the layout list of a deal: what lies in it, in public. It is immutable. An empty one is possible, as nothing
// may be added to a layout, but has no root.
type List struct {
	n        int
	segments []Segment
}

// NewList returns a list of segments of n pieces, which it keeps. Errors: ErrList, ErrTooLarge.
func NewList(n int, segments []Segment) (*List, error) {
	if n < proof.MinPieces || n > proof.MaxPieces {
		return nil, fmt.Errorf("make list: %w: %d pieces a segment: %w", ErrList, n, proof.ErrPieces)
	}
	if uint64(len(segments)) > proof.MaxSegments {
		return nil, fmt.Errorf("make list: %w: %d segments", ErrTooLarge, len(segments))
	}
	for i := range segments {
		if err := segments[i].check(n); err != nil {
			return nil, fmt.Errorf("make list: %w: segment %d: %w", ErrList, i, err)
		}
	}
	return &List{n: n, segments: segments}, nil
}

// Pieces returns n, the number of pieces of every segment.
func (l *List) Pieces() int { return l.n }

// Len returns the number of segments.
func (l *List) Len() int { return len(l.segments) }

// At returns a segment with its label, 0 ≤ i < Len.
func (l *List) At(i int) Segment { return l.segments[i] }

// Segment returns the leaf of a segment in the layout tree, 0 ≤ i < Len, and no error: a List is proof.Segments.
func (l *List) Segment(i int) (proof.Segment, error) {
	return proof.Segment{Length: l.segments[i].Length, Roots: l.segments[i].Roots}, nil
}

// Layout builds the layout tree, or returns proof.ErrRange for an empty list.
func (l *List) Layout() (*proof.Layout, error) { return proof.BuildLayout(uint32(l.n), l) }

// Bytes returns what the holder of any one index keeps.
func (l *List) Bytes() uint64 {
	var sum uint64 // below 2^62
	for i := range l.segments {
		sum += l.segments[i].Length
	}
	return sum
}

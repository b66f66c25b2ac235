package record

import (
	"encoding/binary"
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

const (
	listVersion   = 1
	partLabel     = 0 // of a part of an object
	manifestLabel = 1
	minSegment    = 2 // bytes of a segment besides its roots, at least
)

// Size returns the length of the encoded list in bytes.
func (l *List) Size() int {
	size := 1 + uvarintLen(uint64(l.n)) + uvarintLen(uint64(len(l.segments)))
	for i := range l.segments {
		s := &l.segments[i]
		size += uvarintLen(s.Length) + 32*l.n + 1
		if s.Label != nil {
			size += uvarintLen(s.Label.Content) + len(s.Label.Hash)
		}
	}
	return size
}

// Encode returns the one encoding of the list.
func (l *List) Encode() []byte {
	b := make([]byte, 0, l.Size())
	b = append(b, listVersion)
	b = binary.AppendUvarint(b, uint64(l.n))
	b = binary.AppendUvarint(b, uint64(len(l.segments)))
	for i := range l.segments {
		b = l.segments[i].append(b)
	}
	return b
}

func (s *Segment) append(b []byte) []byte {
	b = binary.AppendUvarint(b, s.Length)
	b = s.appendRoots(b)
	if s.Label == nil {
		return append(b, partLabel)
	}
	b = append(b, manifestLabel)
	b = binary.AppendUvarint(b, s.Label.Content)
	return append(b, s.Label.Hash[:]...)
}

// DecodeList reads what Encode wrote and keeps nothing of b. It takes at most limit bytes, and allocates in proportion to
// what is there. Errors: ErrTooLarge, ErrList.
func DecodeList(b []byte, limit int) (*List, error) {
	if len(b) > limit {
		return nil, fmt.Errorf("decode list: %w: %d bytes, at most %d", ErrTooLarge, len(b), limit)
	}
	l, err := decodeList(&cursor{rest: b})
	if err != nil {
		return nil, fmt.Errorf("decode list: %w: %w", ErrList, err)
	}
	return l, nil
}

func decodeList(c *cursor) (*List, error) {
	version, n, count := c.byte(), c.uvarint(), c.uvarint()
	switch {
	case c.err != nil:
		return nil, c.err
	case version != listVersion:
		return nil, fmt.Errorf("version %d", version)
	case n < proof.MinPieces || n > proof.MaxPieces:
		return nil, fmt.Errorf("%d pieces a segment: %w", n, proof.ErrPieces)
	case count > proof.MaxSegments || count*(minSegment+32*n) > uint64(len(c.rest)):
		return nil, fmt.Errorf("%d segments: %w", count, proof.ErrTruncated)
	}
	l := &List{n: int(n), segments: make([]Segment, count)}
	roots := make([][32]byte, n*count) // of all segments, as one of each would be as many allocations
	for i := range l.segments {
		l.segments[i], roots = c.segment(roots[:n:n]), roots[n:]
		if c.err != nil {
			return nil, fmt.Errorf("segment %d: %w", i, c.err)
		}
		if err := l.segments[i].check(l.n); err != nil {
			return nil, fmt.Errorf("segment %d: %w", i, err)
		}
	}
	if len(c.rest) != 0 {
		return nil, proof.ErrTrailing
	}
	return l, nil
}

// segment reads a segment and its roots into the room for them.
func (c *cursor) segment(roots [][32]byte) Segment {
	s := Segment{Length: c.uvarint(), Roots: roots}
	for i := range roots {
		roots[i] = c.hash()
	}
	switch label := c.byte(); label {
	case partLabel:
	case manifestLabel:
		s.Label = &Label{Content: c.uvarint(), Hash: c.hash()}
	default:
		c.fail(fmt.Errorf("label %d", label))
	}
	return s
}

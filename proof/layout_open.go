package proof

import (
	"encoding/binary"
	"fmt"
)

// A layout opening shows which piece holds a byte position of an index:
//
//	count ‖ count × (sum of the left child ‖ hash of the sibling) from the root down ‖ piece root ‖
//	siblings of the piece among the n of its segment, from the bottom up
//
// with count a byte and sums varints. Neither directions nor lengths travel. The verifier knows the sum of the root; the
// sum of a left child says whether the position lies below it and what is left for the other child; the sum left at the
// end is the length of the piece.

// PieceAt is the piece that a byte position of an index lies in.
type PieceAt struct {
	Root   [32]byte // BLAKE3-256 of the piece
	Length uint64   // in bytes, 1…MaxPieceLength
	Offset uint64   // of the position in the piece, below Length
}

// Chunk returns the number of the chunk that the position lies in.
func (p PieceAt) Chunk() uint64 { return p.Offset / ChunkSize }

// Open returns the opening of a byte position of an index, and the number of the segment it lies in. Errors: ErrRange for
// a position at or above Root().Bytes, ErrPieces for an index at or above n or a segment that changed, or the source's.
func (l *Layout) Open(index uint32, pos uint64) ([]byte, int, error) {
	if err := checkIndex(l.pieces, index); err != nil {
		return nil, 0, fmt.Errorf("open layout: %w", err)
	}
	if pos >= l.Root().Bytes {
		return nil, 0, fmt.Errorf("open layout at byte %d of %d: %w", pos, l.Root().Bytes, ErrRange)
	}
	var steps []byte
	at, count := 0, byte(0)
	for i := len(l.levels) - 2; i >= 0; i-- {
		level := l.levels[i]
		at *= 2
		if at+1 == len(level) {
			continue // carried up: no node was made here
		}
		left, sibling := level[at].Bytes, level[at+1].Hash
		if pos >= left {
			pos -= left
			sibling = level[at].Hash
			at++
		}
		steps = binary.AppendUvarint(steps, left)
		steps = append(steps, sibling[:]...)
		count++
	}
	s, err := l.src.Segment(at)
	if err != nil {
		return nil, 0, fmt.Errorf("read segment %d: %w", at, err)
	}
	if err := s.check(l.pieces); err != nil {
		return nil, 0, fmt.Errorf("read segment %d: %w", at, err)
	}
	out := append([]byte{count}, steps...)
	out = append(out, s.Roots[index][:]...)
	return append(out, s.open(index)...), at, nil
}

// layoutStep is one inner node on the way down.
type layoutStep struct {
	sibling LayoutNode
	right   bool // the way turns right, so the sibling is on the left
}

// VerifyLayout checks the opening of a byte position of an index against the root of a layout with n pieces a segment,
// and returns the piece. root.Bytes must come from where root.Hash does. Errors: ErrPieces, ErrRange for a position at
// or above root.Bytes, ErrTooLarge, ErrTruncated, ErrTrailing, ErrNotCanonical, ErrPieceLength, ErrLayout.
func VerifyLayout(root LayoutNode, n, index uint32, pos uint64, opening []byte) (PieceAt, error) {
	if err := checkIndex(n, index); err != nil {
		return PieceAt{}, fmt.Errorf("verify layout opening: %w", err)
	}
	if pos >= root.Bytes {
		return PieceAt{}, fmt.Errorf("verify layout opening at byte %d of %d: %w", pos, root.Bytes, ErrRange)
	}
	c := cursor{rest: opening}
	steps, length, offset := descend(&c, root.Bytes, pos)
	piece := PieceAt{Root: c.hash(), Length: length, Offset: offset}
	pieces := foldPieces(piece.Root, n, index, &c)
	if err := c.end(); err != nil {
		return PieceAt{}, fmt.Errorf("read layout opening: %w", err)
	}
	if piece.Length > MaxPieceLength {
		return PieceAt{}, fmt.Errorf("verify layout opening: %w", ErrPieceLength)
	}
	node := segmentNode(piece.Length, pieces)
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].right {
			node = joinLayout(steps[i].sibling, node)
		} else {
			node = joinLayout(node, steps[i].sibling)
		}
	}
	if node != root {
		return PieceAt{}, fmt.Errorf("verify layout opening: %w", ErrLayout)
	}
	return piece, nil
}

// descend reads the inner nodes of an opening from the root, whose sum is total, down to the segment of a position. It
// returns them, the sum that is left for the segment, and the position within it.
func descend(c *cursor, total, pos uint64) (steps []layoutStep, length, offset uint64) {
	count := int(c.byte())
	if count > maxLayoutDepth {
		c.fail(ErrTooLarge)
		return nil, 0, 0
	}
	steps = make([]layoutStep, count)
	for i := range steps {
		left := c.uvarint()
		if left == 0 || left >= total {
			c.fail(ErrLayout) // each child holds at least one byte
			return nil, 0, 0
		}
		steps[i].sibling.Hash = c.hash()
		if pos < left {
			steps[i].sibling.Bytes = total - left
			total = left
		} else {
			steps[i].sibling.Bytes = left
			steps[i].right = true
			total -= left
			pos -= left
		}
	}
	return steps, total, pos
}

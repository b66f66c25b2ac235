package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
)

// Limits of a segment. A segment is coded into n pieces of one length, and piece i lies with the holder of index i.
const (
	// MinPieces and MaxPieces bound n.
	MinPieces = 2
	MaxPieces = 256
	// MaxPieceLength bounds the length of a piece in bytes.
	MaxPieceLength = 1 << 30
)

// First byte of what is hashed in a layout. They differ from each other and from those of the claim trie.
const (
	tagSegment     = 0x10
	tagLayoutInner = 0x11
	tagPieces      = 0x12
)

// Segment is one leaf of a layout: the pieces of one segment.
type Segment struct {
	Length uint64     // of each piece in bytes, 1…MaxPieceLength
	Roots  [][32]byte // BLAKE3-256 of each piece, MinPieces…MaxPieces of them
}

// check returns ErrPieceLength or ErrPieces for a segment that cannot stand in a layout of n pieces a segment.
func (s Segment) check(n uint32) error {
	if s.Length < 1 || s.Length > MaxPieceLength {
		return ErrPieceLength
	}
	if uint64(len(s.Roots)) != uint64(n) {
		return ErrPieces
	}
	return nil
}

// checkPieces returns ErrPieces unless n pieces are allowed.
func checkPieces(n uint32) error {
	if n < MinPieces || n > MaxPieces {
		return fmt.Errorf("%d pieces a segment: %w", n, ErrPieces)
	}
	return nil
}

// checkIndex returns ErrPieces unless n pieces are allowed and index is one of them.
func checkIndex(n, index uint32) error {
	if err := checkPieces(n); err != nil {
		return err
	}
	if index >= n {
		return fmt.Errorf("index %d of %d: %w", index, n, ErrPieces)
	}
	return nil
}

// node returns the segment's node in a layout.
func (s Segment) node() LayoutNode {
	level := slices.Clone(s.Roots)
	for len(level) > 1 {
		level = halve(level, joinPieces)
	}
	return segmentNode(s.Length, level[0])
}

// open returns the siblings of a piece from the bottom up.
func (s Segment) open(index uint32) []byte {
	return appendSiblings(nil, slices.Clone(s.Roots), uint64(index), joinPieces)
}

// foldPieces returns the root over n piece roots from that of one piece and the siblings that open wrote.
func foldPieces(piece [32]byte, n, index uint32, c *cursor) [32]byte {
	return foldSiblings(piece, uint64(index), uint64(n), c, func(l, r [32]byte, _ bool) [32]byte {
		return joinPieces(l, r)
	})
}

// joinPieces returns SHA-256(0x12 ‖ l ‖ r).
func joinPieces(l, r [32]byte) [32]byte {
	var b [1 + 64]byte
	b[0] = tagPieces
	copy(b[1:], l[:])
	copy(b[33:], r[:])
	return sha256.Sum256(b[:])
}

// segmentNode returns SHA-256(0x10 ‖ length ‖ root) and the length, which is what one index holds of the segment.
func segmentNode(length uint64, root [32]byte) LayoutNode {
	var b [1 + 8 + 32]byte
	b[0] = tagSegment
	binary.BigEndian.PutUint64(b[1:], length)
	copy(b[9:], root[:])
	return LayoutNode{Hash: sha256.Sum256(b[:]), Bytes: length}
}

package proof

import (
	"encoding/binary"
	"fmt"

	"lukechampine.com/blake3/guts"
)

// The tree of a piece is that of BLAKE3, so the root of a piece is its plain BLAKE3-256 hash. See "BLAKE3: one function,
// fast everywhere" (O'Connor, Aumasson, Neves, Wilcox-O'Hearn), section 2. A chaining value (CV) is the 32-byte output of
// an inner node; words are little-endian. Holders keep a flat list with one CV a group, 0.2 % of the data, and hash the
// one group again that a chunk is opened in.
const (
	// ChunkSize is the length of a leaf of the tree in bytes; only the last one may be shorter.
	ChunkSize = guts.ChunkSize
	// GroupSize is the length of a group, an aligned subtree of 16 chunks, in bytes.
	GroupSize = groupChunks * ChunkSize
	// CVSize is the length of an encoded chaining value in bytes.
	CVSize = 32

	groupChunks = 16
)

// chunkCount returns the number of chunks of a piece, or ErrPieceLength if no piece has that length.
func chunkCount(pieceLen uint64) (uint64, error) { return countParts(pieceLen, ChunkSize) }

// groupCount returns the number of groups of a piece, or ErrPieceLength if no piece has that length.
func groupCount(pieceLen uint64) (uint64, error) { return countParts(pieceLen, GroupSize) }

func countParts(pieceLen, size uint64) (uint64, error) {
	if pieceLen < 1 || pieceLen > MaxPieceLength {
		return 0, fmt.Errorf("piece of %d bytes: %w", pieceLen, ErrPieceLength)
	}
	return (pieceLen + size - 1) / size, nil
}

// GroupCV returns the chaining value of a group of a piece, given the group's bytes, its number, and the length of the
// whole piece. Every group is GroupSize bytes long but the last. The only group of a piece is its root, and then its
// value is the piece's hash. Errors: ErrPieceLength if no such group exists or it has another length.
func GroupCV(p []byte, group, pieceLen uint64) ([CVSize]byte, error) {
	groups, err := groupCount(pieceLen)
	if err != nil {
		return [CVSize]byte{}, fmt.Errorf("hash group: %w", err)
	}
	if group >= groups || uint64(len(p)) != min(GroupSize, pieceLen-group*GroupSize) {
		return [CVSize]byte{}, fmt.Errorf("hash group %d of %d, %d bytes: %w", group, groups, len(p), ErrPieceLength)
	}
	full := p
	if len(p) < GroupSize { // the vector code reads whole groups
		full = make([]byte, GroupSize)
		copy(full, p)
	}
	n := guts.CompressBuffer((*[GroupSize]byte)(full), len(p), &guts.IV, group*groupChunks, 0)
	return nodeCV(n, groups == 1), nil
}

// FoldGroups returns the root of a piece from the flat list of the CVs of its groups, in order, 32 bytes each. It returns
// ErrPieceLength if their number does not belong to a piece of that length.
func FoldGroups(cvs []byte, pieceLen uint64) ([CVSize]byte, error) {
	groups, err := groupCount(pieceLen)
	if err != nil {
		return [CVSize]byte{}, fmt.Errorf("fold groups: %w", err)
	}
	if uint64(len(cvs)) != groups*CVSize {
		return [CVSize]byte{}, fmt.Errorf("fold groups: list of %d bytes: %w", len(cvs), ErrPieceLength)
	}
	level := splitCVs(cvs)
	for len(level) > 1 {
		isRoot := len(level) == 2
		level = halve(level, func(l, r [CVSize]byte) [CVSize]byte { return parentCV(l, r, isRoot) })
	}
	return level[0], nil
}

// splitCVs copies a flat list into one that can be folded.
func splitCVs(cvs []byte) [][CVSize]byte {
	level := make([][CVSize]byte, len(cvs)/CVSize)
	for i := range level {
		level[i] = [CVSize]byte(cvs[i*CVSize:])
	}
	return level
}

// chunkCV returns the chaining value of one chunk.
func chunkCV(chunk []byte, number uint64, isRoot bool) [CVSize]byte {
	return nodeCV(guts.CompressChunk(chunk, &guts.IV, number, 0), isRoot)
}

// parentCV returns the chaining value of the node above two others.
func parentCV(l, r [CVSize]byte, isRoot bool) [CVSize]byte {
	return nodeCV(guts.ParentNode(cvWords(l), cvWords(r), &guts.IV, 0), isRoot)
}

// nodeCV compresses a node. Only the topmost node of a piece is a root.
func nodeCV(n guts.Node, isRoot bool) (cv [CVSize]byte) {
	if isRoot {
		n.Flags |= guts.FlagRoot
	}
	for i, w := range guts.ChainingValue(n) {
		binary.LittleEndian.PutUint32(cv[4*i:], w)
	}
	return cv
}

func cvWords(cv [CVSize]byte) (w [8]uint32) {
	for i := range w {
		w[i] = binary.LittleEndian.Uint32(cv[4*i:])
	}
	return w
}

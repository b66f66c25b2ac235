package proof

import "fmt"

// A chunk opening is the chunk followed by one sibling CV a level, from the bottom up. Directions and the number of
// levels follow from the length of the piece and the number of the chunk, both of which the verifier knows.

// OpenChunk returns the opening of a chunk, given the bytes of the group it lies in, the flat list of the CVs of all
// groups, and the length of the piece. It does not check the data against the list: VerifyChunk does. Errors:
// ErrPieceLength for a group or list of the wrong length, ErrRange for a chunk that the piece does not have.
func OpenChunk(group, cvs []byte, pieceLen, chunk uint64) ([]byte, error) {
	size, err := chunkSize(pieceLen, chunk)
	if err != nil {
		return nil, fmt.Errorf("open chunk: %w", err)
	}
	groups, err := groupCount(pieceLen)
	if err != nil {
		return nil, fmt.Errorf("open chunk: %w", err)
	}
	number, inGroup := chunk/groupChunks, chunk%groupChunks
	if uint64(len(group)) != min(GroupSize, pieceLen-number*GroupSize) || uint64(len(cvs)) != groups*CVSize {
		return nil, fmt.Errorf("open chunk %d of a piece of %d bytes: group or list: %w", chunk, pieceLen, ErrPieceLength)
	}
	out := append([]byte(nil), group[inGroup*ChunkSize:][:size]...)
	out = appendSiblings(out, groupCVs(group, number), inGroup, joinCVs)
	return appendSiblings(out, splitCVs(cvs), number, joinCVs), nil
}

// VerifyChunk checks the opening of a chunk of a piece of the given length against the piece's root and returns the
// chunk, which aliases the opening. pieceLen must come from where root does. Errors: ErrPieceLength, ErrRange for a chunk
// that the piece does not have, ErrTruncated, ErrTrailing, ErrChunk.
func VerifyChunk(root [CVSize]byte, pieceLen, chunk uint64, opening []byte) ([]byte, error) {
	size, err := chunkSize(pieceLen, chunk)
	if err != nil {
		return nil, fmt.Errorf("verify chunk: %w", err)
	}
	chunks, err := chunkCount(pieceLen)
	if err != nil {
		return nil, fmt.Errorf("verify chunk: %w", err)
	}
	c := cursor{rest: opening}
	data := c.take(size)
	cv := foldSiblings(chunkCV(data, chunk, chunks == 1), chunk, chunks, &c, parentCV)
	if err := c.end(); err != nil {
		return nil, fmt.Errorf("read chunk opening: %w", err)
	}
	if cv != root {
		return nil, fmt.Errorf("verify chunk %d of %d: %w", chunk, chunks, ErrChunk)
	}
	return data, nil
}

// chunkSize returns the length of a chunk in bytes, ErrPieceLength for a length no piece has, or ErrRange for a chunk
// that the piece does not have.
func chunkSize(pieceLen, chunk uint64) (int, error) {
	chunks, err := chunkCount(pieceLen)
	if err != nil {
		return 0, err
	}
	if chunk >= chunks {
		return 0, fmt.Errorf("chunk %d of %d: %w", chunk, chunks, ErrRange)
	}
	return int(min(ChunkSize, pieceLen-chunk*ChunkSize)), nil
}

// groupCVs hashes the chunks of a group. A group lies whole in the tree of its piece, so the way from a chunk to the
// root first goes through the tree of the group, then through that of the groups.
func groupCVs(group []byte, number uint64) [][CVSize]byte {
	var level [][CVSize]byte
	for i := uint64(0); i*ChunkSize < uint64(len(group)); i++ {
		chunk := group[i*ChunkSize : min((i+1)*ChunkSize, uint64(len(group)))]
		level = append(level, chunkCV(chunk, number*groupChunks+i, false))
	}
	return level
}

// joinCVs joins two nodes that are not the last two: a sibling is never made of the root.
func joinCVs(l, r [CVSize]byte) [CVSize]byte { return parentCV(l, r, false) }

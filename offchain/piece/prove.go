package piece

import (
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// Prove returns the opening of a chunk of a piece, as proof.VerifyChunk takes it: up to 1,024 bytes of the piece and one
// CV a level. It reads the list and the one group that the chunk lies in, and verifies both. Errors: proof.ErrRange if the
// piece has no such chunk; those of Get and ReadGroup.
func (s *Store) Prove(root [32]byte, chunk uint64) (opening []byte, err error) {
	r, err := s.Get(root)
	if err != nil {
		return nil, fmt.Errorf("prove chunk %d: %w", chunk, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	const chunksPerGroup = proof.GroupSize / proof.ChunkSize
	group, err := r.ReadGroup(make([]byte, proof.GroupSize), chunk/chunksPerGroup)
	if err != nil {
		return nil, fmt.Errorf("prove chunk %d: %w", chunk, err)
	}
	opening, err = proof.OpenChunk(group, r.list, r.at.length, chunk)
	if err != nil {
		return nil, fmt.Errorf("prove: %w", err)
	}
	return opening, nil
}

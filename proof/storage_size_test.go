package proof_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// The proof of a node in the smallest network, with the most openings, over the largest claim and layouts that are planned with
// still fits, and so do those of larger networks into what is planned.
func TestStorageProofSizes(t *testing.T) {
	trie, err := proof.BuildTrie(&million{})
	require.NoError(t, err)
	h := newWideHolder(t)
	r := seeded.Source(t)
	for openings, most := range map[int]int{8: 24 << 10, 16: 48 << 10} {
		for range 20 {
			p, err := proof.ProveStorage(trie, hash32(r), openings, h)
			require.NoError(t, err)
			enc, err := p.Encode()
			require.NoError(t, err)
			require.LessOrEqual(t, len(enc), most)
			require.Less(t, most, proof.MaxStorageProof)
		}
	}
}

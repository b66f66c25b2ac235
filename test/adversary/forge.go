package adversary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// Forge makes a proof as good as a node can that has lost pieces: everything is right but the chunks it does not
// have, for which it shows nothing but zeros.
func Forge(t testing.TB, h *storage.Holder, epoch uint64, trie *proof.Trie) proof.StorageProof {
	t.Helper()
	seed, k := h.Seed(epoch)
	draws, err := proof.Draws(seed, proof.TagLeaf, k, trie.Root().Sum)
	require.NoError(t, err)
	multiproof, opened, err := trie.Prove(draws)
	require.NoError(t, err)
	p := proof.StorageProof{Multiproof: multiproof}
	for i, o := range opened {
		p.Openings = append(p.Openings, forgeOpening(t, h.Holdings(epoch), o.Leaf.Item, seed, i))
	}
	return p
}

// forgeOpening opens the chunk of a deal that draw i falls on, or zeros in its place.
func forgeOpening(t testing.TB, has proof.Holdings, deal uint64, seed [32]byte, i int) proof.Opening {
	t.Helper()
	layout, index, err := has.Layout(deal)
	require.NoError(t, err)
	pos := proof.Draw(seed, proof.TagByte, uint64(i), proof.U64(layout.Root().Bytes)).Lo
	opening, segment, err := layout.Open(index, pos)
	require.NoError(t, err)
	piece, err := proof.VerifyLayout(layout.Root(), layout.Pieces(), index, pos, opening)
	require.NoError(t, err)
	group := piece.Offset / proof.GroupSize
	data, cvs, err := has.Group(deal, segment, group)
	if err != nil {
		require.ErrorIs(t, err, storage.ErrLost)
		data = make([]byte, min(proof.GroupSize, piece.Length-group*proof.GroupSize))
		cvs = make([]byte, (piece.Length+proof.GroupSize-1)/proof.GroupSize*proof.CVSize)
	}
	chunk, err := proof.OpenChunk(data, cvs, piece.Length, piece.Chunk())
	require.NoError(t, err)
	return proof.Opening{Layout: opening, Chunk: chunk}
}

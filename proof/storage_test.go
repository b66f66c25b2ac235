package proof_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestStorageProofs(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "deals"), 3))
		h := newHolder(t, r, 1+r.IntN(12), rapid.SampledFrom([]int{1, 700, 5_000, 40_000}).Draw(t, "piece"))
		k := rapid.IntRange(1, 10).Draw(t, "k")
		seed := genHash().Draw(t, "seed")

		p, err := proof.ProveStorage(h.trie, seed, k, h)
		require.NoError(t, err)
		enc, err := p.Encode()
		require.NoError(t, err)
		got, err := proof.DecodeStorageProof(enc)
		require.NoError(t, err)
		require.Equal(t, p, got)
		require.NoError(t, got.Verify(h.trie.Root(), seed, k, h.lookup))

		require.Len(t, slices.Compact(slices.Sorted(slices.Values(h.lookups))), len(h.lookups), "each deal looked up once")
		require.ErrorIs(t, got.Verify(h.trie.Root(), seed, k+1, h.lookup), proof.ErrDraws)
	})
}

// A small node has one deal: all draws fall into it, each at a byte of its own.
func TestManyDrawsInOneDeal(t *testing.T) {
	r := seeded.Source(t)
	h := newHolder(t, r, 1, 200_000)
	seed := hash32(r)
	const k = 8
	p, err := proof.ProveStorage(h.trie, seed, k, h)
	require.NoError(t, err)
	require.NoError(t, p.Verify(h.trie.Root(), seed, k, h.lookup))
	require.Len(t, h.lookups, 1)
	different := 0
	for i := 1; i < k; i++ {
		if !bytes.Equal(p.Openings[i].Chunk, p.Openings[0].Chunk) {
			different++
		}
		swapped := proof.StorageProof{Multiproof: p.Multiproof, Openings: slices.Clone(p.Openings)}
		swapped.Openings[i] = p.Openings[0]
		if !bytes.Equal(p.Openings[i].Chunk, p.Openings[0].Chunk) {
			var drawErr *proof.DrawError
			require.ErrorAs(t, swapped.Verify(h.trie.Root(), seed, k, h.lookup), &drawErr)
			require.Equal(t, i, drawErr.Draw)
		}
	}
	require.Greater(t, different, 4)
}

// oneDraw returns a holder of several deals and a proof of one draw.
func oneDraw(t *testing.T) (h *holder, p proof.StorageProof, seed [32]byte, drawn *deal) {
	t.Helper()
	h = newHolder(t, seeded.Source(t), 5, 60_000)
	seed = [32]byte{42}
	p, err := proof.ProveStorage(h.trie, seed, 1, h)
	require.NoError(t, err)
	require.NoError(t, p.Verify(h.trie.Root(), seed, 1, h.lookup))
	return h, p, seed, h.deals[h.lookups[0]]
}

func TestStorageProofNamesWhatFailed(t *testing.T) {
	h, p, seed, d := oneDraw(t)
	gone := errors.New("deal is closed")
	change := func(f func(*proof.DealView)) func(uint64) (proof.DealView, error) {
		return func(uint64) (proof.DealView, error) {
			v := d.view()
			f(&v)
			return v, nil
		}
	}
	for _, tc := range []struct {
		name   string
		lookup func(uint64) (proof.DealView, error)
		err    error
	}{
		{"ok: state as claimed", change(func(*proof.DealView) {}), nil},
		{"fails: deal unknown", func(uint64) (proof.DealView, error) { return proof.DealView{}, gone }, gone},
		{"fails: deal owes less", change(func(v *proof.DealView) { v.Weight = proof.U64(v.Weight.Lo - 1) }), proof.ErrWeight},
		{"fails: deal owes more", change(func(v *proof.DealView) { v.Weight.Hi = 1 }), proof.ErrWeight},
		{"fails: deal owes nothing", change(func(v *proof.DealView) { v.Weight = proof.U128{} }), proof.ErrWeight},
		{"fails: other layout", change(func(v *proof.DealView) { v.LayoutHash[0] ^= 1 }), proof.ErrLayout},
		{"fails: empty layout", change(func(v *proof.DealView) { v.LayoutBytes = 0 }), proof.ErrRange},
		{"fails: index beyond n", change(func(v *proof.DealView) { v.Index = v.N }), proof.ErrPieces},
		{"fails: n of zero", change(func(v *proof.DealView) { v.N = 0 }), proof.ErrPieces},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := p.Verify(h.trie.Root(), seed, 1, tc.lookup)
			require.ErrorIs(t, err, tc.err)
			if tc.err == nil {
				return
			}
			var drawErr *proof.DrawError
			require.ErrorAs(t, err, &drawErr)
			require.Equal(t, 0, drawErr.Draw)
			require.Equal(t, d.leaf.Item, drawErr.Item)
		})
	}
	require.Equal(t, "draw 3, deal 7: weight differs from what is owed",
		(&proof.DrawError{Draw: 3, Of: "deal", Item: 7, Err: proof.ErrWeight}).Error())
}

func TestStorageProofWholeFailures(t *testing.T) {
	h, p, seed, _ := oneDraw(t)
	root := h.trie.Root()
	never := func(uint64) (proof.DealView, error) {
		t.Fatal("looked up before the multiproof held")
		return proof.DealView{}, nil
	}
	require.ErrorIs(t, p.Verify(root, seed, 0, never), proof.ErrDraws)
	require.ErrorIs(t, p.Verify(root, seed, proof.MaxDraws+1, never), proof.ErrDraws)
	require.ErrorIs(t, p.Verify(root, seed, 2, never), proof.ErrDraws)
	twice := proof.StorageProof{Multiproof: p.Multiproof, Openings: slices.Repeat(p.Openings, 2)}
	require.ErrorIs(t, twice.Verify(root, seed, 1, never), proof.ErrDraws)
	require.ErrorIs(t, p.Verify(proof.Node{Hash: root.Hash, Sum: proof.U128{Hi: 1}}, seed, 1, never), proof.ErrRoot)
	require.ErrorIs(t, p.Verify(proof.Node{}, seed, 1, never), proof.ErrRoot)
	require.ErrorIs(t, proof.StorageProof{Openings: p.Openings}.Verify(root, seed, 1, never), proof.ErrTruncated)
	_, err := proof.ProveStorage(h.trie, seed, 0, h)
	require.ErrorIs(t, err, proof.ErrDraws)
	empty, err := proof.BuildTrie(proof.LeafList(nil))
	require.NoError(t, err)
	_, err = proof.ProveStorage(empty, seed, 1, h)
	require.ErrorIs(t, err, proof.ErrNotOpened)
}

// The prover finds damage before it sends anything, and names the deal.
func TestProverFindsItsOwnDamage(t *testing.T) {
	disk := errors.New("bad sector")
	h, _, seed, d := oneDraw(t)
	for _, tc := range []struct {
		name   string
		damage func([]byte) ([]byte, error)
		err    error
	}{
		{"ok: untouched", func(b []byte) ([]byte, error) { return b, nil }, nil},
		{"fails: all bits", func(b []byte) ([]byte, error) { return make([]byte, len(b)), nil }, proof.ErrChunk},
		{"fails: cut", func(b []byte) ([]byte, error) { return b[1:], nil }, proof.ErrPieceLength},
		{"fails: read error", func([]byte) ([]byte, error) { return nil, disk }, disk},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h.damage = tc.damage
			_, err := proof.ProveStorage(h.trie, seed, 1, h)
			require.ErrorIs(t, err, tc.err)
			var drawErr *proof.DrawError
			require.Equal(t, tc.err != nil, errors.As(err, &drawErr) && drawErr.Item == d.leaf.Item)
		})
	}
	h.damage = nil
	for _, list := range d.cvs {
		clear(list)
	}
	_, err := proof.ProveStorage(h.trie, seed, 1, h)
	require.ErrorIs(t, err, proof.ErrChunk, "damaged list of chaining values")
	delete(h.deals, d.leaf.Item)
	_, err = proof.ProveStorage(h.trie, seed, 1, h)
	require.ErrorIs(t, err, errUnknownDeal)
}

func TestEveryBitFlipOfAStorageProofIsRefused(t *testing.T) {
	r := seeded.Source(t)
	h := newHolder(t, r, 12, 50_000)
	seed := hash32(r)
	p, err := proof.ProveStorage(h.trie, seed, 3, h)
	require.NoError(t, err)
	enc, err := p.Encode()
	require.NoError(t, err)
	verify := func(b []byte) error {
		q, err := proof.DecodeStorageProof(b)
		if err != nil {
			return err
		}
		return q.Verify(h.trie.Root(), seed, 3, h.lookup)
	}
	require.NoError(t, verify(enc))
	flipBits(enc, func(b int) {
		if verify(enc) == nil {
			t.Fatalf("bit %d", b)
		}
	})
	require.NoError(t, verify(enc))
	for cut := range enc {
		require.Error(t, verify(enc[:cut]))
	}
	require.ErrorIs(t, verify(append(enc, 0)), proof.ErrTrailing)
}

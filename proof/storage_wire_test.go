package proof_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
)

func TestDecodeStorageProofRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   []byte
		err  error
	}{
		{"ok: smallest", []byte{0, 1, 0, 0}, nil},
		{"ok: each part after its length", []byte{1, 9, 1, 2, 8, 8, 1, 7}, nil},
		{"fails: empty", nil, proof.ErrTruncated},
		{"fails: no openings", []byte{0, 0}, proof.ErrDraws},
		{"fails: too many openings", append([]byte{0, 65}, make([]byte, 130)...), proof.ErrDraws},
		{"fails: 2^63 openings", slices.Concat([]byte{0}, bytes.Repeat([]byte{0x80}, 9), []byte{1}), proof.ErrDraws},
		{"fails: opening missing", []byte{0, 2, 0, 0}, proof.ErrTruncated},
		{"fails: chunk missing", []byte{0, 1, 0}, proof.ErrTruncated},
		{"fails: left over", []byte{0, 1, 0, 0, 0}, proof.ErrTrailing},
		{"fails: long length", []byte{0x80, 0, 1, 0, 0}, proof.ErrNotCanonical},
		{"fails: part above the limit", []byte{0xff, 0xff, 0x7f, 1}, proof.ErrTooLarge},
		{"fails: all above the limit", make([]byte, proof.MaxStorageProof+1), proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := proof.DecodeStorageProof(tc.in)
			require.ErrorIs(t, err, tc.err)
			if tc.err != nil {
				require.Zero(t, p)
				return
			}
			enc, err := p.Encode()
			require.NoError(t, err)
			require.Equal(t, tc.in, enc)
		})
	}
}

func TestEncodeStorageProofRefuses(t *testing.T) {
	_, err := proof.StorageProof{}.Encode()
	require.ErrorIs(t, err, proof.ErrDraws)
	_, err = proof.StorageProof{Openings: make([]proof.Opening, proof.MaxDraws+1)}.Encode()
	require.ErrorIs(t, err, proof.ErrDraws)
	most := proof.StorageProof{Openings: []proof.Opening{{Chunk: make([]byte, proof.MaxStorageProof-6)}}}
	enc, err := most.Encode()
	require.NoError(t, err)
	require.Len(t, enc, proof.MaxStorageProof)
	_, err = proof.DecodeStorageProof(enc)
	require.NoError(t, err)
	most.Multiproof = []byte{1}
	_, err = most.Encode()
	require.ErrorIs(t, err, proof.ErrTooLarge)
}

// goldenHolder is the same on every machine.
func goldenHolder(t require.TestingT) *holder {
	return newHolder(t, rand.New(rand.NewPCG(11, 12)), 6, 3000)
}

func TestStorageProofGolden(t *testing.T) {
	h := goldenHolder(t)
	p, err := proof.ProveStorage(h.trie, [32]byte{1}, 2, h)
	require.NoError(t, err)
	enc, err := p.Encode()
	require.NoError(t, err)
	root := h.trie.Root()
	sum := root.Sum.Bytes()
	golden(t, "storage-proof", slices.Concat(root.Hash[:], sum[:], enc))
}

func FuzzDecodeStorageProof(f *testing.F) {
	h := goldenHolder(f)
	for k := 1; k <= 3; k++ {
		p, err := proof.ProveStorage(h.trie, [32]byte{1}, k, h)
		require.NoError(f, err)
		enc, err := p.Encode()
		require.NoError(f, err)
		f.Add(enc)
	}
	f.Add([]byte{0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := proof.DecodeStorageProof(in)
		if err != nil {
			return
		}
		out, err := p.Encode()
		require.NoError(t, err)
		require.Equal(t, in, out)
	})
}

// A proof that verifies is the one the honest prover makes.
func FuzzVerifyStorageProof(f *testing.F) {
	h := goldenHolder(f)
	seed := [32]byte{1}
	prove := func(k int) []byte { return must(must(proof.ProveStorage(h.trie, seed, k, h)).Encode()) }
	for k := 1; k <= 3; k++ {
		f.Add(byte(k), prove(k))
	}
	f.Fuzz(func(t *testing.T, k byte, in []byte) {
		p, err := proof.DecodeStorageProof(in)
		if err != nil {
			return
		}
		if n := int(k); p.Verify(h.trie.Root(), seed, n, h.lookup) == nil {
			require.Equal(t, prove(n), in)
		}
	})
}

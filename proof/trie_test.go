package proof_test

import (
	"crypto/sha256"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// someLeaves returns n leaves of distinct deals with weights of many sizes.
func someLeaves(r *rand.Rand, n int) []proof.Leaf {
	out := make([]proof.Leaf, n)
	for i := range out {
		out[i] = proof.Leaf{
			Item:   uint64(i)<<20 | r.Uint64N(1<<20),
			Weight: proof.U128{Hi: r.Uint64() >> 44 * uint64(i&1), Lo: 1 + r.Uint64()>>r.UintN(60)},
			Data:   fill(byte(i), int(r.UintN(proof.MaxLeafData+1))),
		}
	}
	return out
}

// genLeaves draws up to most leaves of distinct deals.
func genLeaves(most int) *rapid.Generator[[]proof.Leaf] {
	leaf := rapid.Custom(func(t *rapid.T) proof.Leaf {
		return proof.Leaf{
			Item:   rapid.Uint64().Draw(t, "deal"),
			Weight: proof.U128{Hi: rapid.Uint64Max(1<<50).Draw(t, "hi"), Lo: rapid.Uint64Min(1).Draw(t, "lo")},
			Data:   rapid.SliceOfN(rapid.Byte(), 0, proof.MaxLeafData).Draw(t, "data"),
		}
	})
	return rapid.SliceOfNDistinct(leaf, 1, most, func(l proof.Leaf) uint64 { return l.Item })
}

func TestTrieIsItsDefinition(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		leaves := genLeaves(64).Draw(t, "leaves")
		trie, err := proof.BuildTrie(proof.LeafList(leaves))
		require.NoError(t, err)
		require.Equal(t, honestTree(leaves, 0).node, trie.Root())
		require.Equal(t, len(leaves), trie.Len())

		slices.Reverse(leaves)
		again, err := proof.BuildTrie(proof.LeafList(leaves))
		require.NoError(t, err)
		require.Equal(t, trie.Root(), again.Root())
	})
}

func TestTrieOfThousands(t *testing.T) {
	leaves := someLeaves(seeded.Source(t), 20_000)
	trie, err := proof.BuildTrie(proof.LeafList(leaves))
	require.NoError(t, err)
	require.Equal(t, honestTree(leaves, 0).node, trie.Root())
}

func TestEmptyTrie(t *testing.T) {
	trie, err := proof.BuildTrie(proof.LeafList(nil))
	require.NoError(t, err)
	require.Equal(t, proof.Node{}, trie.Root())
	require.True(t, trie.Root().IsEmpty())
	_, _, err = trie.Prove([]proof.U128{{}})
	require.ErrorIs(t, err, proof.ErrNotOpened)
	_, err = proof.VerifyMultiproof(proof.Node{}, []proof.U128{{}}, []byte{0})
	require.ErrorIs(t, err, proof.ErrRange)
}

func TestBuildTrieRefuses(t *testing.T) {
	one := proof.U64(1)
	half := proof.U128{Hi: 1 << 63}
	for _, tc := range []struct {
		name   string
		leaves []proof.Leaf
		err    error
	}{
		{"ok: sum of 2^128 − 1", []proof.Leaf{{Item: 1, Weight: max128}}, nil},
		{"ok: two leaves below 2^128", []proof.Leaf{{Item: 1, Weight: half}, {Item: 2, Weight: one}}, nil},
		{"fails: zero weight", []proof.Leaf{{Item: 1, Weight: one}, {Item: 2}}, proof.ErrZeroWeight},
		{"fails: one deal twice", []proof.Leaf{{Item: 1, Weight: one}, {Item: 2, Weight: one}, {Item: 1, Weight: half}},
			proof.ErrDuplicate},
		{"fails: sum of 2^128", []proof.Leaf{{Item: 1, Weight: half}, {Item: 2, Weight: half}}, proof.ErrOverflow},
		{"fails: too much data", []proof.Leaf{{Item: 1, Weight: one, Data: make([]byte, proof.MaxLeafData+1)}}, proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := proof.BuildTrie(proof.LeafList(tc.leaves))
			require.ErrorIs(t, err, tc.err)
		})
	}
}

// brokenSource is a source of a given length that fails at one leaf, or changes it after some reads.
type brokenSource struct {
	proof.LeafList
	length int
	fails  error
	change func(reads int, l proof.Leaf) proof.Leaf
	reads  int
}

func (s *brokenSource) Len() int { return s.length }

func (s *brokenSource) Leaf(i int) (proof.Leaf, error) {
	s.reads++
	if s.change != nil {
		return s.change(s.reads, s.LeafList[i]), nil
	}
	return s.LeafList[i], s.fails
}

func TestTrieOfABadSource(t *testing.T) {
	disk := errors.New("disk is gone")
	leaves := proof.LeafList{{Item: 1, Weight: proof.U64(5)}, {Item: 2, Weight: proof.U64(6)}}
	after := func(n int, then proof.Leaf) func(int, proof.Leaf) proof.Leaf {
		return func(reads int, l proof.Leaf) proof.Leaf {
			if reads > n {
				return then
			}
			return l
		}
	}
	for _, tc := range []struct {
		name         string
		source       *brokenSource
		build, prove error
	}{
		{"fails: read error", &brokenSource{LeafList: leaves, length: 2, fails: disk}, disk, nil},
		{"fails: too many leaves", &brokenSource{LeafList: leaves, length: math.MaxUint32 + 1}, proof.ErrTooLarge, nil},
		{"fails: negative length", &brokenSource{LeafList: leaves, length: -1}, proof.ErrTooLarge, nil},
		{"fails: other deal while building", &brokenSource{LeafList: leaves, length: 2,
			change: after(2, proof.Leaf{Item: 9, Weight: proof.U64(5)})}, proof.ErrRoot, nil},
		{"fails: other deal when opened", &brokenSource{LeafList: leaves, length: 2,
			change: after(4, proof.Leaf{Item: 9, Weight: proof.U64(5)})}, nil, proof.ErrRoot},
		{"fails: other weight when opened", &brokenSource{LeafList: leaves, length: 2,
			change: func(reads int, l proof.Leaf) proof.Leaf {
				if reads > 4 {
					l.Weight = proof.U64(7)
				}
				return l
			}}, nil, proof.ErrRoot},
	} {
		t.Run(tc.name, func(t *testing.T) {
			trie, err := proof.BuildTrie(tc.source)
			require.ErrorIs(t, err, tc.build)
			if tc.build != nil {
				return
			}
			_, _, err = trie.Prove([]proof.U128{{}})
			require.ErrorIs(t, err, tc.prove)
		})
	}
}

// A source whose weights change below the nodes that are kept can lead the prover into an empty place.
func TestProveSurvivesChangedWeights(t *testing.T) {
	r := seeded.Source(t)
	leaves := someLeaves(r, 5_000)
	for i := range leaves {
		leaves[i].Weight = proof.U64(1000)
	}
	source := &brokenSource{LeafList: leaves, length: len(leaves)}
	trie, err := proof.BuildTrie(source)
	require.NoError(t, err)
	source.change = func(_ int, l proof.Leaf) proof.Leaf {
		l.Weight = proof.U64(1)
		return l
	}
	for range 50 {
		_, _, err := trie.Prove([]proof.U128{proof.U64(r.Uint64N(1000 * 5000))})
		require.ErrorIs(t, err, proof.ErrRoot)
	}
}

func TestInner(t *testing.T) {
	a := proof.Node{Hash: [32]byte{1}, Sum: proof.U64(3)}
	b := proof.Node{Hash: [32]byte{2}, Sum: proof.U128{Hi: 4}}
	got, err := proof.Inner(a, b)
	require.NoError(t, err)
	msg := slices.Concat([]byte{1}, a.Hash[:], make([]byte, 15), []byte{3}, b.Hash[:], make([]byte, 7), []byte{4}, make([]byte, 8))
	require.Equal(t, proof.Node{Hash: sha256.Sum256(msg), Sum: proof.U128{Hi: 4, Lo: 3}}, got)

	got, err = proof.Inner(proof.Node{}, proof.Node{})
	require.NoError(t, err)
	require.Equal(t, proof.Node{}, got)

	_, err = proof.Inner(a, proof.Node{Hash: [32]byte{1}})
	require.ErrorIs(t, err, proof.ErrNotCanonical)
	_, err = proof.Inner(proof.Node{Hash: [32]byte{1}}, a)
	require.ErrorIs(t, err, proof.ErrNotCanonical)
	_, err = proof.Inner(a, proof.Node{Hash: [32]byte{1}, Sum: max128})
	require.ErrorIs(t, err, proof.ErrOverflow)
}

func TestLeafNode(t *testing.T) {
	long := fill(1, 1000)
	got, err := proof.LeafNode(long, proof.U64(1))
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(append([]byte{0}, long...)), got.Hash)
	require.Equal(t, proof.U64(1), got.Sum)
	_, err = proof.LeafNode(long, proof.U128{})
	require.ErrorIs(t, err, proof.ErrZeroWeight)
}

package proof_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// seededDraws returns the k leaf draws of a seed over a total.
func seededDraws(seed [32]byte, k int, total proof.U128) []proof.U128 {
	return must(proof.Draws(seed, proof.TagLeaf, k, total))
}

// requireOpened checks what a verifier returned against the leaves and the tree they form.
func requireOpened(t require.TestingT, root *tree, leaves []proof.Leaf, draws []proof.U128, got []proof.Opened) {
	require.Len(t, got, len(draws))
	for i, o := range got {
		j := slices.IndexFunc(leaves, func(l proof.Leaf) bool { return l.Item == o.Leaf.Item })
		require.NotEqual(t, -1, j)
		require.Equal(t, leaves[j].Weight, o.Leaf.Weight)
		require.True(t, bytes.Equal(leaves[j].Data, o.Leaf.Data))
		_, start := root.at(root.pathTo(leaves[j]))
		require.Equal(t, start, o.Start)
		past, err := draws[i].Sub(start)
		require.NoError(t, err)
		require.Negative(t, past.Cmp(o.Leaf.Weight))
	}
}

func TestMultiproofOpensEveryDraw(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		leaves := genLeaves(40).Draw(t, "leaves")
		k := rapid.IntRange(1, proof.MaxDraws).Draw(t, "k")
		trie, err := proof.BuildTrie(proof.LeafList(leaves))
		require.NoError(t, err)
		draws := seededDraws(genHash().Draw(t, "seed"), k, trie.Root().Sum)

		p, opened, err := trie.Prove(draws)
		require.NoError(t, err)
		again, err := proof.VerifyMultiproof(trie.Root(), draws, p)
		require.NoError(t, err)
		require.Equal(t, opened, again)
		root := honestTree(leaves, 0)
		requireOpened(t, root, leaves, draws, opened)
		require.Equal(t, root.open(draws), p, "one proof for one set of draws")
	})
}

// Every border between two leaves, from both sides, and both ends of the total.
func TestMultiproofAtBorders(t *testing.T) {
	leaves := someLeaves(seeded.Source(t), 300)
	root := honestTree(leaves, 0)
	trie, err := proof.BuildTrie(proof.LeafList(leaves))
	require.NoError(t, err)
	one := proof.U64(1)
	for _, l := range leaves {
		_, start := root.at(root.pathTo(l))
		end := must(start.Add(l.Weight))
		draws := []proof.U128{must(end.Sub(one)), start}
		p, opened, err := trie.Prove(draws)
		require.NoError(t, err)
		require.Equal(t, byte(1), p[0], "both draws open one leaf")
		requireOpened(t, root, leaves, draws, opened)
	}
	_, _, err = trie.Prove([]proof.U128{{}, root.node.Sum})
	var drawErr *proof.DrawError
	require.ErrorAs(t, err, &drawErr)
	require.Equal(t, &proof.DrawError{Draw: 1, Err: proof.ErrNotOpened}, drawErr)
	require.Equal(t, "draw 1: draw falls in no opened leaf", drawErr.Error())
}

func TestProofsBelowTheKeptNodes(t *testing.T) {
	r := seeded.Source(t)
	leaves := someLeaves(r, 30_000)
	root := honestTree(leaves, 0)
	trie, err := proof.BuildTrie(proof.LeafList(leaves))
	require.NoError(t, err)
	for range 20 {
		draws := seededDraws(hash32(r), 16, trie.Root().Sum)
		p, _, err := trie.Prove(draws)
		require.NoError(t, err)
		require.Equal(t, root.open(draws), p)
	}
}

func TestNumberOfDraws(t *testing.T) {
	trie, err := proof.BuildTrie(proof.LeafList{{Item: 1, Weight: proof.U64(5)}})
	require.NoError(t, err)
	for _, n := range []int{0, proof.MaxDraws + 1} {
		_, _, err := trie.Prove(make([]proof.U128, n))
		require.ErrorIs(t, err, proof.ErrDraws)
		_, err = proof.VerifyMultiproof(trie.Root(), make([]proof.U128, n), []byte{1, 0, 1, 5, 0})
		require.ErrorIs(t, err, proof.ErrDraws)
	}
	_, err = proof.VerifyMultiproof(trie.Root(), make([]proof.U128, proof.MaxDraws), []byte{1, 0, 1, 5, 0})
	require.NoError(t, err)
}

// smallTrie has five leaves; their keys begin with 00, 010, 011, 10 and 11.
func smallTrie() (leaves []proof.Leaf, root *tree) {
	for i, prefix := range [][]int{{0, 0}, {0, 1, 0}, {0, 1, 1}, {1, 0}, {1, 1}} {
		leaves = append(leaves, proof.Leaf{Item: dealsWithPrefix(0, 1, prefix...)[0], Weight: proof.U64(10 * uint64(i+1))})
	}
	return leaves, honestTree(leaves, 0)
}

func TestVerifyMultiproofRefuses(t *testing.T) {
	leaves, root := smallTrie()
	enc := func(depth byte, l proof.Leaf) []byte { return must(l.AppendTo([]byte{depth})) }
	sib := func(path ...int) []byte { return siblingBytes(root.nodeAt(path...)) }
	cat := func(parts ...[]byte) []byte { return slices.Concat(parts...) }
	first, last := enc(2, leaves[0]), enc(2, leaves[4])
	draws := []proof.U128{{}} // the first leaf
	rest := cat(sib(0, 1), sib(1))
	for _, tc := range []struct {
		name string
		p    []byte
		err  error
	}{
		{"ok: as it is", cat([]byte{1}, first, rest), nil},
		{"fails: empty", nil, proof.ErrTruncated},
		{"fails: nothing opened", cat([]byte{0}, siblingBytes(root.node)), proof.ErrRange},
		{"fails: more leaves than draws", cat([]byte{2}, first, last, sib(0, 1), sib(1, 0)), proof.ErrRange},
		{"fails: count of 64 bits", cat(bytes.Repeat([]byte{0xff}, 9), []byte{1}), proof.ErrRange},
		{"fails: long count", cat([]byte{0x81, 0}, first, rest), proof.ErrNotCanonical},
		{"fails: other leaf opened", cat([]byte{1}, last, sib(0), sib(1, 0)), proof.ErrNotOpened},
		{"fails: wrong depth, too high", cat([]byte{1}, enc(1, leaves[0]), rest), proof.ErrTrailing},
		{"fails: wrong depth, too low", cat([]byte{1}, enc(3, leaves[0]), rest), proof.ErrTruncated},
		{"fails: wrong depth, filled up", cat([]byte{1}, enc(3, leaves[0]), []byte{0}, rest), proof.ErrShape},
		{"fails: deepest depth", cat([]byte{1}, enc(128, leaves[0]), make([]byte, 128)), proof.ErrShape},
		{"fails: depth beyond the limit", cat([]byte{1}, enc(129, leaves[0]), make([]byte, 129)), proof.ErrDepth},
		{"fails: siblings swapped", cat([]byte{1}, first, sib(1), sib(0, 1)), proof.ErrRoot},
		{"fails: sibling missing", cat([]byte{1}, first, sib(0, 1)), proof.ErrTruncated},
		{"fails: sibling too many", cat([]byte{1}, first, rest, []byte{0}), proof.ErrTrailing},
		{"fails: long sum of a sibling", cat([]byte{1}, first, []byte{0x80 | 50, 0}, sib(0, 1)[1:], sib(1)), proof.ErrNotCanonical},
		{"fails: sum of a sibling overflows", cat([]byte{1}, first, siblingBytes(proof.Node{Sum: max128}), sib(1)), proof.ErrOverflow},
		{"fails: one leaf as its own sibling", cat([]byte{1}, first, sib(0, 0), sib(1)), proof.ErrRoot},
		{"fails: above the limit", make([]byte, proof.MaxProofSize+1), proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := proof.VerifyMultiproof(root.node, draws, tc.p)
			require.ErrorIs(t, err, tc.err)
		})
	}

	two := []proof.U128{{}, must(root.node.Sum.Sub(proof.U64(1)))}
	rest = cat(sib(0, 1), sib(1, 0))
	_, err := proof.VerifyMultiproof(root.node, two, cat([]byte{2}, first, last, rest))
	require.NoError(t, err)
	_, err = proof.VerifyMultiproof(root.node, two, cat([]byte{2}, last, first, rest))
	require.ErrorIs(t, err, proof.ErrOrder, "descending keys")
	_, err = proof.VerifyMultiproof(root.node, two, cat([]byte{2}, first, first, rest))
	require.ErrorIs(t, err, proof.ErrOrder, "one leaf twice")
	_, err = proof.VerifyMultiproof(root.node, make([]proof.U128, 2), cat([]byte{2}, first, last, rest))
	require.ErrorIs(t, err, proof.ErrNotDrawn)
	_, err = proof.VerifyMultiproof(proof.Node{Hash: root.node.Hash, Sum: proof.U64(149)}, draws, root.open(draws))
	require.ErrorIs(t, err, proof.ErrRoot, "other total")
	_, err = proof.VerifyMultiproof(root.node, []proof.U128{root.node.Sum}, root.open(draws))
	require.ErrorIs(t, err, proof.ErrNotOpened, "draw at the total")
}

func TestEveryBitFlipOfAMultiproofIsRefused(t *testing.T) {
	r := seeded.Source(t)
	for _, n := range []int{1, 2, 7, 1000} {
		trie, err := proof.BuildTrie(proof.LeafList(someLeaves(r, n)))
		require.NoError(t, err)
		draws := seededDraws(hash32(r), 8, trie.Root().Sum)
		p, _, err := trie.Prove(draws)
		require.NoError(t, err)
		flipBits(p, func(b int) {
			if _, err := proof.VerifyMultiproof(trie.Root(), draws, p); err == nil {
				t.Fatalf("%d leaves: bit %d", n, b)
			}
		})
		for cut := range p {
			_, err := proof.VerifyMultiproof(trie.Root(), draws, p[:cut])
			require.Error(t, err)
		}
	}
}

func TestMultiproofGolden(t *testing.T) {
	_, root := smallTrie()
	draws := seededDraws([32]byte{1}, 3, root.node.Sum)
	sum := root.node.Sum.Bytes()
	golden(t, "multiproof", slices.Concat(root.node.Hash[:], sum[:], root.open(draws)))
	_, err := proof.VerifyMultiproof(root.node, draws, root.open(draws))
	require.NoError(t, err)
}

// A proof that verifies is the one the honest prover makes.
func FuzzVerifyMultiproof(f *testing.F) {
	leaves, root := smallTrie()
	for k := 1; k <= 4; k++ {
		seed := [32]byte{byte(k)}
		f.Add(seed[:], byte(k), root.open(seededDraws(seed, k, root.node.Sum)))
	}
	f.Add([]byte{}, byte(1), binary.AppendUvarint(nil, 1<<40))
	f.Fuzz(func(t *testing.T, seed []byte, k byte, p []byte) {
		var s [32]byte
		copy(s[:], seed)
		draws := seededDraws(s, 1+int(k)%8, root.node.Sum)
		opened, err := proof.VerifyMultiproof(root.node, draws, p)
		if err == nil {
			require.Equal(t, root.open(draws), p)
			requireOpened(t, root, leaves, draws, opened)
		}
	})
}

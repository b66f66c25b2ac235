package proof_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// A lie about the sum of one node, at every depth of every path: whoever is drawn under the lie cannot be opened, and
// everybody else can.
func TestForgedSumAtEveryDepth(t *testing.T) {
	leaves := someLeaves(seeded.Source(t), 64)
	root := honestTree(leaves, 0)
	bySum := func(forged *tree, draw proof.U128) error {
		draws := []proof.U128{draw}
		_, err := proof.VerifyMultiproof(forged.node, draws, forged.open(draws))
		return err
	}
	lies := 0
	for _, target := range leaves {
		path := root.pathTo(target)
		for depth := 1; depth <= len(path); depth++ {
			below, start := root.at(path[:depth])
			sum := below.node.Sum
			more := must(sum.Add(proof.U64(1000)))
			forged := root.replace(path[:depth], func(t *tree) *tree { return t.lying(more) })
			end := must(start.Add(more))
			for _, in := range []proof.U128{start, must(end.Sub(proof.U64(1)))} {
				require.Error(t, bySum(forged, in), "depth %d", depth)
			}
			if !start.IsZero() {
				require.NoError(t, bySum(forged, must(start.Sub(proof.U64(1)))))
			}
			if end != forged.node.Sum {
				require.NoError(t, bySum(forged, end))
			}
			lies++
		}
	}
	require.Greater(t, lies, 64*5)
}

// The sum of a leaf's parent is inflated and the chain is told the leaf weighs more: the leaf's own bytes contradict.
func TestLeafWithOtherWeightThanItsNode(t *testing.T) {
	leaves, root := smallTrie()
	path := root.pathTo(leaves[0])
	forged := root.replace(path, func(l *tree) *tree { return l.lying(proof.U64(100)) })
	heavy := leaves[0]
	heavy.Weight = proof.U64(100)
	for _, l := range []proof.Leaf{leaves[0], heavy} {
		p := slices.Concat([]byte{1}, must(l.AppendTo([]byte{byte(len(path))})),
			siblingBytes(root.nodeAt(0, 1)), siblingBytes(root.nodeAt(1)))
		_, err := proof.VerifyMultiproof(forged.node, []proof.U128{{}}, p)
		require.ErrorIs(t, err, proof.ErrRoot)
	}
}

// innerHash is Inner without its checks.
func innerHash(l, r proof.Node) [32]byte {
	ls, rs := l.Sum.Bytes(), r.Sum.Bytes()
	return sha256.Sum256(slices.Concat([]byte{1}, l.Hash[:], ls[:], r.Hash[:], rs[:]))
}

// Sums that wrap around 2^128 would let a small total hide a large leaf.
func TestOverflowingSumsAreRefused(t *testing.T) {
	small := proof.Leaf{Item: dealsWithPrefix(0, 1, 0)[0], Weight: proof.U64(10)}
	for _, tc := range []struct {
		name    string
		sibling proof.U128
		total   proof.U128
		err     error
	}{
		{"ok: sum below 2^128", proof.U128{Hi: 5}, proof.U128{Hi: 5, Lo: 10}, nil},
		{"ok: sum of 2^128 − 1", must(max128.Sub(proof.U64(10))), max128, nil},
		{"fails: wraps to 0", must(max128.Sub(proof.U64(9))), proof.U128{}, proof.ErrOverflow},
		{"fails: wraps to 9", max128, proof.U64(9), proof.ErrOverflow},
	} {
		t.Run(tc.name, func(t *testing.T) {
			leaf, other := must(small.Node()), proof.Node{Hash: [32]byte{1}, Sum: tc.sibling}
			root := proof.Node{Hash: innerHash(leaf, other), Sum: tc.total}
			p := slices.Concat([]byte{1}, must(small.AppendTo([]byte{1})), siblingBytes(other))
			_, err := proof.VerifyMultiproof(root, []proof.U128{{}}, p)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

// The sums of two siblings overflow together, on a side without opened leaves left of the opened one.
func TestOverflowBeforeTheOpenedLeaf(t *testing.T) {
	leaf := proof.Leaf{Item: dealsWithPrefix(0, 1, 1, 1)[0], Weight: proof.U64(10)}
	half := proof.Node{Hash: [32]byte{1}, Sum: proof.U128{Hi: 1 << 63}}
	node := must(leaf.Node())
	right := proof.Node{Hash: innerHash(half, node), Sum: must(half.Sum.Add(node.Sum))}
	root := proof.Node{Hash: innerHash(half, right), Sum: proof.U64(10)}
	p := slices.Concat([]byte{1}, must(leaf.AppendTo([]byte{2})), siblingBytes(half), siblingBytes(half))
	_, err := proof.VerifyMultiproof(root, []proof.U128{proof.U64(3)}, p)
	require.ErrorIs(t, err, proof.ErrOverflow)
}

// A sibling of sum 0 with a hash cannot be written down, whatever the root commits to.
func TestEmptySiblingWithHash(t *testing.T) {
	a := proof.Leaf{Item: dealsWithPrefix(0, 1, 0, 0)[0], Weight: proof.U64(1)}
	b := proof.Leaf{Item: dealsWithPrefix(0, 1, 0, 1)[0], Weight: proof.U64(1)}
	pair := must(proof.Inner(must(a.Node()), must(b.Node())))
	ghost := proof.Node{Hash: [32]byte{7}}
	root := proof.Node{Hash: innerHash(pair, ghost), Sum: pair.Sum}
	opened := slices.Concat([]byte{2}, must(a.AppendTo([]byte{2})), must(b.AppendTo([]byte{2})))
	draws := []proof.U128{{}, proof.U64(1)}
	_, err := proof.VerifyMultiproof(root, draws, append(opened, 0))
	require.ErrorIs(t, err, proof.ErrRoot)
	_, err = proof.VerifyMultiproof(root, draws, slices.Concat(opened, []byte{0}, ghost.Hash[:]))
	require.ErrorIs(t, err, proof.ErrTrailing)
	honest := must(proof.Inner(pair, proof.Node{}))
	_, err = proof.VerifyMultiproof(honest, draws, append(opened, 0))
	require.NoError(t, err, "a shared prefix has empty siblings above the last fork")
}

package adversary

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// repeater keeps one of two deals and claims a tree of its own making in which that deal stands twice.
type repeater struct {
	*storage.Holder
	scene   *scene
	dropped bool
	proofs  []*storage.Tx
}

// Act implements storage.Actor.
func (a *repeater) Act() {
	if !a.dropped {
		lost := held(a.scene.Network, a.Holder)[1]
		a.Drop(lost.Index.Acked, lost.Number)
		a.dropped = true
	}
	a.Duties(a.claim, a.prove)
	a.Withdraw()
}

// twice returns the node of the leaf that is kept, its bytes, and the root above two of it.
func (a *repeater) twice(epoch uint64) (leaf, root proof.Node, bytes []byte) {
	kept := a.Leaves(epoch)[0]
	leaf, err := kept.Node()
	require.NoError(a.scene.t, err)
	root, err = proof.Inner(leaf, leaf)
	require.NoError(a.scene.t, err)
	bytes, err = kept.AppendTo(nil)
	require.NoError(a.scene.t, err)
	return leaf, root, bytes
}

// claim claims the tree, whose total is right as both deals have one rate.
func (a *repeater) claim(epoch uint64) {
	_, root, _ := a.twice(epoch)
	a.scene.Send(a.Operator, a.ClaimMsg(epoch, root))
}

// prove opens the same leaf wherever a draw falls, in the encoding of package proof: the leaves with their
// depths, then the siblings that are not opened.
func (a *repeater) prove(epoch uint64) {
	t := a.scene.t
	leaf, root, bytes := a.twice(epoch)
	seed, k := a.Seed(epoch)
	draws, err := proof.Draws(seed, proof.TagLeaf, k, root.Sum)
	require.NoError(t, err)
	isLeft := func(d proof.U128) bool { return d.Cmp(leaf.Sum) < 0 }
	isRight := func(d proof.U128) bool { return !isLeft(d) }
	var leaves, siblings []byte
	var count byte
	for _, side := range []func(proof.U128) bool{isLeft, isRight} {
		if slices.ContainsFunc(draws, side) {
			leaves, count = append(append(leaves, 1), bytes...), count+1
			continue
		}
		siblings = append(binary.AppendUvarint(siblings, leaf.Sum.Lo), leaf.Hash[:]...)
	}
	p := proof.StorageProof{Multiproof: slices.Concat([]byte{count}, leaves, siblings)}
	for i := range draws {
		p.Openings = append(p.Openings, forgeOpening(t, a.Holdings(epoch), a.Leaves(epoch)[0].Item, seed, i))
	}
	a.proofs = append(a.proofs, a.scene.Try(a.Operator, a.ProofBytes(epoch, p)))
}

func playRepeatedLeaves(t testing.TB) Tally {
	t.Helper()
	s := newScene(t, 2, 1_500)
	a := &repeater{Holder: s.liar, scene: s}
	tally := s.lie(a)
	assertNone(t, a.proofs)
	assertPaidTwice(t, s, 2)
	return tally
}

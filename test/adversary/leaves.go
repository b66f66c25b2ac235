package adversary

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// inflater keeps the first of its deals, drops the others, and claims that the first owes it nearly everything.
type inflater struct {
	*storage.Holder
	scene   *scene
	dropped bool
	totals  []*storage.Tx
	proofs  []*storage.Tx
}

// Act implements storage.Actor.
func (a *inflater) Act() {
	if !a.dropped {
		for _, s := range held(a.scene.Network, a.Holder)[1:] {
			a.Drop(s.Index.Acked, s.Number)
		}
		a.dropped = true
	}
	a.Duties(a.claim, a.prove)
	a.Withdraw()
}

// inflated returns the leaves with all weight on the first deal, as far as a leaf must have some.
func (a *inflater) inflated(epoch uint64) proof.LeafList {
	leaves := a.Leaves(epoch)
	for i := 1; i < len(leaves); i++ {
		more, err := leaves[i].Weight.Sub(proof.U64(1))
		require.NoError(a.scene.t, err)
		leaves[0].Weight, err = leaves[0].Weight.Add(more)
		require.NoError(a.scene.t, err)
		leaves[i].Weight = proof.U64(1)
	}
	return leaves
}

// claim tries a total that nobody owes it, then the right one with the wrong leaves.
func (a *inflater) claim(epoch uint64) {
	more := a.Leaves(epoch)
	more[0].Weight.Lo *= 10
	a.totals = append(a.totals, a.scene.Try(a.Operator, a.ClaimMsg(epoch, a.Trie(more).Root())))
	a.scene.Send(a.Operator, a.ClaimMsg(epoch, a.Trie(a.inflated(epoch)).Root()))
}

func (a *inflater) prove(epoch uint64) {
	msg := a.ProofBytes(epoch, forge(a.scene.t, a.Holder, epoch, a.Trie(a.inflated(epoch))))
	a.proofs = append(a.proofs, a.scene.Try(a.Operator, msg))
}

func playInflatedLeaf(t testing.TB) Tally {
	s := newScene(t, 4, 1_500)
	a := &inflater{Holder: s.liar, scene: s}
	tally := s.lie(a)
	for _, tx := range a.totals {
		require.ErrorIs(t, tx.Err(), tasktypes.ErrInvalidClaim)
	}
	requireNone(t, a.proofs)
	requirePaidTwice(t, s, 4)
	return tally
}

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
		p.Openings = append(p.Openings, forgeOpening(t, a.Holdings(epoch), a.Leaves(epoch)[0].Deal, seed, i))
	}
	a.proofs = append(a.proofs, a.scene.Try(a.Operator, a.ProofBytes(epoch, p)))
}

func playRepeatedLeaves(t testing.TB) Tally {
	s := newScene(t, 2, 1_500)
	a := &repeater{Holder: s.liar, scene: s}
	tally := s.lie(a)
	requireNone(t, a.proofs)
	requirePaidTwice(t, s, 2)
	return tally
}

// swapper drops half of its deals and claims them all honestly. Once it knows the seed it looks for weights
// under which every draw falls on what it has: it tries to claim those as well, and to prove them.
type swapper struct {
	*storage.Holder
	scene   *scene
	dropped bool
	claims  []*storage.Tx
	proofs  []*storage.Tx
}

// Act implements storage.Actor.
func (a *swapper) Act() {
	if !a.dropped {
		for _, s := range held(a.scene.Network, a.Holder)[2:] {
			a.Drop(s.Index.Acked, s.Number)
		}
		a.dropped = true
	}
	a.Duties(a.claim, a.prove)
	a.Withdraw()
}

// swapped returns leaves in which the deals that are kept weigh all but one unit of what the others did.
func (a *swapper) swapped(epoch uint64) proof.LeafList {
	leaves := a.Leaves(epoch)
	for i := range leaves[2:] {
		moved, err := leaves[2+i].Weight.Sub(proof.U64(1))
		require.NoError(a.scene.t, err)
		leaves[2+i].Weight = proof.U64(1)
		leaves[i].Weight, err = leaves[i].Weight.Add(moved)
		require.NoError(a.scene.t, err)
	}
	return leaves
}

// claim commits the honest tree and tries to commit the other as well.
func (a *swapper) claim(epoch uint64) {
	a.Claim(epoch)
	a.claims = append(a.claims, a.scene.Try(a.Operator, a.ClaimMsg(epoch, a.Trie(a.swapped(epoch)).Root())))
}

// prove shows the leaves it has under the other tree, then what it can under the one it committed to.
func (a *swapper) prove(epoch uint64) {
	for _, leaves := range []proof.LeafList{a.swapped(epoch), a.Leaves(epoch)} {
		msg := a.ProofBytes(epoch, forge(a.scene.t, a.Holder, epoch, a.Trie(leaves)))
		a.proofs = append(a.proofs, a.scene.Try(a.Operator, msg))
	}
}

func playLeafSwapper(t testing.TB) Tally {
	s := newScene(t, 4, 1_500)
	a := &swapper{Holder: s.liar, scene: s}
	tally := s.lie(a)
	require.NotEmpty(t, a.claims)
	for _, tx := range a.claims {
		require.ErrorIs(t, tx.Err(), tasktypes.ErrClaimExists)
	}
	requireNone(t, a.proofs)
	requirePaidTwice(t, s, 4)
	require.Equal(t, math.ZeroInt(), tally.Proven)
	return tally
}

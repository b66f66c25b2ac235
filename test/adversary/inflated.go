package adversary

import (
	"testing"

	"github.com/stretchr/testify/require"

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
	msg := a.ProofBytes(epoch, Forge(a.scene.t, a.Holder, epoch, a.Trie(a.inflated(epoch))))
	a.proofs = append(a.proofs, a.scene.Try(a.Operator, msg))
}

func playInflatedLeaf(t testing.TB) Tally {
	t.Helper()
	s := newScene(t, 4, 1_500)
	a := &inflater{Holder: s.liar, scene: s}
	tally := s.lie(a)
	assertRefused(t, a.totals, tasktypes.ErrInvalidClaim)
	assertNone(t, a.proofs)
	assertPaidTwice(t, s, 4)
	return tally
}

package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

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
		msg := a.ProofBytes(epoch, Forge(a.scene.t, a.Holder, epoch, a.Trie(leaves)))
		a.proofs = append(a.proofs, a.scene.Try(a.Operator, msg))
	}
}

func playLeafSwapper(t testing.TB) Tally {
	t.Helper()
	s := newScene(t, 4, 1_500)
	a := &swapper{Holder: s.liar, scene: s}
	tally := s.lie(a)
	assertRefused(t, a.claims, tasktypes.ErrClaimExists)
	assertNone(t, a.proofs)
	assertPaidTwice(t, s, 4)
	assert.Equal(t, math.ZeroInt(), tally.Proven)
	return tally
}

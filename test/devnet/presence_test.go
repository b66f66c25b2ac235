package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// Nodes without deals claim, prove and withdraw what being there and watching others is worth, over the modules as they are wired:
// with few owners, who all watch, and with so many that seats are drawn. One node is away: nobody attests it, and it attests nobody.
// The books hold after every block.
func TestPresence(t *testing.T) {
	for _, nodes := range []int{6, 24} {
		n := storage.New(t, storage.Config{Chain: devnet.Config{Accounts: 60}})
		var holders []*storage.Holder
		for i := range nodes {
			holders = append(holders, n.Join(n.NewAccount(storage.Funds), int64(100+50*(i%4))*storage.Token))
		}
		away := holders[nodes-1]
		there := func(h *storage.Holder) bool { return h != away }
		first := n.Epoch() + 1 // that all of them are there for
		for epoch := first; epoch < first+3; epoch++ {
			n.ToEpoch(epoch + 1)
			var seen []*storage.Presence
			for _, h := range holders {
				p := h.Presence(epoch, there, there)
				if seen = append(seen, p); !there(h) {
					continue
				}
				require.Equal(t, 4, p.Slots())
				n.Send(h.Operator, p.ClaimMsg())
			}
			n.Next()
			n.To(n.Calendar().RollsAt - 20 + 8) // the seed of the proofs
			before := map[uint64]math.Int{}
			for i, h := range holders {
				before[h.ID] = n.Books.Node(h.ID).Withdrawn
				if there(h) {
					n.Send(h.Operator, seen[i].ProofMsg())
				}
			}
			n.Next()
			for _, h := range holders {
				if require.Equal(t, there(h), h.Earned()); there(h) {
					n.Send(h.Operator, h.WithdrawMsg())
				}
			}
			n.Next()
			terms, sum, watched := n.PresenceTerms(epoch), math.ZeroInt(), math.ZeroInt()
			for i, h := range holders {
				if !there(h) {
					continue
				}
				paid := n.Books.Node(h.ID).Withdrawn.Sub(before[h.ID])
				weight := n.Node(h.ID).Weight
				duties := terms.Duties(terms.Bonds.Sub(weight), seen[i].Worth(), watched)
				want := terms.Uptime(weight, 4).Add(duties)
				watched = watched.Add(duties)
				require.Equal(t, want.String(), paid.String(), "node %d for epoch %d", h.ID, epoch)
				require.True(t, paid.IsPositive())
				sum = sum.Add(paid)
			}
			require.True(t, sum.LTE(terms.Bucket))
		}
	}
}

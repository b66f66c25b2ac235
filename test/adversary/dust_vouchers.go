package adversary

import (
	"testing"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// bringDust is a node that has what a client promises it in a batch of vouchers that are worth so many base units each, so that less may be
// burnt than of all of it. It returns what the node won over what one voucher would have paid.
func bringDust(t testing.TB, size int64) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{})
	g := newOwner(t, n, storage.Bond)
	client := n.NewPayer()
	n.ToEpoch(1)
	g.begin()
	const all = tasktypes.MaxVouchers
	channel := client.Open(g.nodes[0].ID, all*size, n.Chain.Height()+500)
	var batch []presented
	for i := int64(1); i <= all; i++ {
		batch = append(batch, presented{voucher: client.Voucher(channel, i*size, uint64(i))})
	}
	present(t, n, g.nodes[0].Operator, batch...)
	net := g.paidOut().Sub(fair(n, all*size))
	tally := channelTally(n, all*size, g.nodes...)
	tally.Net = net
	return tally
}

// playDustVouchers tries sizes on both sides of the least of which a whole unit is burnt.
func playDustVouchers(t testing.TB) Tally {
	t.Helper()
	best := bringDust(t, 1)
	for _, size := range []int64{4, 6} {
		if tally := bringDust(t, size); tally.Net.GT(best.Net) {
			best = tally
		}
	}
	return best
}

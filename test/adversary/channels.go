package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Those who cheat with channels do so on a network without deals, where nodes are paid by vouchers alone. Amounts of theirs are whole
// tokens where rounding is not the point.

// presented is a voucher that is brought to the chain, and why it is to be refused, nil where it is to be paid.
type presented struct {
	voucher tasktypes.Voucher
	refused *errorsmod.Error
}

// present brings vouchers to the chain in one batch. Each is to be refused or paid as it says, whatever comes of the others.
func present(t testing.TB, n *storage.Network, sender *devnet.Account, batch ...presented) {
	t.Helper()
	var vouchers []tasktypes.Voucher
	for _, p := range batch {
		vouchers = append(vouchers, p.voucher)
	}
	for i, r := range n.Redeem(sender, vouchers...) {
		var want uint32
		if batch[i].refused != nil {
			want = batch[i].refused.ABCICode()
		}
		assert.Equal(t, want, r.Code, "voucher %d of the batch at height %d: %+v", i, n.Chain.Height(), r)
	}
}

// fair returns what an owner is to have of vouchers worth so many base units, each brought alone and all in one epoch: what is not
// burnt, and the emission that follows what is. The bucket of a devnet is not short of that.
func fair(n *storage.Network, gross ...int64) math.Int {
	pay, earned, burnt := n.Record.Params.Pay, math.ZeroInt(), math.ZeroInt()
	for _, g := range gross {
		burn := tasktypes.Share(math.NewInt(g), pay.BurnBps)
		earned, burnt = earned.AddRaw(g).Sub(burn), burnt.Add(burn)
	}
	return earned.Add(burnt.MulRaw(int64(pay.MatchCapBps)).QuoRaw(10_000))
}

// paidOut lets the open epoch and the next pass, and returns what a gang has won when all of it is withdrawn.
func (g *gang) paidOut() math.Int {
	g.t.Helper()
	g.ToEpoch(g.Epoch() + 1)
	withdrawAll(g.Network)
	return g.won()
}

// channelTally returns what came of channels: what vouchers asked for, and what was redeemed of that. Net is left to the caller.
func channelTally(n *storage.Network, asked int64, nodes ...*storage.Holder) Tally {
	t := tallyOf(n, nodes...)
	t.Claimed = math.NewInt(asked)
	for _, c := range n.Books.Channels {
		t.Proven, t.Burnt = t.Proven.Add(c.Redeemed), t.Burnt.Add(c.Burnt)
	}
	return t
}

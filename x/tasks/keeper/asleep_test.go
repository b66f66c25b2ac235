package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// In a network that sleeps there is no epoch in which something could be paid: what was burnt in one that is closed would be matched again, and
// what nobody ever closes would hold up all later matches of the node.
func TestNothingIsPaidInASleepingNetwork(t *testing.T) {
	f := newFixture(t, 6)
	deal, _ := f.held(9)
	channel := f.openChannel(1_000, 40)
	f.w.asleep = true
	refuse(f, f.msgs.OpenChannel, f.channelMsg(1, 1_000, 40), types.ErrWrongState)
	refuse(f, f.msgs.PostTask, taskMsg(1), types.ErrWrongState)
	request := requestMsg(client(), deal, 0)
	refuse(f, f.msgs.RequestOpen, request, types.ErrWrongState)
	// No network with a channel sleeps; if one did, nothing of it would be paid.
	got := must(f, f.msgs.RedeemVouchers, redeemMsg(f.voucher(channel.Id, 500, 1)))
	require.Equal(t, types.ErrWrongState.ABCICode(), got.Results[0].Code)
	require.Empty(t, f.w.fees)
	f.w.asleep = false
	must(f, f.msgs.RequestOpen, request)
	got = must(f, f.msgs.RedeemVouchers, redeemMsg(f.voucher(channel.Id, 500, 1)))
	require.Zero(t, got.Results[0].Code)
	require.Equal(t, []types.Fee{{Network: seq, Node: 1, Kind: types.FeeVoucher, Epoch: 1, Burnt: math.NewInt(100), Earned: math.NewInt(400)}}, f.w.fees)
}

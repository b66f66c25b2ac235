package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// Epochs that are matched by nothing are taken off like others: they do not hide those behind them,
// also where there are no fees to withdraw.
func TestEpochsWithoutAMatchHideNoOthers(t *testing.T) {
	f := newFixture(t)
	f.networks.network.Params.Pay.MatchCapBps = 0
	for e := uint64(1); e <= 80; e++ {
		f.fee(t, 1, e, 8, 5)
		f.closeEpoch(t, e)
	}
	f.networks.network.Params.Pay.MatchCapBps = 8_000
	f.fee(t, 1, 81, 8, 5)
	f.closeEpoch(t, 81)
	for _, want := range []struct{ fees, matched, left int64 }{{81 * 8, 0, types.MaxWithdrawn}, {0, 0, 17}, {0, 4, 0}} {
		rsp, err := f.withdraw(1)
		require.NoError(t, err)
		requireInt(t, want.fees, rsp.Fees)
		requireInt(t, want.matched, rsp.Matched)
		require.Equal(t, uint64(want.left), rsp.EpochsLeft)
	}
	require.Empty(t, f.export(t).Closed)
	_, err := f.withdraw(1)
	require.ErrorIs(t, err, types.ErrNothingToWithdraw)
}

// What can be withdrawn now is what Earnings says, to the unit, whatever is open beside it.
func TestEarningsAreWhatIsPaid(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 6, 403, 101)
	f.closeEpoch(t, 6)
	f.fee(t, 1, 7, 805, 199)
	e, err := f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: networkID, Node: 1})
	require.NoError(t, err)
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	require.Equal(t, []string{e.Fees.String(), e.Matched.String()}, []string{rsp.Fees.String(), rsp.Matched.String()})
	e, err = f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: networkID, Node: 1})
	require.NoError(t, err)
	requireInt(t, 0, e.Fees)
	requireInt(t, 0, e.Matched)
	requireInt(t, 159, e.Pending)
}

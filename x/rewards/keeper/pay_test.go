package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func TestFeesOfAnEpochAddUp(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 100, 20)
	f.fee(t, 1, 1, 30, 7)
	f.fee(t, 2, 1, 1, 1)
	f.fee(t, 1, 2, 5, 3)
	g := f.export(t)
	require.Equal(t, []types.StoredFees{
		{Network: seq, Node: 1, Amount: math.NewInt(135)},
		{Network: seq, Node: 2, Amount: math.NewInt(1)},
	}, g.Fees)
	require.Equal(t, []types.StoredBurnt{
		{Network: seq, Epoch: 1, Amount: math.NewInt(28)},
		{Network: seq, Epoch: 2, Amount: math.NewInt(3)},
	}, g.Burnt)
	require.Len(t, g.Pays, 3)
	requireInt(t, 130, g.Pays[0].Pay.Earned)
	requireInt(t, 27, g.Pays[0].Pay.Burnt)
	require.False(t, g.Pays[0].Pay.Withdrawn)
}

func TestClosingFixesTheMatch(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 0, 200)
	f.closeEpoch(t, 1)
	want := []types.StoredClosed{{Network: seq, Epoch: 1, Closed: types.Closed{
		Bucket: math.NewInt(4_000), Burnt: math.NewInt(200), MatchCapBps: 8_000, Open: math.NewInt(200),
	}}}
	g := f.export(t)
	require.Equal(t, want, g.Closed)
	require.Empty(t, g.Burnt, "an epoch that is closed burns no more")

	// The terms of later epochs change nothing for one that is closed.
	f.networks.network.Params.Distribution.TasksBps = 0
	f.networks.network.Params.Pay.MatchCapBps = 0
	f.closeEpoch(t, 1)
	f.closeEpoch(t, 2)
	require.Equal(t, want, f.export(t).Closed)
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 160, rsp.Matched)
}

func TestAMatchOfNothingIsDoneWithTheFees(t *testing.T) {
	f := newFixture(t)
	f.networks.network.Params.Distribution.TasksBps = 0
	f.fee(t, 1, 1, 10, 10)
	f.closeEpoch(t, 1)
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 10, rsp.Fees)
	requireInt(t, 0, rsp.Matched)
	g := f.export(t)
	require.Empty(t, g.Closed)
	require.Empty(t, g.Fees)
	require.True(t, g.Pays[0].Pay.Withdrawn)
}

func TestAnImportedStateGoesOn(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 100, 50)
	f.fee(t, 2, 1, 100, 50)
	f.closeEpoch(t, 1)
	_, err := f.withdraw(1)
	require.NoError(t, err)
	f.fee(t, 2, 2, 0, 10)

	other := newFixture(t)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, f.export(t)))
	other.bank.balances[types.ModuleName] = f.bank.of(types.ModuleName)
	other.bank.supply = f.bank.supply
	for _, x := range []*fixture{f, other} {
		x.closeEpoch(t, 2)
		rsp, err := x.withdraw(2)
		require.NoError(t, err)
		requireInt(t, 100, rsp.Fees)
		requireInt(t, 40+8, rsp.Matched)
		_, err = x.withdraw(1)
		require.ErrorIs(t, err, types.ErrNothingToWithdraw)
	}
	require.Equal(t, f.export(t), other.export(t))
}

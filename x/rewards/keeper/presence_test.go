package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// The bucket is 4,000 an epoch, of which 800 pay duties: what is not withdrawn is not minted. Half of the bonds can expect duties of one and
// a half times what those of a slot are worth, a quarter of nine eighths.
func TestPresenceIsMintedWhenItIsWithdrawn(t *testing.T) {
	f := newFixture(t)
	f.presence(t, 1, 2, 1, allBonds/2, 6, networktypes.Whole*3/4)
	f.presence(t, 2, 2, 1, allBonds/4, 3, networktypes.Whole*9/8)
	requireInt(t, 0, f.bank.supply)

	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 1_600+200, rsp.Presence)
	requireInt(t, 0, rsp.Fees)
	requireInt(t, 0, rsp.Matched)
	requireInt(t, 1_800, f.has("owner1"))
	requireInt(t, 1_800, f.bank.supply)
	_, err = f.withdraw(1)
	require.ErrorIs(t, err, types.ErrNothingToWithdraw)

	rsp, err = f.withdraw(2)
	require.NoError(t, err)
	requireInt(t, 400+200, rsp.Presence)
	requireInt(t, 2_400, f.bank.supply)
	require.Empty(t, f.export(t).Presence)
}

// All watchers together are paid no more than an epoch has for duties, whatever they claim and whoever comes last; what was paid is
// remembered for as long as more can be proven.
func TestDutiesAreNeverPaidTwice(t *testing.T) {
	f := newFixture(t)
	f.presence(t, 1, 2, 1, allBonds/2, 0, networktypes.Whole*3/2)
	f.presence(t, 2, 3, 1, allBonds/2, 0, networktypes.Whole*6)
	f.presence(t, 3, 3, 1, allBonds/4, 0, networktypes.Whole)
	f.presence(t, 2, 3, 2, allBonds/2, 0, networktypes.Whole*6)
	g := f.export(t)
	require.NoError(t, g.Validate())
	require.Equal(t, []types.StoredDuties{
		{Network: seq, Epoch: 1, Amount: math.NewInt(800)}, {Network: seq, Epoch: 2, Amount: math.NewInt(800)},
	}, g.Duties)
	rows, err := f.queries.ExplainReward(f.ctx, &types.QueryExplainRewardRequest{Network: networkID, Node: 2})
	require.NoError(t, err)
	requireInt(t, 400+800, rows.Rows[0].Duties)
	other := newFixture(t)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, g))
	require.Equal(t, f.store(), other.store())

	f.presence(t, 1, 19, 18, allBonds/2, 0, networktypes.Whole)
	left := f.export(t).Duties
	require.Len(t, left, 1)
	require.Equal(t, uint64(18), left[0].Epoch)
	bad := g
	bad.Duties = append(bad.Duties, bad.Duties[0])
	require.ErrorIs(t, bad.Validate(), types.ErrInvalidGenesis)
	bad.Duties = []types.StoredDuties{{Network: seq, Epoch: 1, Amount: math.NewInt(-1)}}
	require.ErrorIs(t, bad.Validate(), types.ErrInvalidGenesis)
}

// Being there is paid from the emission of the epoch it was in, not of the one it is proven in.
func TestPresenceIsOfItsEpoch(t *testing.T) {
	f := newFixture(t)
	f.presence(t, 1, 101, 100, allBonds, 6, 0)
	f.presence(t, 1, 102, 101, allBonds, 6, 0)
	rows, err := f.queries.ExplainReward(f.ctx, &types.QueryExplainRewardRequest{Network: networkID, Node: 1})
	require.NoError(t, err)
	require.Len(t, rows.Rows, 2)
	requireInt(t, 3_200, rows.Rows[0].Uptime)
	requireInt(t, 1_600, rows.Rows[1].Uptime)
	for i, epoch := range []uint64{101, 102} {
		require.Equal(t, epoch, rows.Rows[i].Epoch)
		require.Equal(t, "none", rows.Rows[i].State)
		require.Contains(t, rows.Rows[i].Reason, "nothing was burnt")
	}
}

// What is paid for being there is shared by the bonds as of the opening of the epoch it is proven in, and a change of bonds does
// not lose what was proven before, also where clients paid nothing.
func TestPresenceIsSharedAsFeesAre(t *testing.T) {
	f := newFixture(t)
	f.setBond(t, 1, "giver", 300, 4_000)
	f.presence(t, 1, 1, 1, allBonds, 6, 0)
	f.networks.epoch = 2
	f.setBond(t, 1, "giver", 0, 0)
	f.presence(t, 1, 2, 1, allBonds, 6, 0)
	f.networks.epoch = 3
	f.setBond(t, 1, "late", 300, 5_000)
	f.networks.epoch = 4
	f.setBond(t, 1, "late", 500, 5_000)

	g := f.export(t)
	require.NoError(t, g.Validate())
	other := newFixture(t)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, g))
	require.Equal(t, f.store(), other.store(), "every key of the store")

	// As of the openings of both epochs the giver had 300 of 400, at 40 %.
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 6_400, rsp.Presence)
	requireInt(t, 6_400*3/4*4/10, rsp.Commission)
	requireInt(t, 1_920, f.has("giver"))
	requireInt(t, 0, f.has("late"))
	requireInt(t, 6_400-1_920, f.has("owner1"))
}

// Who withdraws until nothing is left has all, also where no match tells that there is more: changes of bonds are walked over four at
// a time.
func TestPresenceOfManyChanges(t *testing.T) {
	f := newFixture(t)
	for e := uint64(1); e <= 10; e++ {
		f.networks.epoch = e
		f.setBond(t, 1, "giver", int64(100*e), 1_000)
		f.presence(t, 1, e, 1, allBonds/8, 6, 0)
	}
	for _, want := range []struct{ presence, left int64 }{{4, 5}, {4, 2}, {2, 0}} {
		rsp, err := f.withdraw(1)
		require.NoError(t, err)
		requireInt(t, want.presence*400, rsp.Presence)
		require.EqualValues(t, want.left, rsp.EpochsLeft)
	}
	_, err := f.withdraw(1)
	require.ErrorIs(t, err, types.ErrNothingToWithdraw)
}

// Where the schedule is mistaken fees are paid, and the emission waits.
func TestPresenceOverTheCapWaits(t *testing.T) {
	f := newFixture(t)
	f.setBond(t, 1, "giver", 300, 4_000)
	f.presence(t, 1, 1, 1, allBonds, 6, 0)
	f.networks.epoch = 2
	f.setBond(t, 1, "giver", 400, 4_000)
	f.presence(t, 1, 2, 1, allBonds, 6, 0)
	f.fee(t, 1, 2, 30, 1)
	most := f.networks.network.Token.SupplyCap
	f.bank.supply = most.SubRaw(6_399)
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 30, rsp.Fees)
	requireInt(t, 0, rsp.Presence)
	requireInt(t, 30, f.has("owner1").Add(f.has("giver")))
	branch, _ := f.ctx.CacheContext()
	_, err = f.msgs.Withdraw(branch, &types.MsgWithdraw{Sender: f.account("a"), Network: networkID, Node: 1})
	require.ErrorIs(t, err, types.ErrOverCap)

	f.bank.supply = most.SubRaw(6_400)
	rsp, err = f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 6_400, rsp.Presence)
	require.Equal(t, most.String(), f.bank.supply.String())
}

func TestPresenceOfNothingIsNotKept(t *testing.T) {
	f := newFixture(t)
	f.presence(t, 1, 2, 1, 0, 6, 0)
	require.Equal(t, types.GenesisState{}, f.export(t))
}

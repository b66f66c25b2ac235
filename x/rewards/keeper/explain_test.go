package keeper_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// rows returns all that is explained of a node, page by page.
func (f *fixture) rows(t *testing.T, node uint64) []types.RewardRow {
	t.Helper()
	var rows []types.RewardRow
	page := &query.PageRequest{Limit: 25}
	for {
		rsp, err := f.queries.ExplainReward(f.ctx, &types.QueryExplainRewardRequest{Network: networkID, Node: node, Pagination: page})
		require.NoError(t, err)
		rows = append(rows, rsp.Rows...)
		if len(rsp.Pagination.NextKey) == 0 {
			return rows
		}
		page = &query.PageRequest{Key: rsp.Pagination.NextKey, Limit: 25}
	}
}

// Each row says what its parts are for: clients' payments by kind of work, emission by epoch, with its reason.
func TestRowsTellKindsAndEpochs(t *testing.T) {
	f := newFixture(t)
	f.feeFor(t, tasktypes.FeeVoucher, 1, 2, 80, 20)
	f.feeFor(t, tasktypes.FeeProof, 1, 2, 8, 2)
	f.feeFor(t, tasktypes.FeeVoucher, 1, 2, 40, 10)
	f.presence(t, 1, 2, 1, allBonds/2, 5, 0)
	f.presence(t, 1, 2, 2, allBonds/2, 6, networktypes.Whole*3/4)
	rows := f.rows(t, 1)
	require.Len(t, rows, 1)
	require.Equal(t, []types.KindRow{
		{Kind: "proof", Burnt: math.NewInt(2), Earned: math.NewInt(8)},
		{Kind: "voucher", Burnt: math.NewInt(30), Earned: math.NewInt(120)},
	}, rows[0].Kinds)
	require.Equal(t, f.ctx.BlockTime().Unix(), rows[0].Time)
	require.Equal(t, []types.PresenceRow{
		{
			Epoch: 1, Slots: 5, SlotsOf: 6, Uptime: math.NewInt(1_333), Duties: math.ZeroInt(),
			Reason: "attested in 5 of 6 slots, the others pay nothing; its bond has its share of the 0.004 STR the epoch pays to all who are there, " +
				"its bucket; no duty of a watcher was shown",
		},
		{
			Epoch: 2, Slots: 6, SlotsOf: 6, Uptime: math.NewInt(1_600), Duties: math.NewInt(200),
			Reason: "attested in all of 6 slots; its bond has its share of the 0.004 STR the epoch pays to all who are there, its bucket; " +
				"duties are paid by those it was drawn for and has done",
		},
	}, rows[0].Presences)

	f.networks.epoch = 2 + networktypes.KeptEpochs
	require.Equal(t, "attested in 5 slots; the terms of epoch 1 are no longer kept", f.rows(t, 1)[0].Presences[0].Reason)
}

// Where the yield and not the bucket bounds what being there pays, the row says so.
func TestRowsTellTheYield(t *testing.T) {
	f := newFixture(t)
	f.networks.network.Params.Uptime.YieldPpm = 25
	f.presence(t, 1, 2, 1, allBonds/2, 6, 0)
	there := f.rows(t, 1)[0].Presences[0]
	requireInt(t, 800, there.Uptime) // half of 2,000 but for duties
	require.Equal(t, "attested in all of 6 slots; its bond has its share of the 0.002 STR the epoch pays to all who are there, "+
		"0.0025 % of all bonds; its bucket would allow 0.004 STR; no duty of a watcher was shown", there.Reason)
}

// Over 1,000 epochs the rows of a node add up to what its owner and those who gave bonds have received, and the parts of each row to the row,
// however bonds change and whenever it is withdrawn.
func TestExplainedRowsAddUpToTheBalance(t *testing.T) {
	const epochs = 1_000
	f := newFixture(t)
	f.networks.network.Token.HalvingEpochs = 300
	dice := rand.New(rand.NewPCG(1, 2))
	kinds := []string{tasktypes.FeeAnswer, tasktypes.FeeJury, tasktypes.FeeProof, tasktypes.FeeRepair, tasktypes.FeeTask, tasktypes.FeeVoucher}
	rows := map[uint64]types.RewardRow{}
	collect := func() {
		for _, row := range f.rows(t, 1) {
			rows[row.Epoch] = row
		}
	}
	for epoch := uint64(1); epoch <= epochs; epoch++ {
		if dice.IntN(40) == 0 {
			f.setBond(t, 1, fmt.Sprintf("giver%d", dice.IntN(5)), dice.Int64N(1_000), uint32(dice.IntN(5_000)))
		}
		for range dice.IntN(4) {
			f.feeFor(t, kinds[dice.IntN(len(kinds))], 1, epoch, dice.Int64N(1_000), dice.Int64N(9_000))
		}
		f.fee(t, 2, epoch, 0, dice.Int64N(20_000))
		if epoch > 1 && dice.IntN(5) > 0 {
			f.presence(t, 1, epoch, epoch-1, allBonds/2, uint32(dice.IntN(7)), uint64(dice.IntN(networktypes.Whole)))
		}
		f.closeEpoch(t, epoch)
		if dice.IntN(10) == 0 {
			_, err := f.withdraw(1)
			require.True(t, err == nil || types.ErrNothingToWithdraw.Is(err), err)
			collect() // before what was withdrawn is forgotten
		}
		if epoch%types.KeptPays == 0 {
			collect() // before what needs no match is
		}
	}
	for left := uint64(1); left > 0; {
		rsp, err := f.withdraw(1)
		require.NoError(t, err)
		left = rsp.EpochsLeft
	}
	collect()
	require.LessOrEqual(t, len(f.rows(t, 1)), types.KeptPays)
	sum := math.ZeroInt()
	for epoch, row := range rows {
		require.Contains(t, []string{"withdrawn", "none"}, row.State)
		burnt, earned, uptime, duties := math.ZeroInt(), math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
		for _, k := range row.Kinds {
			burnt, earned = burnt.Add(k.Burnt), earned.Add(k.Earned)
		}
		for _, there := range row.Presences {
			require.Equal(t, epoch-1, there.Epoch)
			uptime, duties = uptime.Add(there.Uptime), duties.Add(there.Duties)
		}
		require.Equal(t, []string{row.Burnt.String(), row.Earned.String(), row.Uptime.String(), row.Duties.String(), row.Gross.String()},
			[]string{burnt.String(), earned.String(), uptime.String(), duties.String(), burnt.Add(earned).String()}, "epoch %d", epoch)
		sum = sum.Add(row.Earned).Add(row.Matched).Add(row.Uptime).Add(row.Duties)
	}
	has := f.has("owner1")
	for g := range 5 {
		has = has.Add(f.has(fmt.Sprintf("giver%d", g)))
	}
	require.Greater(t, len(rows), epochs/2)
	require.Equal(t, sum.String(), has.String())
}

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func TestEarnings(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 800, 200)
	f.fee(t, 1, 2, 400, 100)
	f.closeEpoch(t, 1)
	f.presence(t, 1, 2, 1, allBonds/2, 6, networktypes.Whole*3/2)

	rsp, err := f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: networkID, Node: 1})
	require.NoError(t, err)
	requireInt(t, 1_200, rsp.Fees)
	requireInt(t, 160, rsp.Matched)
	requireInt(t, 80, rsp.Pending)
	require.EqualValues(t, 1, rsp.Epochs)
	require.True(t, rsp.Complete)
	requireInt(t, 1_600+400, rsp.Presence)
	require.Contains(t, rsp.Governance, "nothing yet")
}

// An answer adds up 1,000 epochs, and as many changes of bonds, and tells where it looked no further.
func TestEarningsOfManyEpochs(t *testing.T) {
	const most = 1_000
	ask := func(t *testing.T, f *fixture) []any {
		rsp, err := f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: networkID, Node: 1})
		require.NoError(t, err)
		return []any{rsp.Fees.Int64(), rsp.Matched.Int64(), rsp.Pending.Int64(), rsp.Epochs, rsp.Complete}
	}
	earn := func(t *testing.T, changes bool) *fixture {
		f := newFixture(t)
		f.networks.network.Token.HalvingEpochs = 10 * most // a bucket of 40 to the end
		for epoch := uint64(1); epoch <= most; epoch++ {
			if f.networks.epoch = epoch; changes {
				f.setBond(t, 1, "giver", int64(epoch), 0)
			}
			f.fee(t, 1, epoch, 3, 10)
			f.closeEpoch(t, epoch)
		}
		require.Equal(t, []any{int64(3 * most), int64(8 * most), int64(0), uint64(most), true}, ask(t, f))
		return f
	}
	t.Run("ok: epochs", func(t *testing.T) {
		f := earn(t, false)
		f.fee(t, 1, most+1, 3, 10)
		require.Equal(t, []any{int64(3 * (most + 1)), int64(8 * most), int64(0), uint64(most), false}, ask(t, f))
		_, err := f.withdraw(1)
		require.NoError(t, err)
		require.Equal(t, []any{int64(0), int64(8 * (most - 32)), int64(8), uint64(most - 32), true}, ask(t, f))
	})
	t.Run("ok: changes of bonds", func(t *testing.T) {
		f := earn(t, true)
		f.setBond(t, 1, "giver", most+1, 0)
		require.Equal(t, []any{int64(3 * most), int64(8 * most), int64(0), uint64(most), false}, ask(t, f))
		f.fee(t, 1, most+1, 3, 10)
		require.Equal(t, []any{int64(3 * most), int64(8 * most), int64(0), uint64(most), false}, ask(t, f))
	})
}

func TestEmissionQuery(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 0, 200)
	for _, closed := range []bool{false, true} {
		if closed {
			f.closeEpoch(t, 1)
		}
		rsp, err := f.queries.Emission(f.ctx, &types.QueryEmissionRequest{Network: networkID, Epoch: 1})
		require.NoError(t, err)
		requireInt(t, 10_000, rsp.Total)
		requireInt(t, 4_000, rsp.Uptime)
		requireInt(t, 4_000, rsp.Tasks)
		requireInt(t, 2_000, rsp.Governance)
		requireInt(t, 200, rsp.Burnt)
	}
}

func TestExplainReward(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 800, 200)
	f.fee(t, 1, 2, 0, 50_000)
	f.closeEpoch(t, 1)
	_, err := f.withdraw(1)
	require.NoError(t, err)
	f.closeEpoch(t, 2)
	f.fee(t, 1, 3, 800, 200)
	f.closeEpoch(t, 3)
	f.fee(t, 1, 4, 40, 10)

	rsp, err := f.queries.ExplainReward(f.ctx, &types.QueryExplainRewardRequest{Network: networkID, Node: 1})
	require.NoError(t, err)
	require.Len(t, rsp.Rows, 4)
	for i, want := range []struct {
		epoch          uint64
		gross, matched int64
		state, reason  string
	}{
		{1, 1_000, 160, "withdrawn", "fees and match were withdrawn"},
		{2, 50_000, 4_000, "ready", "the epoch may emit 0.004 STR for paid work and 0.05 STR was burnt, so each burnt unit is matched by the bucket's share"},
		{3, 1_000, 160, "ready", "each burnt unit is matched by the cap of 80.00 %; the bucket of 0.004 STR would allow more"},
		{4, 50, 8, "open", "the epoch is open: the match is at most this, and is fixed when the epoch closes"},
	} {
		row := rsp.Rows[i]
		require.Equal(t, want.epoch, row.Epoch)
		requireInt(t, want.gross, row.Gross)
		requireInt(t, want.matched, row.Matched)
		require.Equal(t, want.state, row.State)
		require.Equal(t, want.reason, row.Reason)
		require.Equal(t, row.Gross.String(), row.Earned.Add(row.Burnt).String())
	}
}

func TestQueryCodes(t *testing.T) {
	f := newFixture(t)
	code := func(err error) codes.Code { return status.Code(err) }
	_, err := f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: "net_99999999", Node: 1})
	require.Equal(t, codes.NotFound, code(err))
	_, err = f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: networkID, Node: 9})
	require.Equal(t, codes.NotFound, code(err))
	_, err = f.queries.Emission(f.ctx, &types.QueryEmissionRequest{Network: "net_99999999", Epoch: 1})
	require.Equal(t, codes.NotFound, code(err))
	_, err = f.queries.ExplainReward(f.ctx, &types.QueryExplainRewardRequest{Network: "net_99999999"})
	require.Equal(t, codes.NotFound, code(err))
	for limit, want := range map[uint64]codes.Code{100: codes.OK, 101: codes.InvalidArgument} {
		_, err = f.queries.ExplainReward(f.ctx, &types.QueryExplainRewardRequest{Network: networkID, Node: 1, Pagination: &query.PageRequest{Limit: limit}})
		require.Equal(t, want, code(err))
	}
}

func TestEventsTellWhatWasPaid(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 800, 200)
	f.closeEpoch(t, 1)
	_, err := f.withdraw(1)
	require.NoError(t, err)
	var names []string
	for _, e := range f.ctx.EventManager().Events() {
		names = append(names, e.Type)
	}
	require.Equal(t, []string{"mesh.rewards.v1.EventEpochMatched", "mesh.rewards.v1.EventWithdrawn"}, names)
	attrs := map[string]string{}
	for _, a := range f.ctx.EventManager().Events()[1].Attributes {
		attrs[a.Key] = a.Value
	}
	require.Equal(t, `"800"`, attrs["fees"])
	require.Equal(t, `"160"`, attrs["matched"])
	require.Equal(t, `"`+f.account("owner1")+`"`, attrs["owner"])
}

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func (f *fixture) ended(node uint64, page *query.PageRequest) []types.EndedStint {
	rsp, err := f.queries.EndedStints(f.ctx, &types.QueryEndedStintsRequest{Network: networkID, Node: node, Pagination: page})
	require.NoError(f.t, err)
	return rsp.Stints
}

// What a node gave up and what its deals ended with is told for as long as its claims are kept, also after the deals are settled.
func TestEndedStints(t *testing.T) {
	f := newFixture(t, 3)
	first, nodes := f.held(2) // epochs 2 and 3
	second, _ := f.held(30)
	node := nodes[0]
	f.prove(2, nodes...)
	require.Empty(t, f.ended(node, nil))
	must(f, f.msgs.ReportLoss, reportMsg(node, second, 0)) // owed for what is claimed
	stint := func(deal, to uint64) types.EndedStint {
		return types.EndedStint{Deal: deal, FromEpoch: 2, ToEpoch: to, Rate: math.NewInt(price)}
	}
	require.Equal(t, []types.EndedStint{stint(second, 2)}, f.ended(node, nil))
	require.Equal(t, []types.OwedRow{{Deal: second, Rate: math.NewInt(price), Reason: "held until epoch 2"}}, f.explain(node, 2).Ended)
	require.Empty(t, f.explain(node, 3).Ended)

	f.prove(3, nodes...)
	f.toEpoch(6)
	f.to(f.ctx.BlockHeight() + 1)
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(first).Deal.Status)
	require.Equal(t, []types.EndedStint{stint(second, 2), stint(first, 3)}, f.ended(node, nil))
	require.Equal(t, []types.EndedStint{stint(first, 3)}, f.ended(node, &query.PageRequest{Limit: 1, Reverse: true}))
	got := f.explain(node, 2)
	require.Empty(t, got.Rows)
	require.Len(t, got.Ended, 2)
	require.Equal(t, int64(2*price), got.Claim.Total.Int64())
	require.Len(t, f.explain(node, 3).Ended, 1)
}

// Of the stints that ended before the epochs whose claims are kept, two go with each that comes.
func TestEndedStintsAreForgotten(t *testing.T) {
	f := newFixture(t, 3)
	for range 5 {
		f.held(1)
	}
	last := func() (epochs []uint64) {
		for _, s := range f.ended(1, nil) {
			epochs = append(epochs, s.ToEpoch)
		}
		return epochs
	}
	f.toEpoch(5)
	require.Equal(t, []uint64{2, 2, 2, 2, 2}, last())
	for _, want := range [][]uint64{{2, 2, 2, 16}, {2, 16, 20}, {16, 20, 24}, {16, 20, 24, 28}, {20, 24, 28, 32}, {24, 28, 32, 36}} {
		f.toEpoch(want[len(want)-1] - 1)
		f.held(1)
		f.toEpoch(f.epoch() + 3)
		f.to(f.ctx.BlockHeight() + 1)
		require.Equal(t, want, last(), "in epoch %d", f.epoch())
	}
}

// Of more rows of an epoch than a page has, the first are given, with the word that there are others.
func TestExplainedStintsAreCut(t *testing.T) {
	f := newFixture(t, 3)
	const deals = networktypes.MaxPage + 1
	for node := uint64(1); node <= 3; node++ {
		f.edit(node, func(n *networktypes.Node) { n.OwnBond = n.OwnBond.MulRaw(1_000) })
	}
	var ids []uint64
	for range deals {
		ids = append(ids, f.open(1))
	}
	f.to(f.ctx.BlockHeight() + int64(f.w.params.Epoch.SeedDelayBlocks))
	for _, id := range ids { // all in one block, so that all are owed for the same epoch
		drawn := must(f, f.msgs.DrawDeal, &types.MsgDrawDeal{Sender: client(), Deal: id})
		f.commit(id)
		for index, node := range drawn.Nodes {
			must(f, f.msgs.Ack, f.ackMsg(node, id, uint32(index)))
		}
	}
	f.toEpoch(5 + deals/types.MaxSettledPerBlock)
	all := f.ended(1, &query.PageRequest{Limit: networktypes.MaxPage})
	require.Len(t, all, networktypes.MaxPage)
	got := f.explain(1, 2)
	require.True(t, got.Cut)
	require.Len(t, got.Ended, networktypes.MaxPage)
	require.Equal(t, all[0].Deal, got.Ended[0].Deal)
	require.Empty(t, f.explain(1, 3).Ended)
	require.False(t, f.explain(1, 3).Cut)

	next, err := f.queries.ExplainClaim(f.ctx, &types.QueryExplainClaimRequest{Network: networkID, Node: 1, Epoch: 2, Pagination: &query.PageRequest{Offset: 1}})
	require.NoError(t, err)
	require.Empty(t, next.Ended, "they come with the first page")
}

// What ended before the epoch is not looked at, of what ended later no more than 5,000; and only what is owed for the epoch can be cut.
func TestExplainLooksAtSoManyStints(t *testing.T) {
	f := newFixture(t, 3)
	f.toEpoch(9)
	g := f.export()
	g.NextDeal = 10_000
	for deal := uint64(1); deal <= 5_000; deal++ {
		ended := types.EndedStint{Deal: deal, FromEpoch: 5, ToEpoch: 5, Rate: math.OneInt()}
		if deal > 4_900 {
			ended.FromEpoch, ended.ToEpoch = 7, 7
		}
		g.Ended = append(g.Ended, types.StoredEnded{Network: seq, Node: 1, Stint: ended})
	}
	cut := func(epoch uint64) (bool, int) {
		require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
		rsp := f.explain(1, epoch)
		return rsp.Cut, len(rsp.Ended)
	}
	for _, c := range []struct {
		epoch uint64
		cut   bool
		rows  int
	}{{4, false, 0}, {5, true, 100}, {7, false, 100}, {8, false, 0}} {
		wasCut, rows := cut(c.epoch)
		require.Equal(t, c.cut, wasCut, "epoch %d", c.epoch)
		require.Equal(t, c.rows, rows, "epoch %d", c.epoch)
	}
	g.Ended = append(g.Ended, types.StoredEnded{Network: seq, Node: 1, Stint: types.EndedStint{Deal: 5_001, FromEpoch: 8, ToEpoch: 8, Rate: math.OneInt()}})
	for epoch, want := range map[uint64]bool{4: true, 6: false, 7: false, 8: false} {
		wasCut, _ := cut(epoch)
		require.Equal(t, want, wasCut, "epoch %d", epoch)
	}
}

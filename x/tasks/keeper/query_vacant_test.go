package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// vacantIndices asks for a page of the vacant indices of the network.
func (f *fixture) vacantIndices(page *query.PageRequest) *types.QueryVacantIndicesResponse {
	rsp, err := f.queries.VacantIndices(f.ctx, &types.QueryVacantIndicesRequest{Network: networkID, Pagination: page})
	require.NoError(f.t, err)
	return rsp
}

// allVacant looks for the vacant indices of the network in the export, which knows nothing of the
// set the query reads.
func (f *fixture) allVacant() []types.VacantIndex {
	var list []types.VacantIndex
	for _, s := range f.export().Indices {
		if s.Index.Status == types.INDEX_STATUS_VACANT {
			list = append(list, types.VacantIndex{Deal: s.Deal, Index: s.Number, LostBy: s.Index.LostBy})
		}
	}
	return list
}

// An index is listed while it is vacant: not before its loss, not while it is being rebuilt, again
// when it is given back, and not after its deal is settled.
func TestVacantIndices(t *testing.T) {
	f, id, loser := vacant(t, 6, 10)
	want := []types.VacantIndex{{Deal: id, Index: 0, LostBy: loser}}
	require.Equal(t, want, f.vacantIndices(nil).Indices)
	f.to(f.ctx.BlockHeight() + 12)
	node := takers(f, id)[0]
	must(f, f.msgs.TakeIndex, takeMsg(node, id, 0))
	require.Empty(t, f.vacantIndices(nil).Indices)
	must(f, f.msgs.ReportLoss, reportMsg(node, id, 0))
	require.Equal(t, want, f.vacantIndices(nil).Indices)

	other := reborn(t, f, *f.export())
	require.Equal(t, f.snapshot(), other.snapshot(), "an import makes the set again")
	require.Equal(t, want, other.vacantIndices(nil).Indices)

	must(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id})
	f.to(opening(8))
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
	require.Empty(t, f.vacantIndices(nil).Indices)
}

// TestVacantPages: pages follow deals and numbers, and are at most 100 long.
func TestVacantPages(t *testing.T) {
	f := newFixture(t, 3)
	first, nodes := f.held(10)
	second, others := f.held(10)
	f.toEpoch(2)
	must(f, f.msgs.ReportLoss, reportMsg(others[2], second, 2))
	must(f, f.msgs.ReportLoss, reportMsg(nodes[1], first, 1))
	must(f, f.msgs.ReportLoss, reportMsg(others[0], second, 0))
	page := f.vacantIndices(&query.PageRequest{Limit: 2})
	require.Equal(t, []types.VacantIndex{{Deal: first, Index: 1, LostBy: nodes[1]}, {Deal: second, Index: 0, LostBy: others[0]}}, page.Indices)
	rest := f.vacantIndices(&query.PageRequest{Key: page.Pagination.NextKey})
	require.Equal(t, []types.VacantIndex{{Deal: second, Index: 2, LostBy: others[2]}}, rest.Indices)
	require.Nil(t, rest.Pagination.NextKey)
}

// acks picks the duties to acknowledge a layout.
func acks(list []types.Deadline) []types.Deadline {
	var picked []types.Deadline
	for _, d := range list {
		if d.Duty == "ack" {
			picked = append(picked, d)
		}
	}
	return picked
}

// ackRow is a duty to acknowledge as the figures that matter.
func ackRow(d types.Deadline) [5]int64 {
	return [5]int64{int64(d.Deal), int64(d.Index), d.From, d.Until, d.AtStake.Int64()}
}

// TestAckDuty: a node that was drawn is told until when it may acknowledge, also when the time is
// over and nobody has drawn again; a holder, that there is a newer layout.
func TestAckDuty(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(10)
	nodes := f.drawn(id)
	drawnAt := f.ctx.BlockHeight()
	duty := func() [5]int64 {
		list := acks(f.deadlines(nodes[1]))
		require.Len(t, list, 1)
		return ackRow(list[0])
	}
	require.Empty(t, acks(f.deadlines(nodes[1])), "there is nothing to acknowledge yet")
	f.commit(id)
	require.Equal(t, [5]int64{int64(id), 1, drawnAt, opening(3), price}, duty())
	f.toEpoch(2)
	require.Equal(t, [5]int64{int64(id), 1, drawnAt, opening(3), price}, duty())
	f.toEpoch(4)
	require.Equal(t, [5]int64{int64(id), 1, drawnAt, opening(4) + 1, price}, duty(), "anyone can have it drawn again with the next block")
	must(f, f.msgs.Ack, f.ackMsg(nodes[1], id, 1))
	require.Empty(t, acks(f.deadlines(nodes[1])))
	f.commit(id)
	require.Equal(t, [5]int64{int64(id), 1, 0, 0, 0}, duty(), "it is proved against the layout it has acknowledged")
	f.toEpoch(12)
	require.Empty(t, acks(f.deadlines(nodes[1])), "the deal has ended")
}

// TestAckDutyOfARepair: who took a vacant index has as long as who was drawn.
func TestAckDutyOfARepair(t *testing.T) {
	f, id, _ := vacant(t, 6, 10)
	f.to(f.ctx.BlockHeight() + 12)
	taken, node := f.ctx.BlockHeight(), takers(f, id)[0]
	require.Empty(t, acks(f.deadlines(node)))
	must(f, f.msgs.TakeIndex, takeMsg(node, id, 0))
	list := acks(f.deadlines(node))
	require.Len(t, list, 1)
	require.Equal(t, [5]int64{int64(id), 0, taken, opening(6), 2 * price}, ackRow(list[0]))
}

// TestAckDutiesAreBounded: at most 100 are listed, and the answer says that there are more.
func TestAckDutiesAreBounded(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Distribution = networktypes.TokenDistribution{TasksBps: 10_000} // nothing but acks is due
	f.w.give(account("client"), 100*funds)
	ask := func() *types.QueryDeadlinesResponse {
		rsp, err := f.queries.Deadlines(f.ctx, &types.QueryDeadlinesRequest{Network: networkID, Node: 1})
		require.NoError(t, err)
		return rsp
	}
	for range networktypes.MaxPage {
		f.open(5)
	}
	f.to(f.ctx.BlockHeight() + 2)
	for deal := uint64(1); deal <= networktypes.MaxPage; deal++ {
		must(f, f.msgs.DrawDeal, &types.MsgDrawDeal{Sender: client(), Deal: deal})
		f.commit(deal)
	}
	require.Len(t, ask().Deadlines, networktypes.MaxPage)
	require.True(t, ask().Complete)
	last := f.open(5)
	f.drawn(last)
	f.commit(last)
	require.Len(t, ask().Deadlines, networktypes.MaxPage)
	require.False(t, ask().Complete)
}

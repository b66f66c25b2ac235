package keeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func (f *fixture) deadlines(node uint64) []types.Deadline {
	rsp, err := f.queries.Deadlines(f.ctx, &types.QueryDeadlinesRequest{Network: networkID, Node: node})
	require.NoError(f.t, err)
	return rsp.Deadlines
}

func (f *fixture) explain(node, epoch uint64) *types.QueryExplainClaimResponse {
	rsp, err := f.queries.ExplainClaim(f.ctx, &types.QueryExplainClaimRequest{Network: networkID, Node: node, Epoch: epoch})
	require.NoError(f.t, err)
	return rsp
}

// duties reads deadlines as the words and heights that matter.
func duties(list []types.Deadline) [][5]any {
	var rows [][5]any
	for _, d := range list {
		rows = append(rows, [5]any{d.Duty, d.Epoch, d.From, d.Until, d.AtStake.Int64()})
	}
	return rows
}

// Every duty is listed before it is due, and gone when it is done or too late.
func TestDeadlines(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Distribution = networktypes.TokenDistribution{TasksBps: 10_000} // being there is not paid
	id, nodes := f.held(10)
	node := nodes[0]
	require.Empty(t, f.deadlines(node), "nothing is owed for epoch 1")
	f.toEpoch(2)
	require.Equal(t, [][5]any{{"claim", uint64(2), opening(3), opening(3) + 5, int64(price)}}, duties(f.deadlines(node)))
	f.toEpoch(3)
	claims := [][5]any{
		{"claim", uint64(2), opening(3), opening(3) + 5, int64(price)}, {"claim", uint64(3), opening(4), opening(4) + 5, int64(price)},
	}
	require.Equal(t, claims, duties(f.deadlines(node)))
	must(f, f.msgs.Claim, f.claimMsg(node, 2))
	require.Equal(t, [][5]any{
		{"proof", uint64(2), opening(3) + 5, int64(0), int64(price)}, {"claim", uint64(3), opening(4), int64(0), int64(price)},
	}, duties(f.deadlines(node)), "neither end is fixed before the seed")
	f.toProofs(2)
	require.Equal(t, [][5]any{{"proof", uint64(2), opening(3) + 7, opening(3) + 15, int64(price)}, claims[1]}, duties(f.deadlines(node)))
	must(f, f.msgs.Prove, f.proveMsg(node, 2))
	require.Equal(t, claims[1:], duties(f.deadlines(node)))
	must(f, f.msgs.RequestOpen, requestMsg(client(), id, 0))
	require.Equal(t, [][5]any{claims[1], {"open", uint64(0), int64(0), f.ctx.BlockHeight() + 21, int64(4 * price)}}, duties(f.deadlines(node)))
	require.Equal(t, claims[1:], duties(f.deadlines(nodes[1])), "what was not claimed in time is no duty any more")
}

// A node that was in the active set with others has a claim due where no deal owes it anything, if being there is paid.
func TestDeadlinesOfPresence(t *testing.T) {
	f := newFixture(t, 3)
	f.toEpoch(2)
	claims := [][5]any{
		{"claim", uint64(1), opening(2), opening(2) + 5, int64(0)}, {"claim", uint64(2), opening(3), opening(3) + 5, int64(0)},
	}
	require.Equal(t, claims, duties(f.deadlines(1)))
	f.edit(1, func(n *networktypes.Node) { n.Weight = math.ZeroInt() })
	require.Empty(t, f.deadlines(1), "a node that was not in the active set")
	f.edit(1, func(n *networktypes.Node) { n.Weight = n.OwnBond })
	w := f.witness(1, 1)
	must(f, f.msgs.Claim, w.claimMsg())
	f.toProofs(1)
	require.Equal(t, [][5]any{{"proof", uint64(1), opening(2) + 7, opening(2) + 15, int64(0)}, claims[1]}, duties(f.deadlines(1)))
	require.Equal(t, claims[1:], duties(f.deadlines(2)), "too late")
	must(f, f.msgs.Prove, w.proveMsg())
	require.Equal(t, claims[1:], duties(f.deadlines(1)))

	alone := newFixture(t, 1)
	alone.toEpoch(2)
	require.Empty(t, alone.deadlines(1), "nobody else could watch")
}

func TestExplainClaim(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	node := nodes[0]
	f.toEpoch(2)
	got := f.explain(node, 2)
	require.Equal(t, "open", got.State)
	require.Equal(t, []types.OwedRow{{Deal: id, Index: 0, Rate: got.Rows[0].Rate, Reason: "held and acknowledged"}}, got.Rows)
	require.Equal(t, int64(price), got.Rows[0].Rate.Int64())
	early := f.explain(node, 1)
	require.Equal(t, "owed from epoch 2 on", early.Rows[0].Reason)
	require.True(t, early.Rows[0].Rate.IsZero())
	f.claim(2, node, nodes[1])
	require.Equal(t, "claimed", f.explain(node, 2).State)
	require.Equal(t, int64(price), f.explain(node, 2).Claim.Total.Int64())
	f.toProofs(2)
	must(f, f.msgs.Prove, f.proveMsg(node, 2))
	f.to(opening(3) + 15)
	require.Equal(t, "proven", f.explain(node, 2).State)
	require.Equal(t, "missed", f.explain(nodes[1], 2).State)
	require.Equal(t, "none", f.explain(nodes[2], 2).State)
	require.Contains(t, f.explain(nodes[2], 2).Reason, "from height 141 to 145")
	f.w.seedLate[opening(4)+5] = 100
	f.claim(3, node)
	f.toEpoch(5)
	require.Equal(t, "open", f.explain(node, 4).State, "its claims wait for the seed of epoch 3")
}

// The rows of a claim add up to its total.
func TestExplainedRowsAddUp(t *testing.T) {
	f := newFixture(t, 4)
	for epochs := range uint64(4) {
		f.held(epochs + 1)
		f.toEpoch(f.epoch() + 1)
	}
	for node := uint64(1); node <= 4; node++ {
		for epoch := f.epoch(); epoch < f.epoch()+1; epoch++ {
			sum := int64(0)
			for _, row := range f.explain(node, epoch).Rows {
				sum += row.Rate.Int64()
			}
			require.Equal(t, f.owed(node, epoch).Amount.Int64(), sum, "node %d epoch %d", node, epoch)
		}
	}
}

func TestWindowQuery(t *testing.T) {
	f := newFixture(t, 3)
	_, nodes := f.held(10)
	ask := func() *types.QueryWindowResponse {
		before := f.snapshot()
		rsp, err := f.queries.Window(f.ctx, &types.QueryWindowRequest{Network: networkID, Epoch: 2})
		require.NoError(t, err)
		require.Equal(t, before, f.snapshot(), "a query writes nothing")
		return rsp
	}
	f.toEpoch(2)
	require.Equal(t, &types.QueryWindowResponse{Window: types.Window{ClaimsFrom: opening(3), ClaimsUntil: opening(3) + 5}}, ask())
	f.claim(2, nodes...)
	f.to(opening(3) + 6)
	require.Zero(t, ask().Window.SeedHeight)
	f.to(opening(3) + 7)
	rsp := ask()
	require.Equal(t, []int64{opening(3) + 7, opening(3) + 7, opening(3) + 15}, []int64{rsp.Window.SeedHeight, rsp.ProofsFrom, rsp.ProofsUntil})
}

func TestListQueries(t *testing.T) {
	f := newFixture(t, 3)
	f.w.give(account("rival"), funds)
	for range 3 {
		f.held(3)
	}
	msg := openMsg(3)
	msg.Client = addr(account("rival"))
	must(f, f.msgs.OpenDeal, msg)
	page := &query.PageRequest{Limit: 2}
	all, err := f.queries.Deals(f.ctx, &types.QueryDealsRequest{Pagination: page})
	require.NoError(t, err)
	require.Equal(t, []uint64{1, 2}, []uint64{all.Deals[0].Id, all.Deals[1].Id})
	rest, err := f.queries.Deals(f.ctx, &types.QueryDealsRequest{Pagination: &query.PageRequest{Key: all.Pagination.NextKey, Limit: 2}})
	require.NoError(t, err)
	require.Equal(t, []uint64{3, 4}, []uint64{rest.Deals[0].Id, rest.Deals[1].Id})
	mine, err := f.queries.DealsByClient(f.ctx, &types.QueryDealsByClientRequest{Client: msg.Client})
	require.NoError(t, err)
	require.Len(t, mine.Deals, 1)
	require.Equal(t, uint64(4), mine.Deals[0].Id)
	held, err := f.queries.DealsByNode(f.ctx, &types.QueryDealsByNodeRequest{Network: networkID, Node: 2, Pagination: page})
	require.NoError(t, err)
	require.Len(t, held.Indices, 2)
	require.Equal(t, uint64(2), held.Indices[0].State.Node)
	require.NotNil(t, held.Pagination.NextKey)
}

func TestQueryCodes(t *testing.T) {
	f := newFixture(t, 3)
	f.held(10)
	f.prove(2, 1)
	big := &query.PageRequest{Limit: 101}
	for _, tc := range []struct {
		name string
		ask  func(context.Context) error
		want codes.Code
	}{
		{"fails: unknown deal", func(ctx context.Context) error {
			_, err := f.queries.Deal(ctx, &types.QueryDealRequest{Deal: 9})
			return err
		}, codes.NotFound},
		{"fails: nil deal", func(ctx context.Context) error { _, err := f.queries.Deal(ctx, nil); return err }, codes.NotFound},
		{"fails: deals page", func(ctx context.Context) error {
			_, err := f.queries.Deals(ctx, &types.QueryDealsRequest{Pagination: big})
			return err
		}, codes.InvalidArgument},
		{"fails: page by client", func(ctx context.Context) error {
			_, err := f.queries.DealsByClient(ctx, &types.QueryDealsByClientRequest{Client: client(), Pagination: big})
			return err
		}, codes.InvalidArgument},
		{"fails: no client", func(ctx context.Context) error { _, err := f.queries.DealsByClient(ctx, nil); return err }, codes.InvalidArgument},
		{"fails: page by node", func(ctx context.Context) error {
			_, err := f.queries.DealsByNode(ctx, &types.QueryDealsByNodeRequest{Network: networkID, Pagination: big})
			return err
		}, codes.InvalidArgument},
		{"fails: no network id", func(ctx context.Context) error { _, err := f.queries.DealsByNode(ctx, nil); return err }, codes.InvalidArgument},
		{"fails: claim of an unknown network", func(ctx context.Context) error {
			_, err := f.queries.Claim(ctx, &types.QueryClaimRequest{Network: "net_00000002"})
			return err
		}, codes.NotFound},
		{"fails: no claim", func(ctx context.Context) error {
			_, err := f.queries.Claim(ctx, &types.QueryClaimRequest{Network: networkID, Node: 2, Epoch: 2})
			return err
		}, codes.NotFound},
		{"ok: claim", func(ctx context.Context) error {
			_, err := f.queries.Claim(ctx, &types.QueryClaimRequest{Network: networkID, Node: 1, Epoch: 2})
			return err
		}, codes.OK},
		{"fails: owed before the last claim", func(ctx context.Context) error {
			_, err := f.queries.Owed(ctx, &types.QueryOwedRequest{Network: networkID, Node: 1, Epoch: 1})
			return err
		}, codes.NotFound},
		{"fails: window of no epoch", func(ctx context.Context) error {
			_, err := f.queries.Window(ctx, &types.QueryWindowRequest{Network: networkID})
			return err
		}, codes.NotFound},
		{"fails: explain an epoch to come", func(ctx context.Context) error {
			_, err := f.queries.ExplainClaim(ctx, &types.QueryExplainClaimRequest{Network: networkID, Node: 1, Epoch: 99})
			return err
		}, codes.NotFound},
		{"fails: explain page", func(ctx context.Context) error {
			_, err := f.queries.ExplainClaim(ctx, &types.QueryExplainClaimRequest{Network: networkID, Pagination: big})
			return err
		}, codes.InvalidArgument},
		{"fails: deadlines of an unknown network", func(ctx context.Context) error {
			_, err := f.queries.Deadlines(ctx, &types.QueryDeadlinesRequest{Network: "net_00000002"})
			return err
		}, codes.NotFound},
		{"fails: page of vacant indices", func(ctx context.Context) error {
			_, err := f.queries.VacantIndices(ctx, &types.QueryVacantIndicesRequest{Network: networkID, Pagination: big})
			return err
		}, codes.InvalidArgument},
		{"fails: broken page of vacant indices", func(ctx context.Context) error {
			_, err := f.queries.VacantIndices(ctx, &types.QueryVacantIndicesRequest{Network: networkID, Pagination: &query.PageRequest{Key: []byte{1}, Offset: 1}})
			return err
		}, codes.InvalidArgument},
		{"fails: vacant indices of an unknown network", func(ctx context.Context) error {
			_, err := f.queries.VacantIndices(ctx, &types.QueryVacantIndicesRequest{Network: "net_00000002"})
			return err
		}, codes.NotFound},
		{"fails: vacant indices of no network", func(ctx context.Context) error { _, err := f.queries.VacantIndices(ctx, nil); return err }, codes.InvalidArgument},
		{"fails: page of ended stints", func(ctx context.Context) error {
			_, err := f.queries.EndedStints(ctx, &types.QueryEndedStintsRequest{Network: networkID, Node: 1, Pagination: big})
			return err
		}, codes.InvalidArgument},
		{"fails: ended stints of nobody", func(ctx context.Context) error {
			_, err := f.queries.EndedStints(ctx, &types.QueryEndedStintsRequest{Network: networkID, Node: 99})
			return err
		}, codes.NotFound},
		{"fails: ended stints of no network", func(ctx context.Context) error { _, err := f.queries.EndedStints(ctx, nil); return err }, codes.InvalidArgument},
		{"fails: requests to nobody", func(ctx context.Context) error {
			_, err := f.queries.OpenRequests(ctx, &types.QueryOpenRequestsRequest{Network: networkID, Node: 99})
			return err
		}, codes.NotFound},
		{"fails: deadlines of nobody", func(ctx context.Context) error {
			_, err := f.queries.Deadlines(ctx, &types.QueryDeadlinesRequest{Network: networkID, Node: 99})
			return err
		}, codes.NotFound},
		{"fails: deals of nobody", func(ctx context.Context) error {
			_, err := f.queries.DealsByNode(ctx, &types.QueryDealsByNodeRequest{Network: networkID, Node: 99})
			return err
		}, codes.NotFound},
		{"fails: what nobody is owed", func(ctx context.Context) error {
			_, err := f.queries.Owed(ctx, &types.QueryOwedRequest{Network: networkID, Node: 99, Epoch: 1})
			return err
		}, codes.NotFound},
		{"fails: nobody's claim explained", func(ctx context.Context) error {
			_, err := f.queries.ExplainClaim(ctx, &types.QueryExplainClaimRequest{Network: networkID, Node: 99, Epoch: 1})
			return err
		}, codes.NotFound},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, status.Code(tc.ask(f.ctx))) })
	}
}

func TestIsStale(t *testing.T) {
	f := newFixture(t, 4)
	_, nodes := f.held(20)
	idle := 1 + 2 + 3 + 4 - nodes[0] - nodes[1] - nodes[2]
	f.prove(2, nodes[0])
	f.prove(4, nodes[1])
	stale := func(node uint64) bool {
		ok, err := f.keeper.IsStale(f.ctx, seq, f.w.nodes[node])
		require.NoError(t, err)
		return ok
	}
	f.toEpoch(6) // epochs 2, 3 and 4 are over
	require.Equal(t, []bool{false, false, true, false}, []bool{stale(nodes[0]), stale(nodes[1]), stale(nodes[2]), stale(idle)})
	f.toEpoch(7)
	require.Equal(t, []bool{true, false, true, false}, []bool{stale(nodes[0]), stale(nodes[1]), stale(nodes[2]), stale(idle)})
	id := f.open(5)
	require.NotContains(t, f.drawn(id), nodes[2], "a stale node is not drawn")
	for _, n := range nodes {
		want := networktypes.NODE_STATUS_JOINED
		if stale(n) {
			want = networktypes.NODE_STATUS_SUSPENDED
		}
		require.Equal(t, want, f.w.nodes[n].Status, "node %d: a draw takes out the stale nodes it meets", n)
	}

	// Who comes back in epoch 7 is judged by epochs 8, 9 and 10.
	back := f.w.nodes[nodes[2]]
	back.Status, back.ResumedEpoch = networktypes.NODE_STATUS_JOINED, 7
	f.w.nodes[nodes[2]] = back
	f.toEpoch(11)
	require.False(t, stale(nodes[2]))
	require.NotContains(t, f.drawn(f.open(5)), nodes[2], "it is drawn when it has proven something")
	require.Equal(t, networktypes.NODE_STATUS_JOINED, f.w.nodes[nodes[2]].Status)
	f.toEpoch(12)
	require.True(t, stale(nodes[2]))
}

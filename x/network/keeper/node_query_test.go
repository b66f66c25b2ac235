package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestQueryNode finds a node by its number, its operator and its host, with its counters.
func TestQueryNode(t *testing.T) {
	f := newNodeFixture(t, 2)
	n := f.nets[0]
	f.register(t, n, account("bob"), "two", minBond)
	id := f.register(t, n, account("ann"), "one", minBond)
	f.register(t, f.nets[1], account("ann"), "three", minBond)
	add := types.Counters{Proven: 3, Missed: 2, Lost: 1, Bad: 4}
	require.NoError(t, f.keeper.Count(f.ctx, n.Seq, id, add))
	require.NoError(t, f.keeper.Count(f.ctx, n.Seq, id, types.Counters{Proven: 1, Bad: 1}))
	want := types.QueryNodeResponse{Node: f.node(t, n, id), Counters: types.Counters{Proven: 4, Missed: 2, Lost: 1, Bad: 5}}

	byNumber := func(network string, node uint64) func() (*types.QueryNodeResponse, error) {
		return func() (*types.QueryNodeResponse, error) {
			return f.queries.Node(f.ctx, &types.QueryNodeRequest{Network: network, Node: node})
		}
	}
	byOperator := func(network, operator string) func() (*types.QueryNodeResponse, error) {
		return func() (*types.QueryNodeResponse, error) {
			return f.queries.NodeByOperator(f.ctx, &types.QueryNodeByOperatorRequest{Network: network, Operator: operator})
		}
	}
	byPeer := func(network, peer string) func() (*types.QueryNodeResponse, error) {
		return func() (*types.QueryNodeResponse, error) {
			return f.queries.NodeByPeer(f.ctx, &types.QueryNodeByPeerRequest{Network: network, PeerId: peer})
		}
	}
	const unknown = "net_00000000"
	for _, c := range []struct {
		name string
		ask  func() (*types.QueryNodeResponse, error)
		code codes.Code
	}{
		{"ok: number", byNumber(n.Id, id), codes.OK},
		{"ok: operator", byOperator(n.Id, want.Node.Operator), codes.OK},
		{"ok: peer", byPeer(n.Id, want.Node.PeerId), codes.OK},
		{"fails: number 0", byNumber(n.Id, 0), codes.NotFound},
		{"fails: next number", byNumber(n.Id, id+1), codes.NotFound},
		{"fails: number in an unknown network", byNumber(unknown, id), codes.NotFound},
		{"fails: number in no network", byNumber("", id), codes.InvalidArgument},
		{"fails: owner in place of the operator", byOperator(n.Id, want.Node.Owner), codes.NotFound},
		{"fails: operator in another network", byOperator(f.nets[1].Id, want.Node.Operator), codes.NotFound},
		{"fails: operator in an unknown network", byOperator(unknown, want.Node.Operator), codes.NotFound},
		{"fails: operator is no account", byOperator(n.Id, "one"), codes.InvalidArgument},
		{"fails: peer in another network", byPeer(f.nets[1].Id, want.Node.PeerId), codes.NotFound},
		{"fails: peer in an unknown network", byPeer(unknown, want.Node.PeerId), codes.NotFound},
		{"fails: unknown peer", byPeer(n.Id, types.PeerID(hostPublic("nobody"))), codes.NotFound},
		{"fails: peer is none", byPeer(n.Id, "one"), codes.InvalidArgument},
		{"fails: no request for a number", func() (*types.QueryNodeResponse, error) { return f.queries.Node(f.ctx, nil) }, codes.InvalidArgument},
		{"fails: no request for an operator", func() (*types.QueryNodeResponse, error) { return f.queries.NodeByOperator(f.ctx, nil) }, codes.InvalidArgument},
		{"fails: no request for a peer", func() (*types.QueryNodeResponse, error) { return f.queries.NodeByPeer(f.ctx, nil) }, codes.InvalidArgument},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := c.ask()
			require.Equal(t, c.code, status.Code(err))
			if c.code != codes.OK {
				require.Nil(t, res)
				return
			}
			require.Equal(t, want.String(), res.String())
		})
	}
}

// TestQueryNodes pages through the nodes of one network only.
func TestQueryNodes(t *testing.T) {
	f := newNodeFixture(t, 3)
	n := f.nets[1]
	for i := range 103 {
		_, err := f.msgs.RegisterNode(f.ctx, f.registration(t, n, account("ann"), fmt.Sprint(i), fmt.Sprint(i), 0))
		require.NoError(t, err)
	}
	f.register(t, f.nets[0], account("ann"), "before", minBond)
	f.register(t, f.nets[2], account("ann"), "behind", minBond)
	for _, c := range []struct {
		name string
		page *query.PageRequest
		want []uint64
		more bool
	}{
		{"ok: no page is a page of 100", nil, span(1, 100), true},
		{"ok: limit of 1", &query.PageRequest{Limit: 1}, span(1, 1), true},
		{"ok: offset", &query.PageRequest{Offset: 100, Limit: 100}, span(101, 103), false},
		{"ok: offset behind the last", &query.PageRequest{Offset: 103, Limit: 1}, nil, false},
		{"ok: newest first", &query.PageRequest{Limit: 2, Reverse: true}, []uint64{103, 102}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := f.queries.Nodes(f.ctx, &types.QueryNodesRequest{Network: n.Id, Pagination: c.page})
			require.NoError(t, err)
			require.Equal(t, c.want, numbers(res.Nodes))
			require.Equal(t, c.more, len(res.Pagination.NextKey) > 0)
		})
	}
	var got []uint64
	for page := (&query.PageRequest{Limit: 10}); page.Key != nil || got == nil; {
		res, err := f.queries.Nodes(f.ctx, &types.QueryNodesRequest{Network: n.Id, Pagination: page})
		require.NoError(t, err)
		got = append(got, numbers(res.Nodes)...)
		page.Key = res.Pagination.NextKey
	}
	require.Equal(t, span(1, 103), got)
	for name, c := range map[string]struct {
		req  *types.QueryNodesRequest
		code codes.Code
	}{
		"fails: limit of 101":        {&types.QueryNodesRequest{Network: n.Id, Pagination: &query.PageRequest{Limit: 101}}, codes.InvalidArgument},
		"fails: offset and key":      {&types.QueryNodesRequest{Network: n.Id, Pagination: &query.PageRequest{Offset: 1, Key: []byte{1}}}, codes.InvalidArgument},
		"fails: unknown network":     {&types.QueryNodesRequest{Network: "net_00000000"}, codes.NotFound},
		"fails: no request":          {nil, codes.InvalidArgument},
		"fails: network is not well": {&types.QueryNodesRequest{Network: "Net 1"}, codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := f.queries.Nodes(f.ctx, c.req)
			require.Equal(t, c.code, status.Code(err))
			require.Nil(t, res)
		})
	}
}

// TestQueryActiveSet: shares of owners, own and given bonds together, from the next opening on.
func TestQueryActiveSet(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	ask := func() types.QueryActiveSetResponse {
		res, err := f.queries.ActiveSet(f.ctx, &types.QueryActiveSetRequest{Network: n.Id})
		require.NoError(t, err)
		return *res
	}
	require.Equal(t, types.QueryActiveSetResponse{Weight: math.ZeroInt(), Complete: true, Assurance: "none", AssuranceReason: "there is no other owner who could watch"}, ask())
	active(t, f, n, [][]int64{{150, 250}, {300}, {99}, {200}})
	require.Equal(t, types.QueryActiveSetResponse{Weight: math.NewInt(900), Nodes: 4, Owners: 3, LargestOwnerBps: 4_444, Complete: true,
		Assurance: "low", AssuranceReason: "all other owners watch, of whom there are 2; seats are drawn from 15 on"}, ask())
	f.fund(t, n, account("bob"), 701)
	require.NoError(t, f.give(t, n, 4, account("bob"), 701))
	require.Equal(t, types.QueryActiveSetResponse{Weight: math.NewInt(1_700), Nodes: 5, Owners: 4, LargestOwnerBps: 4_705, Complete: true,
		Assurance: "low", AssuranceReason: "all other owners watch, of whom there are 3; seats are drawn from 15 on"}, ask())
	f.open(t, n)
	require.Equal(t, math.NewInt(1_700), ask().Weight)
	for node := range uint64(5) {
		require.NoError(t, f.keeper.Suspend(f.ctx, f.node(t, n, node+1)))
	}
	require.Equal(t, types.QueryActiveSetResponse{Weight: math.ZeroInt(), Complete: true, Assurance: "none", AssuranceReason: "there is no other owner who could watch"}, ask())

	g := f.export(t)
	g.Calendars[0].NextOwnerSlot = 5_001
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
	require.False(t, ask().Complete)
}

// TestQueryEpoch: 0 is the latest; before the first there is an empty one under the terms in force.
func TestQueryEpoch(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	ask := func(number uint64) (*types.QueryEpochResponse, error) {
		return f.queries.Epoch(f.ctx, &types.QueryEpochRequest{Network: n.Id, Number: number})
	}
	res, err := ask(0)
	require.NoError(t, err)
	want := types.QueryEpochResponse{Calendar: types.Calendar{Network: 1, NextNode: 1}, Epoch: types.Epoch{Weight: math.ZeroInt(), Params: n.Params}}
	require.Equal(t, want.String(), res.String())
	_, err = ask(1)
	require.Equal(t, codes.NotFound, status.Code(err))

	f.register(t, n, account("ann"), "one", minBond)
	for range types.KeptEpochs + 2 {
		f.open(t, n)
	}
	for number, code := range map[uint64]codes.Code{2: codes.NotFound, 3: codes.OK, 18: codes.OK, 19: codes.NotFound} {
		res, err := ask(number)
		require.Equal(t, code, status.Code(err), "epoch %d", number)
		if err == nil {
			require.Equal(t, number, res.Epoch.Number)
			require.Equal(t, f.calendar(t, n), res.Calendar)
		}
	}
	res, err = ask(0)
	require.NoError(t, err)
	require.Equal(t, uint64(18), res.Epoch.Number)
}

// TestQueryCodes: what is asked about an unknown network or node is NotFound, what names none InvalidArgument.
func TestQueryCodes(t *testing.T) {
	f := newNodeFixture(t, 1)
	for network, code := range map[string]codes.Code{"net_00000000": codes.NotFound, "": codes.InvalidArgument} {
		_, err := f.queries.Bonds(f.ctx, &types.QueryBondsRequest{Network: network, Node: 1})
		require.Equal(t, code, status.Code(err))
		_, err = f.queries.Bootstraps(f.ctx, &types.QueryBootstrapsRequest{Network: network})
		require.Equal(t, code, status.Code(err))
		_, err = f.queries.Epoch(f.ctx, &types.QueryEpochRequest{Network: network})
		require.Equal(t, code, status.Code(err))
		_, err = f.queries.ActiveSet(f.ctx, &types.QueryActiveSetRequest{Network: network})
		require.Equal(t, code, status.Code(err))
	}
	_, err := f.queries.Bonds(f.ctx, &types.QueryBondsRequest{Network: f.nets[0].Id, Node: 1})
	require.Equal(t, codes.NotFound, status.Code(err))
}

package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// maxOwnersShown bounds the owners the active set's view looks at.
const maxOwnersShown = 5_000

// Node implements types.QueryServer.
func (q queryServer) Node(ctx context.Context, req *types.QueryNodeRequest) (*types.QueryNodeResponse, error) {
	network, n, err := q.nodeOf(ctx, req.GetNetwork(), req.GetNode())
	return q.respondNode(ctx, network, n, err)
}

// NodeByOperator implements types.QueryServer.
func (q queryServer) NodeByOperator(ctx context.Context, req *types.QueryNodeByOperatorRequest) (*types.QueryNodeResponse, error) {
	network, err := q.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	operator, err := q.account("operator", req.GetOperator())
	if err != nil {
		return nil, grpcError(err)
	}
	n, err := q.nodeBy(ctx, q.operators, network.Seq, operator)
	return q.respondNode(ctx, network, n, err)
}

// NodeByPeer implements types.QueryServer.
func (q queryServer) NodeByPeer(ctx context.Context, req *types.QueryNodeByPeerRequest) (*types.QueryNodeResponse, error) {
	network, err := q.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	key, err := types.PeerKey(req.GetPeerId())
	if err != nil {
		return nil, grpcError(err)
	}
	n, err := q.nodeBy(ctx, q.peers, network.Seq, key)
	return q.respondNode(ctx, network, n, err)
}

func (q queryServer) respondNode(ctx context.Context, network types.Network, n types.Node, err error) (*types.QueryNodeResponse, error) {
	if err != nil {
		return nil, grpcError(err)
	}
	c, err := q.countersOf(ctx, network.Seq, n.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryNodeResponse{Node: n, Counters: c}, nil
}

// Nodes implements types.QueryServer.
func (q queryServer) Nodes(ctx context.Context, req *types.QueryNodesRequest) (*types.QueryNodesResponse, error) {
	asked, err := types.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.nodes, asked,
		func(_ collections.Pair[uint64, uint64], n types.Node) (types.Node, error) { return n, nil },
		query.WithCollectionPaginationPairPrefix[uint64, uint64](network.Seq))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryNodesResponse{Nodes: list, Pagination: page}, nil
}

// Bonds implements types.QueryServer. Both lists are bounded by the rules that make them.
func (q queryServer) Bonds(ctx context.Context, req *types.QueryBondsRequest) (*types.QueryBondsResponse, error) {
	network, n, err := q.nodeOf(ctx, req.GetNetwork(), req.GetNode())
	if err != nil {
		return nil, grpcError(err)
	}
	bonds, err := q.BondsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	waiting, err := q.unbondingsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryBondsResponse{Bonds: bonds, Unbondings: waiting}, nil
}

// Bootstraps implements types.QueryServer.
func (q queryServer) Bootstraps(ctx context.Context, req *types.QueryBootstrapsRequest) (*types.QueryBootstrapsResponse, error) {
	network, err := q.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	var rsp types.QueryBootstrapsResponse
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	at := collections.NewPrefixedPairRange[uint64, []byte](network.Seq)
	err = q.bootstraps.Walk(ctx, at, func(_ collections.Pair[uint64, []byte], b types.Bootstrap) (bool, error) {
		if b.ExpiresHeight >= height {
			rsp.Records = append(rsp.Records, b)
		}
		return false, nil
	})
	if err != nil {
		return nil, grpcError(err)
	}
	return &rsp, nil
}

// Epoch implements types.QueryServer.
func (q queryServer) Epoch(ctx context.Context, req *types.QueryEpochRequest) (*types.QueryEpochResponse, error) {
	network, err := q.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	cal, err := q.Calendar(ctx, network.Seq)
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := types.QueryEpochResponse{Calendar: cal, Epoch: types.Epoch{Weight: math.ZeroInt(), Params: network.Params}}
	number := req.GetNumber()
	if number == 0 {
		number = cal.Epoch
	}
	if number == 0 {
		return &rsp, nil
	}
	if rsp.Epoch, err = q.Keeper.Epoch(ctx, network.Seq, number); err != nil {
		return nil, grpcError(err)
	}
	return &rsp, nil
}

// ActiveSet implements types.QueryServer.
func (q queryServer) ActiveSet(ctx context.Context, req *types.QueryActiveSetRequest) (*types.QueryActiveSetResponse, error) {
	network, err := q.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	cal, err := q.Calendar(ctx, network.Seq)
	if err != nil {
		return nil, grpcError(err)
	}
	next := cal.Epoch + 1
	weight, err := q.weightAsOf(ctx, network.Seq, next)
	if err != nil {
		return nil, grpcError(err)
	}
	revealers, err := q.beacon.Revealing(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := types.QueryActiveSetResponse{Weight: weight, Nodes: cal.Nodes, Owners: cal.Owners, Complete: cal.NextOwnerSlot <= maxOwnersShown}
	rsp.Assurance, rsp.AssuranceReason = types.Assurance(max(cal.Owners, 1)-1, network.Params.Uptime.Watchers, revealers)
	var largest proof.U128
	for slot := range min(cal.NextOwnerSlot, maxOwnersShown) {
		at, err := q.intervalAsOf(ctx, ownersOf(network.Seq), next, slot)
		if err != nil {
			return nil, grpcError(err)
		}
		if at.weight.Cmp(largest) > 0 {
			largest = at.weight
		}
	}
	if weight.IsPositive() {
		rsp.LargestOwnerBps = uint32(math.NewIntFromBigInt(largest.Big()).MulRaw(10_000).Quo(weight).Int64())
	}
	return &rsp, nil
}

package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

type queryServer struct{ *Keeper }

// NewQueryServer returns the answers to the module's queries. What is unknown is NotFound, what is
// not well formed InvalidArgument, anything else Internal.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{k} }

// Words for how safe a deal is.
const (
	assuranceProtected   = "protected"
	assuranceUnprotected = "unprotected"
)

// Deal implements types.QueryServer.
func (q queryServer) Deal(ctx context.Context, req *types.QueryDealRequest) (*types.QueryDealResponse, error) {
	d, err := q.deals.Get(ctx, req.GetDeal())
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrDealNotFound.Wrapf("deal %d", req.GetDeal())
	}
	if err != nil {
		return nil, grpcError(err)
	}
	indices, err := q.indicesOf(ctx, d)
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.deps.Networks.NetworkByID(ctx, d.Network)
	if err != nil {
		return nil, grpcError(err)
	}
	for number := range indices {
		if indices[number], err = q.stillNeeded(ctx, network.Seq, indices[number]); err != nil {
			return nil, grpcError(err)
		}
	}
	waits, err := q.ends.Has(ctx, collections.Join3(network.Seq, d.LastEpoch, d.Id))
	if err != nil {
		return nil, grpcError(err)
	}
	assurance := assuranceProtected
	if d.Reserve.LT(types.RepairPay(d.Rate, d.Profile.K)) {
		assurance = assuranceUnprotected
	}
	return &types.QueryDealResponse{Deal: d, Indices: indices, Assurance: assurance, Stuck: d.IsOpen() && !waits}, nil
}

// Deals implements types.QueryServer.
func (q queryServer) Deals(ctx context.Context, req *types.QueryDealsRequest) (*types.QueryDealsResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.deals, asked,
		func(_ uint64, d types.Deal) (types.Deal, error) { return d, nil })
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryDealsResponse{Deals: list, Pagination: page}, nil
}

// DealsByClient implements types.QueryServer.
func (q queryServer) DealsByClient(ctx context.Context, req *types.QueryDealsByClientRequest) (*types.QueryDealsByClientResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	client, err := q.account("client", req.GetClient())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.dealsByClient, asked,
		func(key collections.Pair[[]byte, uint64], _ collections.NoValue) (types.Deal, error) {
			return q.deals.Get(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[[]byte, uint64](client))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryDealsByClientResponse{Deals: list, Pagination: page}, nil
}

// DealsByNode implements types.QueryServer.
func (q queryServer) DealsByNode(ctx context.Context, req *types.QueryDealsByNodeRequest) (*types.QueryDealsByNodeResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.dealsByNode, asked,
		func(key collections.Triple[uint64, uint64, uint64], number uint64) (types.HeldIndex, error) {
			d, errDeal := q.deals.Get(ctx, key.K3())
			i, errIndex := q.indices.Get(ctx, collections.Join(key.K3(), number))
			i, errNeeded := q.stillNeeded(ctx, network.Seq, i)
			return types.HeldIndex{Deal: d.Id, Index: uint32(number), State: i, Terms: d}, errors.Join(errDeal, errIndex, errNeeded)
		}, withNode(network.Seq, req.GetNode()))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryDealsByNodeResponse{Indices: list, Pagination: page}, nil
}

// stillNeeded returns an index without the layout of a claim that is proven, or whose proof can come no more.
func (q queryServer) stillNeeded(ctx context.Context, seq uint64, i types.Index) (types.Index, error) {
	if i.ClaimedEpoch == 0 {
		return i, nil
	}
	d, err := q.epochDuty(ctx, seq, i.Node, i.ClaimedEpoch)
	if err != nil || d != nil && d.Duty == dutyProof {
		return i, err
	}
	i.Claimed, i.ClaimedEpoch = types.Layout{}, 0
	return i, nil
}

// withNode limits a page to the keys of one node.
func withNode(seq, node uint64) func(*query.CollectionsPaginateOptions[collections.Triple[uint64, uint64, uint64]]) {
	return func(o *query.CollectionsPaginateOptions[collections.Triple[uint64, uint64, uint64]]) {
		prefix := collections.TripleSuperPrefix[uint64, uint64, uint64](seq, node)
		o.Prefix = &prefix
	}
}

// withNetwork limits a page to the keys of one network.
func withNetwork(seq uint64) func(*query.CollectionsPaginateOptions[collections.Triple[uint64, uint64, uint64]]) {
	return func(o *query.CollectionsPaginateOptions[collections.Triple[uint64, uint64, uint64]]) {
		prefix := collections.TriplePrefix[uint64, uint64, uint64](seq)
		o.Prefix = &prefix
	}
}

// Claim implements types.QueryServer.
func (q queryServer) Claim(ctx context.Context, req *types.QueryClaimRequest) (*types.QueryClaimResponse, error) {
	network, err := q.deps.Networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	c, err := q.claims.Get(ctx, collections.Join3(network.Seq, req.GetEpoch(), req.GetNode()))
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrClaimNotFound.Wrapf("node %d has not claimed epoch %d, or it is no longer kept", req.GetNode(), req.GetEpoch())
	}
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryClaimResponse{Claim: c}, nil
}

// Owed implements types.QueryServer.
func (q queryServer) Owed(ctx context.Context, req *types.QueryOwedRequest) (*types.QueryOwedResponse, error) {
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	o, _, err := q.owedAt(ctx, network.Seq, req.GetNode(), req.GetEpoch())
	if err != nil {
		return nil, grpcError(err)
	}
	if req.GetEpoch() < o.Epoch {
		return nil, status.Errorf(codes.NotFound, "node %d has claimed epoch %d already; what it was owed before is in its claims", req.Node, o.Epoch)
	}
	return &types.QueryOwedResponse{Amount: o.Amount, Owed: o}, nil
}

// OpenRequests implements types.QueryServer.
func (q queryServer) OpenRequests(ctx context.Context, req *types.QueryOpenRequestsRequest) (*types.QueryOpenRequestsResponse, error) {
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	list, err := q.requestsTo(ctx, network.Seq, req.GetNode())
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryOpenRequestsResponse{Requests: list}, nil
}

// VacantIndices implements types.QueryServer.
func (q queryServer) VacantIndices(ctx context.Context, req *types.QueryVacantIndicesRequest) (*types.QueryVacantIndicesResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.deps.Networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.vacant, asked,
		func(key collections.Triple[uint64, uint64, uint64], _ collections.NoValue) (types.VacantIndex, error) {
			i, err := q.indices.Get(ctx, collections.Join(key.K2(), key.K3()))
			return types.VacantIndex{Deal: key.K2(), Index: uint32(key.K3()), LostBy: i.LostBy}, err
		}, func(o *query.CollectionsPaginateOptions[collections.Triple[uint64, uint64, uint64]]) {
			prefix := collections.TriplePrefix[uint64, uint64, uint64](network.Seq)
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryVacantIndicesResponse{Indices: list, Pagination: page}, nil
}

// networkOf returns the network of the node that a query is about, if both are there.
func (q queryServer) networkOf(ctx context.Context, req interface {
	GetNetwork() string
	GetNode() uint64
}) (networktypes.Network, error) {
	network, err := q.deps.Networks.NetworkByID(ctx, req.GetNetwork())
	if err == nil {
		_, err = q.deps.Nodes.Node(ctx, network.Seq, req.GetNode())
	}
	return network, err
}

// grpcError gives an error of the module, or of x/network, the code a client can act on.
func grpcError(err error) error {
	for _, unknown := range []error{
		types.ErrDealNotFound, types.ErrClaimNotFound, types.ErrRequestNotFound, types.ErrChannelNotFound, types.ErrTaskNotFound,
		networktypes.ErrNetworkNotFound, networktypes.ErrNodeNotFound, networktypes.ErrEpochNotFound,
	} {
		if errors.Is(err, unknown) {
			return status.Error(codes.NotFound, err.Error())
		}
	}
	if errors.Is(err, types.ErrLimit) {
		return status.Error(codes.ResourceExhausted, err.Error())
	}
	if errors.Is(err, types.ErrInvalidRequest) || errors.Is(err, networktypes.ErrInvalidRequest) {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}

package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/x/network/types"
)

type queryServer struct{ *Keeper }

// NewQueryServer returns the answers to the module's queries. Unknown networks are NotFound,
// requests that are not well formed InvalidArgument, anything else Internal.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{k} }

// Params implements types.QueryServer.
func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.params.Get(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryParamsResponse{Params: p}, nil
}

// Network implements types.QueryServer.
func (q queryServer) Network(ctx context.Context, req *types.QueryNetworkRequest) (*types.QueryNetworkResponse, error) {
	n, err := q.NetworkByID(ctx, req.GetId())
	return q.respond(ctx, n, err)
}

// NetworkByName implements types.QueryServer.
func (q queryServer) NetworkByName(ctx context.Context, req *types.QueryNetworkByNameRequest) (*types.QueryNetworkResponse, error) {
	n, err := q.networkByName(ctx, req.GetName())
	return q.respond(ctx, n, err)
}

func (q queryServer) respond(ctx context.Context, n types.Network, err error) (*types.QueryNetworkResponse, error) {
	if err != nil {
		return nil, grpcError(err)
	}
	pending, err := q.pendingTerms(ctx, n.Seq)
	if err != nil {
		return nil, grpcError(err)
	}
	cal, err := q.calendars.Get(ctx, n.Seq)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryNetworkResponse{Network: n, Supply: q.bank.GetSupply(ctx, n.Token.Denom), Pending: pending, Status: n.Status(cal)}, nil
}

// Networks implements types.QueryServer.
func (q queryServer) Networks(ctx context.Context, req *types.QueryNetworksRequest) (*types.QueryNetworksResponse, error) {
	asked, err := types.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.networks, asked,
		func(_ uint64, n types.Network) (types.Network, error) { return n, nil })
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryNetworksResponse{Networks: list, Pagination: page}, nil
}

// grpcError gives an error of the module the code a client can act on.
func grpcError(err error) error {
	switch {
	case errors.Is(err, types.ErrNetworkNotFound), errors.Is(err, types.ErrNodeNotFound), errors.Is(err, types.ErrEpochNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrInvalidRequest), errors.Is(err, types.ErrInvalidName):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}

package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

type queryServer struct{ *Keeper }

// NewQueryServer returns the answers to the module's queries. What is unknown or too old is
// NotFound, what is not well formed InvalidArgument, a seed that is not fixed yet Unavailable,
// anything else Internal.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{k} }

// Params implements types.QueryServer.
func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.params.Get(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryParamsResponse{Params: p}, nil
}

// Status implements types.QueryServer.
func (q queryServer) Status(ctx context.Context, _ *types.QueryStatusRequest) (*types.QueryStatusResponse, error) {
	r, err := q.roundAt(ctx, 0)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryStatusResponse{Round: r, Assurance: r.Assurance()}, nil
}

// Round implements types.QueryServer.
func (q queryServer) Round(ctx context.Context, req *types.QueryRoundRequest) (*types.QueryRoundResponse, error) {
	r, err := q.roundAt(ctx, req.GetHeight())
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryRoundResponse{Round: r, Assurance: r.Assurance()}, nil
}

// roundAt returns the round of a height, 0 being the latest.
func (q queryServer) roundAt(ctx context.Context, height int64) (types.Round, error) {
	now := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if height == 0 {
		height = now
	}
	if height < 1 || height > now {
		return types.Round{}, types.ErrInvalidRequest.Wrapf("height %d is not one of 1 to %d", height, now)
	}
	return q.round(ctx, height, now)
}

// Revealer implements types.QueryServer.
func (q queryServer) Revealer(ctx context.Context, req *types.QueryRevealerRequest) (*types.QueryRevealerResponse, error) {
	operator, err := q.operatorOf(req.GetValidator())
	if err != nil {
		return nil, grpcError(err)
	}
	r, err := q.revealers.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrNotFound.Wrapf("validator %s has registered no tip", req.Validator)
	}
	if err != nil {
		return nil, grpcError(err)
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	return &types.QueryRevealerResponse{Revealer: r, Remaining: r.ChainAt(height).Remaining()}, nil
}

// Revealers implements types.QueryServer.
func (q queryServer) Revealers(ctx context.Context, req *types.QueryRevealersRequest) (*types.QueryRevealersResponse, error) {
	p := req.GetPagination()
	if limit := p.GetLimit(); limit > types.MaxPage {
		return nil, status.Errorf(codes.InvalidArgument, "a page of %d revealers is over the limit of %d", limit, types.MaxPage)
	}
	if offset := p.GetOffset(); offset > types.MaxOffset {
		return nil, status.Errorf(codes.InvalidArgument, "an offset of %d is over the limit of %d; go on with the key of the page before", offset, types.MaxOffset)
	}
	list, page, err := query.CollectionPaginate(ctx, q.revealers, req.GetPagination(),
		func(_ []byte, r types.Revealer) (types.Revealer, error) { return r, nil })
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryRevealersResponse{Revealers: list, Pagination: page}, nil
}

// Seed implements types.QueryServer.
func (q queryServer) Seed(ctx context.Context, req *types.QuerySeedRequest) (*types.QuerySeedResponse, error) {
	s, err := q.Keeper.Seed(ctx, req.GetClose(), req.GetDelay(), req.GetMMax())
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QuerySeedResponse{Value: s.Value, Height: s.Height, Revealers: s.Revealers, Assurance: types.AssuranceOf(s.Revealers)}, nil
}

// grpcError gives an error of the module the code a client can act on.
func grpcError(err error) error {
	switch {
	case errors.Is(err, types.ErrNotFound), errors.Is(err, types.ErrSeedExpired):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrInvalidRequest):
		return status.Error(codes.InvalidArgument, err.Error())
	case errors.Is(err, types.ErrSeedPending):
		return status.Error(codes.Unavailable, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}

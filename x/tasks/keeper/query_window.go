package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Window implements types.QueryServer.
func (q queryServer) Window(ctx context.Context, req *types.QueryWindowRequest) (*types.QueryWindowResponse, error) {
	network, err := q.deps.Networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	e, err := q.deps.Networks.Epoch(ctx, network.Seq, req.GetEpoch())
	if err != nil {
		return nil, grpcError(err)
	}
	w, err := q.windowOf(ctx, network.Seq, e)
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := &types.QueryWindowResponse{Window: w}
	if w.SeedHeight != 0 {
		rsp.ProofsFrom, rsp.ProofsUntil = w.SeedHeight, proofsOver(e, w)
	}
	return rsp, nil
}

// windowOf returns the window of an epoch with its seed, as far as both are fixed. A query's writes
// are dropped with its context.
func (k *Keeper) windowOf(ctx context.Context, seq uint64, e networktypes.Epoch) (types.Window, error) {
	w, err := k.claimWindow(ctx, seq, e)
	if errors.Is(err, beacontypes.ErrSeedPending) {
		return types.Window{}, nil
	}
	if err != nil || sdk.UnwrapSDKContext(ctx).BlockHeight() < w.ClaimsUntil {
		return w, err
	}
	branch, _ := sdk.UnwrapSDKContext(ctx).CacheContext()
	fixed, err := k.fixSeed(branch, seq, e, w)
	if errors.Is(err, beacontypes.ErrSeedPending) {
		return w, nil
	}
	return fixed, err
}

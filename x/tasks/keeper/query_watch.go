package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/proof"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Watch implements types.QueryServer.
func (q queryServer) Watch(ctx context.Context, req *types.QueryWatchRequest) (*types.QueryWatchResponse, error) {
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	e, err := q.deps.Networks.Epoch(ctx, network.Seq, req.GetEpoch())
	if err != nil {
		return nil, grpcError(err)
	}
	n, err := q.deps.Nodes.Node(ctx, network.Seq, req.GetNode())
	if err != nil {
		return nil, grpcError(err)
	}
	weight, err := q.deps.Actives.WeightAsOf(ctx, network.Seq, e.Number, n)
	if err != nil {
		return nil, grpcError(err)
	}
	counts, err := proof.FromBig(weight.BigInt())
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := &types.QueryWatchResponse{Assurance: networktypes.AssuranceNone}
	// What a query writes is dropped.
	branch, _ := sdk.UnwrapSDKContext(ctx).CacheContext()
	seed, err := q.watchSeed(branch, network.Seq, e)
	switch {
	case isPending(err):
		rsp.Reason = "the seed that draws the watchers is still to come"
		return rsp, nil
	case errors.Is(err, beacontypes.ErrSeedExpired):
		rsp.Reason = "nobody asked for the seed that draws the watchers before the beacon forgot it"
		return rsp, nil
	case err != nil:
		return nil, grpcError(err)
	}
	rsp.SeedHeight = seed.Height
	if weight.IsZero() {
		rsp.Reason = "the node was not in the active set at the opening of the epoch"
		return rsp, nil
	}
	w := watched{proven: proven{network: network, node: n, epoch: e}, seed: seed}
	rsp.Assurance, rsp.Reason = networktypes.Assurance(e.Owners-1, e.Params.Uptime.Watchers, seed.Revealers)
	if rsp.Quorum = w.quorum(); rsp.Quorum == 0 {
		return rsp, nil
	}
	for slot := range e.Params.Epoch.UptimeSlots {
		s := types.WatchedSlot{Slot: slot}
		s.From, s.Until = types.SlotHeights(e.Open, e.Close, e.Params.Epoch.UptimeSlots, slot)
		seats, err := q.deps.Actives.Seats(ctx, w.seating(n, counts, slot))
		if err != nil {
			return nil, grpcError(err)
		}
		for _, seat := range seats {
			s.Seats = append(s.Seats, types.WatchSeat{Node: seat.Node, Seats: seat.Seats, Worth: seat.Worth})
		}
		rsp.Slots = append(rsp.Slots, s)
	}
	return rsp, nil
}

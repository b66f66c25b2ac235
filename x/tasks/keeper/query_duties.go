package keeper

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Duties of a node, as Deadlines names them.
const (
	dutyClaim = "claim"
	dutyProof = "proof"
	dutyOpen  = "open"
	dutyAck   = "ack"
	// dutyRedeem is to redeem vouchers before their channel expires.
	dutyRedeem = "redeem"
	// dutyCommit and dutyReveal are about the result of a posted task.
	dutyCommit = "commit"
	dutyReveal = "reveal"
)

// Bounds of what Deadlines looks at and lists of the indices and channels of a node.
const (
	maxIndicesSeen    = 5_000
	maxAcksListed     = networktypes.MaxPage
	maxChannelsListed = networktypes.MaxPage
	maxTasksListed    = networktypes.MaxPage
)

// Deadlines implements types.QueryServer. It looks at the epochs whose claims or proofs can still
// be due, at the requests to the node, at its indices whose layout it has not acknowledged, at the
// channels that pay it, and at the posted tasks it was drawn for.
func (q queryServer) Deadlines(ctx context.Context, req *types.QueryDeadlinesRequest) (*types.QueryDeadlinesResponse, error) {
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	cal, err := q.deps.Networks.Calendar(ctx, network.Seq)
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := &types.QueryDeadlinesResponse{}
	for back := range min(cal.Epoch, uint64(networktypes.KeptEpochs)) {
		d, err := q.epochDuty(ctx, network.Seq, req.GetNode(), cal.Epoch-back)
		if err != nil {
			return nil, grpcError(err)
		}
		if d != nil {
			rsp.Deadlines = append(rsp.Deadlines, *d)
		}
	}
	open, err := q.requestDuties(ctx, network.Seq, req.GetNode())
	if err != nil {
		return nil, grpcError(err)
	}
	acks, complete, err := q.ackDuties(ctx, network, cal, req.GetNode())
	if err != nil {
		return nil, grpcError(err)
	}
	channels, all, err := q.redeemDuties(ctx, network.Seq, req.GetNode(), sdk.UnwrapSDKContext(ctx).BlockHeight())
	if err != nil {
		return nil, grpcError(err)
	}
	posted, allPosted, err := q.taskDuties(ctx, network.Seq, req.GetNode())
	if err != nil {
		return nil, grpcError(err)
	}
	rsp.Deadlines, rsp.Complete = slices.Concat(rsp.Deadlines, open, acks, channels, posted), complete && all && allPosted
	slices.SortStableFunc(rsp.Deadlines, func(a, b types.Deadline) int {
		return cmp.Or(cmp.Compare(lastBlock(a), lastBlock(b)), cmp.Compare(a.From, b.From))
	})
	return rsp, nil
}

// lastBlock returns when a duty ends, for its place in the list: one whose end is not fixed yet
// comes after those whose end is.
func lastBlock(d types.Deadline) int64 {
	if d.Until == 0 {
		return math.MaxInt64
	}
	return d.Until
}

// epochDuty returns the claim or proof a node still has to send for an epoch, or nil.
func (q queryServer) epochDuty(ctx context.Context, seq, node, number uint64) (*types.Deadline, error) {
	e, err := q.deps.Networks.Epoch(ctx, seq, number)
	if errors.Is(err, networktypes.ErrEpochNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w, err := q.windowOf(ctx, seq, e)
	if err != nil {
		return nil, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	c, err := q.claims.Get(ctx, collections.Join3(seq, number, node))
	if errors.Is(err, collections.ErrNotFound) {
		o, _, err := q.owedAt(ctx, seq, node, number)
		if err != nil || o.Epoch > number || w.ClaimsUntil != 0 && height >= w.ClaimsUntil {
			return nil, err
		}
		if o.Amount.IsZero() {
			watched, err := q.isWatched(ctx, seq, node, e)
			if err != nil || !watched {
				return nil, err
			}
		}
		return &types.Deadline{Duty: dutyClaim, Epoch: number, From: max(w.ClaimsFrom, e.Close), Until: w.ClaimsUntil, AtStake: o.Amount}, nil
	}
	if err != nil || c.ProvenHeight != 0 {
		return nil, err
	}
	d := &types.Deadline{Duty: dutyProof, Epoch: number, From: w.ClaimsUntil, AtStake: c.Total}
	if w.SeedHeight != 0 {
		d.From, d.Until = proofWindow(seq, node, e, w)
		if height >= d.Until {
			return nil, nil
		}
	}
	return d, nil
}

// isWatched tells whether a node of an epoch can have been paid for being there, or for watching: it was in the active set, and so were
// others, and there is something to be paid.
func (q queryServer) isWatched(ctx context.Context, seq, node uint64, e networktypes.Epoch) (bool, error) {
	if e.Owners < 2 || e.Params.Distribution.UptimeBps == 0 {
		return false, nil
	}
	n, err := q.deps.Nodes.Node(ctx, seq, node)
	if err != nil {
		return false, err
	}
	weight, err := q.deps.Actives.WeightAsOf(ctx, seq, e.Number, n)
	return weight.IsPositive(), err
}

// requestDuties returns the requests a node still has to answer.
func (q queryServer) requestDuties(ctx context.Context, seq, node uint64) ([]types.Deadline, error) {
	open, err := q.requestsTo(ctx, seq, node)
	if err != nil {
		return nil, err
	}
	var list []types.Deadline
	for _, r := range open {
		d, err := q.deals.Get(ctx, r.Deal)
		if err != nil {
			return nil, err
		}
		list = append(list, types.Deadline{
			Duty: dutyOpen, Deal: r.Deal, Index: r.Index, Request: r.Id, Until: r.Deadline + 1, AtStake: d.Exposure(),
		})
	}
	return list, nil
}

// ackDuties returns the indices of a node whose layout it has not acknowledged, and whether it
// looked at all of them.
func (q queryServer) ackDuties(ctx context.Context, network networktypes.Network, cal networktypes.Calendar, node uint64) ([]types.Deadline, bool, error) {
	var list []types.Deadline
	seen, complete := 0, true
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](network.Seq, node)
	err := q.dealsByNode.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64], number uint64) (bool, error) {
		if seen == maxIndicesSeen || len(list) == maxAcksListed {
			complete = false
			return true, nil
		}
		seen++
		d, errDeal := q.deals.Get(ctx, key.K3())
		i, errIndex := q.indices.Get(ctx, collections.Join(key.K3(), number))
		if err := errors.Join(errDeal, errIndex); err != nil {
			return true, err
		}
		if duty, due := ackDuty(ctx, network, cal, d, i); due {
			duty.Index = uint32(number)
			list = append(list, duty)
		}
		return false, nil
	})
	return list, complete, err
}

// ackDuty returns the acknowledgement a node owes for an index, and whether it owes one: there must
// be a layout to acknowledge. An index
// that it never acknowledged can be given to another from an opening on; one that it holds is
// proved against the layout it acknowledged last, so that nothing is lost by waiting.
func ackDuty(ctx context.Context, network networktypes.Network, cal networktypes.Calendar, d types.Deal, i types.Index) (types.Deadline, bool) {
	duty := types.Deadline{Duty: dutyAck, Deal: d.Id, AtStake: sdkmath.ZeroInt()}
	if cal.Epoch > d.LastEpoch || i.Acked.Version >= d.Layout.Version {
		return duty, false
	}
	switch i.Status {
	case types.INDEX_STATUS_HELD:
		return duty, true
	case types.INDEX_STATUS_ASSIGNED:
		duty.AtStake = d.Rate
	case types.INDEX_STATUS_RESERVED:
		duty.AtStake = i.RepairPay
	}
	duty.From = i.SinceHeight
	duty.Until = max(ackUntil(network, cal, i), sdk.UnwrapSDKContext(ctx).BlockHeight()+1)
	return duty, true
}

// ackUntil returns the opening from which an index may be given to another node, as the calendar
// stands; it is in the past where the time is over.
func ackUntil(network networktypes.Network, cal networktypes.Calendar, i types.Index) int64 {
	openings := int64(i.SinceEpoch+types.AckEpochs) - int64(cal.Epoch) - 1
	return cal.RollsAt + openings*int64(network.Params.Epoch.EpochBlocks)
}

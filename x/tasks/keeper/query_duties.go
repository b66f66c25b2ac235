package keeper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Duties of a node, as Deadlines names them.
const (
	dutyClaim = "claim"
	dutyProof = "proof"
	dutyOpen  = "open"
)

// States of a claim, as ExplainClaim names them.
const (
	stateNone    = "none"
	stateOpen    = "open"
	stateClaimed = "claimed"
	stateProven  = "proven"
	stateMissed  = "missed"
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

// Deadlines implements types.QueryServer. It looks at the epochs whose claims or proofs can still
// be due and at the requests to the node.
func (q queryServer) Deadlines(ctx context.Context, req *types.QueryDeadlinesRequest) (*types.QueryDeadlinesResponse, error) {
	network, err := q.deps.Networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	cal, err := q.deps.Networks.Calendar(ctx, network.Seq)
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := &types.QueryDeadlinesResponse{}
	for back := range min(cal.Epoch, uint64(4)) {
		d, err := q.epochDuty(ctx, network.Seq, req.GetNode(), cal.Epoch-back)
		if err != nil {
			return nil, grpcError(err)
		}
		if d != nil {
			rsp.Deadlines = append(rsp.Deadlines, *d)
		}
	}
	open, err := q.requestsTo(ctx, network.Seq, req.GetNode())
	if err != nil {
		return nil, grpcError(err)
	}
	for _, r := range open {
		d, err := q.deals.Get(ctx, r.Deal)
		if err != nil {
			return nil, grpcError(err)
		}
		rsp.Deadlines = append(rsp.Deadlines, types.Deadline{
			Duty: dutyOpen, Deal: r.Deal, Request: r.Id, Until: r.Deadline + 1, AtStake: d.Exposure(),
		})
	}
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
		if err != nil || o.Epoch > number || o.Amount.IsZero() || w.ClaimsUntil != 0 && height >= w.ClaimsUntil {
			return nil, err
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

// ExplainClaim implements types.QueryServer.
func (q queryServer) ExplainClaim(ctx context.Context, req *types.QueryExplainClaimRequest) (*types.QueryExplainClaimResponse, error) {
	if err := checkPage(req.GetPagination()); err != nil {
		return nil, err
	}
	network, err := q.deps.Networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := &types.QueryExplainClaimResponse{Claim: types.Claim{Total: sdkmath.ZeroInt()}}
	if err := q.explainState(ctx, network.Seq, req, rsp); err != nil {
		return nil, grpcError(err)
	}
	rsp.Rows, rsp.Pagination, err = query.CollectionPaginate(ctx, q.dealsByNode, req.GetPagination(),
		func(key collections.Triple[uint64, uint64, uint64], number uint64) (types.OwedRow, error) {
			return q.explainRow(ctx, key.K3(), number, req.GetEpoch())
		}, withNode(network.Seq, req.GetNode()))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return rsp, nil
}

// explainState says what became of the claim of an epoch.
func (q queryServer) explainState(ctx context.Context, seq uint64, req *types.QueryExplainClaimRequest, rsp *types.QueryExplainClaimResponse) error {
	e, err := q.deps.Networks.Epoch(ctx, seq, req.GetEpoch())
	if err != nil {
		return err
	}
	w, err := q.windowOf(ctx, seq, e)
	if err != nil {
		return err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	c, err := q.claims.Get(ctx, collections.Join3(seq, e.Number, req.GetNode()))
	switch {
	case errors.Is(err, collections.ErrNotFound):
		if w.ClaimsUntil == 0 {
			rsp.State, rsp.Reason = stateOpen, "no claim can be made yet: the seed of an earlier epoch's proofs is not fixed"
			return nil
		}
		rsp.State, rsp.Reason = stateNone, fmt.Sprintf("no claim was made; claims are taken from height %d to %d", w.ClaimsFrom, w.ClaimsUntil-1)
		if height < w.ClaimsUntil {
			rsp.State = stateOpen
		}
		return nil
	case err != nil:
		return err
	}
	rsp.Claim = c
	_, until := proofWindow(seq, req.GetNode(), e, w)
	switch {
	case c.ProvenHeight != 0:
		rsp.State, rsp.Reason = stateProven, fmt.Sprintf("proven and paid at height %d", c.ProvenHeight)
	case w.SeedHeight != 0 && height >= until:
		rsp.State, rsp.Reason = stateMissed, fmt.Sprintf("claimed, but no proof was accepted before height %d: nothing is paid for the epoch, and nothing is slashed", until)
	default:
		rsp.State, rsp.Reason = stateClaimed, "claimed; the proof is still to come"
	}
	return nil
}

// explainRow says whether one deal owes its holder for an epoch.
func (q queryServer) explainRow(ctx context.Context, deal, number, epoch uint64) (types.OwedRow, error) {
	d, err := q.deals.Get(ctx, deal)
	if err != nil {
		return types.OwedRow{}, err
	}
	i, err := q.indices.Get(ctx, collections.Join(deal, number))
	if err != nil {
		return types.OwedRow{}, err
	}
	row := types.OwedRow{Deal: deal, Index: uint32(number), Rate: sdkmath.ZeroInt()}
	switch {
	case i.Covers(epoch, d):
		row.Rate, row.Reason = d.Rate, "held and acknowledged"
	case i.Status != types.INDEX_STATUS_HELD:
		row.Reason = "not acknowledged yet"
	case epoch < i.FromEpoch:
		row.Reason = fmt.Sprintf("owed from epoch %d on", i.FromEpoch)
	default:
		row.Reason = fmt.Sprintf("the deal ended with epoch %d", d.LastEpoch)
	}
	return row, nil
}

package keeper

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// States of a claim, as ExplainClaim names them.
const (
	stateNone    = "none"
	stateOpen    = "open"
	stateClaimed = "claimed"
	stateProven  = "proven"
	stateMissed  = "missed"
)

// ExplainClaim implements types.QueryServer.
func (q queryServer) ExplainClaim(ctx context.Context, req *types.QueryExplainClaimRequest) (*types.QueryExplainClaimResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	rsp := &types.QueryExplainClaimResponse{Claim: types.Claim{Total: sdkmath.ZeroInt()}}
	if err := q.explainState(ctx, network.Seq, req, rsp); err != nil {
		return nil, grpcError(err)
	}
	rsp.Rows, rsp.Pagination, err = query.CollectionPaginate(ctx, q.dealsByNode, asked,
		func(key collections.Triple[uint64, uint64, uint64], number uint64) (types.OwedRow, error) {
			return q.explainRow(ctx, key.K3(), number, req.GetEpoch())
		}, withNode(network.Seq, req.GetNode()))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if len(req.GetPagination().GetKey()) == 0 && req.GetPagination().GetOffset() == 0 {
		rsp.Ended, rsp.Cut, err = q.explainEnded(ctx, network.Seq, req.GetNode(), req.GetEpoch())
	}
	if err != nil {
		return nil, grpcError(err)
	}
	return rsp, nil
}

// explainEnded returns the rows of stints that have ended and are owed for an epoch, at most MaxPage of at most maxIndicesSeen
// that ended with it or later, and whether there may be more.
func (q queryServer) explainEnded(ctx context.Context, seq, node, epoch uint64) (rows []types.OwedRow, cut bool, err error) {
	seen := 0
	at := new(collections.Range[collections.Quad[uint64, uint64, uint64, uint64]]).
		StartInclusive(collections.Join4(seq, node, epoch, uint64(0))).
		EndExclusive(collections.Join4(seq, node+1, uint64(0), uint64(0)))
	err = q.ended.Walk(ctx, at, func(_ collections.Quad[uint64, uint64, uint64, uint64], s types.EndedStint) (bool, error) {
		owed := s.FromEpoch <= epoch && epoch <= s.ToEpoch
		if owed && len(rows) == networktypes.MaxPage || seen == maxIndicesSeen {
			cut = true
			return true, nil
		}
		if seen++; owed {
			rows = append(rows, types.OwedRow{
				Deal: s.Deal, Index: s.Index, Rate: s.Rate, Reason: fmt.Sprintf("held until epoch %d", s.ToEpoch),
			})
		}
		return false, nil
	})
	return rows, cut, err
}

// EndedStints implements types.QueryServer.
func (q queryServer) EndedStints(ctx context.Context, req *types.QueryEndedStintsRequest) (*types.QueryEndedStintsResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.ended, asked,
		func(_ collections.Quad[uint64, uint64, uint64, uint64], s types.EndedStint) (types.EndedStint, error) {
			return s, nil
		},
		func(o *query.CollectionsPaginateOptions[collections.Quad[uint64, uint64, uint64, uint64]]) {
			prefix := collections.QuadSuperPrefix[uint64, uint64, uint64, uint64](network.Seq, req.GetNode())
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryEndedStintsResponse{Stints: list, Pagination: page}, nil
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

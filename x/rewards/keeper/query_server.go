package keeper

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

type queryServer struct{ *Keeper }

// NewQueryServer returns the answers to the module's queries. What is unknown is NotFound, what is
// not well formed InvalidArgument, anything else Internal.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{k} }

// governanceNotYet is what the bucket nothing pays out of yet says about itself.
const (
	governanceNotYet = "taking part in decisions earns nothing yet: this version of the chain has no network governance, and nothing of the bucket is minted"
)

// maxLooked bounds the epochs and the changes of bonds that an answer adds up.
const maxLooked = 10 * networktypes.MaxPage

// Earnings implements types.QueryServer.
func (q queryServer) Earnings(ctx context.Context, req *types.QueryEarningsRequest) (*types.QueryEarningsResponse, error) {
	network, err := q.networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	if _, err := q.networks.Node(ctx, network.Seq, req.GetNode()); err != nil {
		return nil, grpcError(err)
	}
	rsp := &types.QueryEarningsResponse{Matched: math.ZeroInt(), Pending: math.ZeroInt(), Governance: governanceNotYet}
	if err = q.addShared(ctx, network.Seq, req.GetNode(), rsp); err != nil {
		return nil, grpcError(err)
	}
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](network.Seq, req.GetNode())
	looked := 0
	err = q.ready.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		if looked++; looked > maxLooked {
			rsp.Complete = false
			return true, nil
		}
		row, err := q.explain(ctx, network, key)
		if err != nil {
			return true, err
		}
		if row.State == stateReady {
			rsp.Matched, rsp.Epochs = rsp.Matched.Add(row.Matched), rsp.Epochs+1
		} else {
			rsp.Pending = rsp.Pending.Add(row.Matched)
		}
		return false, nil
	})
	if err != nil {
		return nil, grpcError(err)
	}
	return rsp, nil
}

// addShared adds the fees and the emission a node has not withdrawn, however they are shared, and tells whether these are all.
func (q queryServer) addShared(ctx context.Context, seq, node uint64, rsp *types.QueryEarningsResponse) error {
	var errFees, errPresence error
	rsp.Fees, errFees = orZero(q.fees.Get(ctx, collections.Join(seq, node)))
	rsp.Presence, errPresence = orZero(q.presence.Get(ctx, collections.Join(seq, node)))
	if err := errors.Join(errFees, errPresence); err != nil {
		return err
	}
	looked := 0
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](seq, node)
	err := q.sharings.Walk(ctx, at, func(_ nodeEpoch, s types.Sharing) (bool, error) {
		if looked++; looked > maxLooked {
			return true, nil
		}
		rsp.Fees, rsp.Presence = rsp.Fees.Add(s.Fees), rsp.Presence.Add(s.Presence)
		return false, nil
	})
	rsp.Complete = looked <= maxLooked
	return err
}

// ExplainReward implements types.QueryServer.
func (q queryServer) ExplainReward(ctx context.Context, req *types.QueryExplainRewardRequest) (*types.QueryExplainRewardResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	if _, err := q.networks.Node(ctx, network.Seq, req.GetNode()); err != nil {
		return nil, grpcError(err)
	}
	rows, page, err := query.CollectionPaginate(ctx, q.pays, asked,
		func(key collections.Triple[uint64, uint64, uint64], _ types.Pay) (types.RewardRow, error) {
			return q.explain(ctx, network, key)
		}, func(o *query.CollectionsPaginateOptions[collections.Triple[uint64, uint64, uint64]]) {
			prefix := collections.TripleSuperPrefix[uint64, uint64, uint64](network.Seq, req.GetNode())
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryExplainRewardResponse{Rows: rows, Pagination: page}, nil
}

// Emission implements types.QueryServer.
func (q queryServer) Emission(ctx context.Context, req *types.QueryEmissionRequest) (*types.QueryEmissionResponse, error) {
	network, err := q.networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	split := network.Params.Distribution
	if e, err := q.networks.Epoch(ctx, network.Seq, req.GetEpoch()); err == nil {
		split = e.Params.Distribution
	}
	total := types.Emission(network.Token.FirstEmission(), network.Token.HalvingEpochs, req.GetEpoch())
	rsp := &types.QueryEmissionResponse{
		Total: total, Uptime: types.Bucket(total, split.UptimeBps), Tasks: types.Bucket(total, split.TasksBps),
		Governance: types.Bucket(total, split.GovernanceBps),
	}
	if rsp.Burnt, err = orZero(q.burnt.Get(ctx, collections.Join(network.Seq, req.GetEpoch()))); err != nil {
		return nil, grpcError(err)
	}
	if c, err := q.closed.Get(ctx, collections.Join(network.Seq, req.GetEpoch())); err == nil {
		rsp.Burnt = c.Burnt
	}
	return rsp, nil
}

// grpcError gives an error of the module, or of x/network, the code a client can act on.
func grpcError(err error) error {
	switch {
	case errors.Is(err, networktypes.ErrNetworkNotFound), errors.Is(err, networktypes.ErrNodeNotFound), errors.Is(err, networktypes.ErrEpochNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, networktypes.ErrInvalidRequest):
		return status.Error(codes.InvalidArgument, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}

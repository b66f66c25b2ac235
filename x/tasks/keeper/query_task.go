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

// Task implements types.QueryServer.
func (q queryServer) Task(ctx context.Context, req *types.QueryTaskRequest) (*types.QueryTaskResponse, error) {
	t, err := q.tasks.Get(ctx, req.GetTask())
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrTaskNotFound.Wrapf("task %d was never posted, or is forgotten", req.GetTask())
	}
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryTaskResponse{Task: t}, nil
}

// TasksByClient implements types.QueryServer.
func (q queryServer) TasksByClient(ctx context.Context, req *types.QueryTasksByClientRequest) (*types.QueryTasksByClientResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	client, err := q.account("client", req.GetClient())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.tasksByClient, asked,
		func(key collections.Pair[[]byte, uint64], _ collections.NoValue) (types.Task, error) {
			return q.tasks.Get(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[[]byte, uint64](client))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryTasksByClientResponse{Tasks: list, Pagination: page}, nil
}

// TasksByNode implements types.QueryServer.
func (q queryServer) TasksByNode(ctx context.Context, req *types.QueryTasksByNodeRequest) (*types.QueryTasksByNodeResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.tasksByNode, asked,
		func(key collections.Triple[uint64, uint64, uint64], _ collections.NoValue) (types.Task, error) {
			return q.tasks.Get(ctx, key.K3())
		}, withNode(network.Seq, req.GetNode()))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryTasksByNodeResponse{Tasks: list, Pagination: page}, nil
}

// Slashes implements types.QueryServer.
func (q queryServer) Slashes(ctx context.Context, req *types.QuerySlashesRequest) (*types.QuerySlashesResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.deps.Networks.NetworkByID(ctx, req.GetNetwork())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.slashesByNetwork, asked,
		func(key collections.Triple[uint64, uint64, uint64], _ collections.NoValue) (types.Slash, error) {
			return q.slashes.Get(ctx, key.K3())
		}, withNetwork(network.Seq))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QuerySlashesResponse{Slashes: list, Pagination: page}, nil
}

// taskDuties returns what a node still has to do for posted tasks, and whether that is all.
func (q queryServer) taskDuties(ctx context.Context, seq, node uint64) ([]types.Deadline, bool, error) {
	var list []types.Deadline
	seen, complete := 0, true
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](seq, node)
	err := q.tasksByNode.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		if seen == maxIndicesSeen || len(list) == maxTasksListed {
			complete = false
			return true, nil
		}
		seen++
		t, err := q.tasks.Get(ctx, key.K3())
		if err != nil {
			return true, err
		}
		if d, due := taskDuty(t, node); due && heightNow(ctx) < d.Until {
			list = append(list, d)
		}
		return false, nil
	})
	return list, complete, err
}

// taskDuty returns what a node has to do for a task now, and whether it has. What is at stake for a commitment is the fee.
func taskDuty(t types.Task, node uint64) (types.Deadline, bool) {
	p, ok := placeIn(t, networktypes.Node{Id: node})
	if !ok {
		return types.Deadline{}, false
	}
	r, pay := p.of(t), t.Fee
	if p.juror { // the least it is for its seats
		pay = t.Dispute.Bond.MulRaw(int64(r.Seats)).QuoRaw(int64(t.Dispute.Seats))
	}
	d := types.Deadline{Task: t.Id, Until: t.Closes + 1, AtStake: pay}
	switch {
	case r.Status == types.REPLICA_STATUS_DRAWN:
		d.Duty = dutyCommit
	case p.reveals(t) && r.Status == types.REPLICA_STATUS_COMMITTED:
		d.Duty, d.AtStake = dutyReveal, types.TaskExposure(t.Fee).Add(pay)
	default:
		return d, false
	}
	return d, true
}

package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Channel implements types.QueryServer.
func (q queryServer) Channel(ctx context.Context, req *types.QueryChannelRequest) (*types.QueryChannelResponse, error) {
	c, _, err := q.channel(ctx, req.GetChannel())
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryChannelResponse{Channel: c}, nil
}

// ChannelsByClient implements types.QueryServer.
func (q queryServer) ChannelsByClient(ctx context.Context, req *types.QueryChannelsByClientRequest) (*types.QueryChannelsByClientResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	client, err := q.account("client", req.GetClient())
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.channelsByClient, asked,
		func(key collections.Pair[[]byte, uint64], _ collections.NoValue) (types.Channel, error) {
			return q.channels.Get(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[[]byte, uint64](client))
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryChannelsByClientResponse{Channels: list, Pagination: page}, nil
}

// ChannelsByNode implements types.QueryServer.
func (q queryServer) ChannelsByNode(ctx context.Context, req *types.QueryChannelsByNodeRequest) (*types.QueryChannelsByNodeResponse, error) {
	asked, err := networktypes.Page(req.GetPagination())
	if err != nil {
		return nil, grpcError(err)
	}
	network, err := q.networkOf(ctx, req)
	if err != nil {
		return nil, grpcError(err)
	}
	list, page, err := query.CollectionPaginate(ctx, q.channelsByNode, asked,
		func(key collections.Quad[uint64, uint64, uint64, uint64], _ collections.NoValue) (types.Channel, error) {
			return q.channels.Get(ctx, key.K4())
		}, func(o *query.CollectionsPaginateOptions[collections.Quad[uint64, uint64, uint64, uint64]]) {
			prefix := collections.QuadSuperPrefix[uint64, uint64, uint64, uint64](network.Seq, req.GetNode())
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &types.QueryChannelsByNodeResponse{Channels: list, Pagination: page}, nil
}

// redeemDuties returns the channels with something in them that pay a node, those that expire first, and whether these are all.
func (q queryServer) redeemDuties(ctx context.Context, seq, node uint64, height int64) ([]types.Deadline, bool, error) {
	var list []types.Deadline
	seen, complete := 0, true
	at := new(collections.Range[collections.Quad[uint64, uint64, uint64, uint64]]).
		StartInclusive(collections.Join4(seq, node, uint64(height), uint64(0))).EndExclusive(collections.Join4(seq, node+1, uint64(0), uint64(0)))
	err := q.channelsByNode.Walk(ctx, at, func(key collections.Quad[uint64, uint64, uint64, uint64]) (bool, error) {
		if seen == maxIndicesSeen || len(list) == maxChannelsListed {
			complete = false
			return true, nil
		}
		seen++
		c, err := q.channels.Get(ctx, key.K4())
		if err != nil {
			return true, err
		}
		if left := c.Left(); left.IsPositive() {
			list = append(list, types.Deadline{Duty: dutyRedeem, Channel: c.Id, Until: c.Expires + 1, AtStake: left})
		}
		return false, nil
	})
	return list, complete, err
}

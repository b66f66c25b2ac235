package chain

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/cosmos/cosmos-sdk/types/query"

	rewardstypes "github.com/mesh-protocol/mesh/x/rewards/types"
)

type (
	// Earnings are what a node can withdraw, and what is still to come: all of it only where they are Complete.
	Earnings = rewardstypes.QueryEarningsResponse
	// EarnedEpoch is what one epoch was worth to a node, and why.
	EarnedEpoch = rewardstypes.RewardRow
	// EarnedKind is what clients paid for one kind of work.
	EarnedKind = rewardstypes.KindRow
	// EarnedPresence is what being there in one epoch was worth.
	EarnedPresence = rewardstypes.PresenceRow
	// Emission is what an epoch may emit, bucket by bucket.
	Emission = rewardstypes.QueryEmissionResponse
)

// Earnings returns what a node can withdraw.
func (c *Client) Earnings(ctx context.Context, network string, node uint64) (Earnings, error) {
	var res *rewardstypes.QueryEarningsResponse
	err := c.ask(ctx, fmt.Sprintf("the earnings of node %d of network %s", node, network), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = rewardstypes.NewQueryClient(conn).Earnings(ctx, &rewardstypes.QueryEarningsRequest{Network: network, Node: node})
		return err
	})
	if err != nil {
		return Earnings{}, err
	}
	return *res, nil
}

// ExplainReward returns for each epoch what was paid to a node, what was not, and why.
func (c *Client) ExplainReward(ctx context.Context, network string, node uint64) ([]EarnedEpoch, error) {
	var list []EarnedEpoch
	err := c.askPages(ctx, fmt.Sprintf("the rewards of node %d of network %s", node, network), func(ctx context.Context, conn *grpc.ClientConn, page *query.PageRequest) (*query.PageResponse, error) {
		res, err := rewardstypes.NewQueryClient(conn).ExplainReward(ctx, &rewardstypes.QueryExplainRewardRequest{Network: network, Node: node, Pagination: page})
		list = append(list, res.GetRows()...)
		return res.GetPagination(), err
	})
	return list, err
}

// Emission returns what an epoch of a network may emit.
func (c *Client) Emission(ctx context.Context, network string, epoch uint64) (Emission, error) {
	var res *rewardstypes.QueryEmissionResponse
	err := c.ask(ctx, fmt.Sprintf("the emission of epoch %d of network %s", epoch, network), func(ctx context.Context, conn *grpc.ClientConn) (err error) {
		res, err = rewardstypes.NewQueryClient(conn).Emission(ctx, &rewardstypes.QueryEmissionRequest{Network: network, Epoch: epoch})
		return err
	})
	if err != nil {
		return Emission{}, err
	}
	return *res, nil
}

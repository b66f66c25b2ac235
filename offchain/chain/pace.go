package chain

import (
	"context"
	"time"

	"google.golang.org/grpc"

	tmv1beta1 "cosmossdk.io/api/cosmos/base/tendermint/v1beta1"
)

// paceBlocks is over how many blocks the pace is taken.
const paceBlocks = 100

// Pace returns the head of the chain and how long its last blocks took on average, 0 where an endpoint does not keep them or
// there are none yet.
func (c *Client) Pace(ctx context.Context) (Block, time.Duration, error) {
	head, err := c.Latest(ctx)
	if err != nil {
		return Block{}, 0, err
	}
	first := max(2, head.Height-paceBlocks) // the time of the first block is that of the genesis
	if first >= head.Height {
		return head, 0, nil
	}
	var then time.Time
	err = c.ask(ctx, "an earlier block", func(ctx context.Context, conn *grpc.ClientConn) error {
		res, err := tmv1beta1.NewServiceClient(conn).GetBlockByHeight(ctx, &tmv1beta1.GetBlockByHeightRequest{Height: first})
		then = res.GetSdkBlock().GetHeader().GetTime().AsTime()
		return err
	})
	if err != nil || !then.Before(head.Time) {
		return head, 0, nil //nolint:nilerr // it was pruned: no pace is known
	}
	return head, head.Time.Sub(then) / time.Duration(head.Height-first), nil
}

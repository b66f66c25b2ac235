package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func emitWithdrawn(ctx context.Context, w withdrawal) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventWithdrawn{
		Network: w.node.Network, Node: w.node.Id, Owner: w.node.Owner, Fees: w.fees, Matched: w.matched, Presence: w.presence,
		Commission: w.commission,
	})
}

func emitEpochMatched(ctx context.Context, network string, epoch uint64, c types.Closed) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventEpochMatched{
		Network: network, Epoch: epoch, Bucket: c.Bucket, Burnt: c.Burnt,
	})
}

func emitPresencePaid(ctx context.Context, network string, p tasktypes.Presence, uptime, duties math.Int) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventPresencePaid{
		Network: network, Node: p.Node, Epoch: p.Epoch, Uptime: uptime, Duties: duties,
	})
}

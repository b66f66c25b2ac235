package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func emitWithdrawn(ctx context.Context, w withdrawal) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventWithdrawn{
		Network: w.node.Network, Node: w.node.Id, Owner: w.node.Owner, Fees: w.fees, Matched: w.matched, Commission: w.commission,
	})
}

func emitEpochMatched(ctx context.Context, network string, epoch uint64, c types.Closed) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventEpochMatched{
		Network: network, Epoch: epoch, Bucket: c.Bucket, Burnt: c.Burnt,
	})
}

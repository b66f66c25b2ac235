package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func emitRegistered(ctx context.Context, msg *types.MsgRegister, active int64) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventRegistered{
		Validator: msg.Validator, Tip: msg.Tip, Length: msg.Length, ActiveHeight: active,
	})
}

func emitRevealed(ctx context.Context, validator string, mark types.Applied) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventRevealed{
		Validator: validator, Height: mark.Height, Value: mark.Value,
	})
}

func emitMissed(ctx context.Context, validator string, height int64, missed uint64, slashed math.Int) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventMissed{
		Validator: validator, Height: height, Missed: missed, Slashed: slashed.String(),
	})
}

func emitRevealerStuck(ctx context.Context, validator string, why error) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventRevealerStuck{Validator: validator, Reason: why.Error()})
}

func emitParamsUpdated(ctx context.Context, authority string) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventParamsUpdated{Authority: authority})
}

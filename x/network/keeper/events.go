package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

func emitNetworkCreated(ctx context.Context, n types.Network, fee sdk.Coin) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventNetworkCreated{
		Seq: n.Seq, Id: n.Id, Founder: n.Founder, Name: n.Name,
		Allocated: sdk.NewCoin(n.Token.Denom, n.Token.InitialAllocation),
		Burnt:     fee.Sub(n.Deposit), Deposit: n.Deposit,
	})
}

func emitParamsUpdated(ctx context.Context, authority string) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventParamsUpdated{Authority: authority})
}

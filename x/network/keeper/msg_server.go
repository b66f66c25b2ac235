package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

type msgServer struct{ *Keeper }

// NewMsgServer returns the handlers of the module's messages. Every rule is held here or below,
// never in the ante handler, so that messages routed by authz or governance meet it too.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

// CreateNetwork implements types.MsgServer.
func (m msgServer) CreateNetwork(ctx context.Context, msg *types.MsgCreateNetwork) (*types.MsgCreateNetworkResponse, error) {
	founder, err := m.account("founder", msg.Founder)
	if err != nil {
		return nil, err
	}
	params, err := m.Params(ctx)
	if err != nil {
		return nil, err
	}
	n, err := m.createNetwork(ctx, founder, msg)
	if err != nil {
		return nil, err
	}
	if err := emitNetworkCreated(ctx, n, params.CreateFee); err != nil {
		return nil, err
	}
	return &types.MsgCreateNetworkResponse{Seq: n.Seq, Id: n.Id, Denom: n.Token.Denom}, nil
}

// UpdateParams implements types.MsgServer.
func (m msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), m.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	if err := m.params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, emitParamsUpdated(ctx, msg.Authority)
}

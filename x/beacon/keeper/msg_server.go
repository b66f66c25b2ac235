package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

type msgServer struct{ *Keeper }

// NewMsgServer returns the handlers of the module's messages.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

// Register implements types.MsgServer.
func (m msgServer) Register(ctx context.Context, msg *types.MsgRegister) (*types.MsgRegisterResponse, error) {
	operator, err := m.operatorOf(msg.Validator)
	if err != nil {
		return nil, err
	}
	active, err := m.register(ctx, operator, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgRegisterResponse{ActiveHeight: active}, emitRegistered(ctx, msg, active)
}

// Reveal implements types.MsgServer. The state has moved in PreBlock already; the handler only
// asks the same question as the ante handler, because messages routed by authz, governance or
// anything else never meet that one.
func (m msgServer) Reveal(ctx context.Context, msg *types.MsgReveal) (*types.MsgRevealResponse, error) {
	mark, ok := m.IsApplied(sdk.UnwrapSDKContext(ctx))
	if !ok {
		return nil, types.ErrRevealRefused.Wrap("only the proposer of a block reveals, at index 0 of its own block")
	}
	return &types.MsgRevealResponse{}, emitRevealed(ctx, msg.Validator, mark)
}

// UpdateParams implements types.MsgServer.
func (m msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), m.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	old, err := m.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if msg.Params.HistoryBlocks < old.HistoryBlocks {
		// PreBlock drops one round a block, so rounds of a longer history would stay for ever.
		return nil, types.ErrInvalidParams.Wrapf("history_blocks is %d and can only grow", old.HistoryBlocks)
	}
	if err := m.params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, emitParamsUpdated(ctx, msg.Authority)
}

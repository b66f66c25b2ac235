package keeper

import (
	"context"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

type msgServer struct{ *Keeper }

// NewMsgServer returns the handlers of the module's messages.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

// Withdraw implements types.MsgServer.
func (m msgServer) Withdraw(ctx context.Context, msg *types.MsgWithdraw) (*types.MsgWithdrawResponse, error) {
	if _, err := networktypes.Account(m.addresses, msg.Sender); err != nil {
		return nil, types.ErrInvalidRequest.Wrapf("sender: %s", err)
	}
	w, err := m.withdraw(ctx, msg.Network, msg.Node)
	if err != nil {
		return nil, err
	}
	rsp := &types.MsgWithdrawResponse{Fees: w.fees, Matched: w.matched, Presence: w.presence, Commission: w.commission, EpochsLeft: w.left}
	return rsp, emitWithdrawn(ctx, w)
}

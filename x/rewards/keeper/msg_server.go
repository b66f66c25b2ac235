package keeper

import (
	"context"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

type msgServer struct{ *Keeper }

// NewMsgServer returns the handlers of the module's messages.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

// Withdraw implements types.MsgServer.
func (m msgServer) Withdraw(ctx context.Context, msg *types.MsgWithdraw) (*types.MsgWithdrawResponse, error) {
	if err := m.checkAccount("sender", msg.Sender); err != nil {
		return nil, err
	}
	w, err := m.withdraw(ctx, msg.Network, msg.Node)
	if err != nil {
		return nil, err
	}
	rsp := &types.MsgWithdrawResponse{Fees: w.fees, Matched: w.matched, Commission: w.commission, EpochsLeft: w.left}
	return rsp, emitWithdrawn(ctx, w)
}

// checkAccount returns ErrInvalidRequest unless the text is an address in the one spelling that it has.
func (k *Keeper) checkAccount(what, text string) error {
	addr, err := k.addresses.StringToBytes(text)
	if err != nil {
		return types.ErrInvalidRequest.Wrapf("%s: %s", what, err)
	}
	if canonical, err := k.addresses.BytesToString(addr); err != nil || canonical != text {
		return types.ErrInvalidRequest.Wrapf("%s: %s is not spelled as %s", what, text, canonical)
	}
	return nil
}

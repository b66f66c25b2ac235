package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// register commits a validator to a chain and returns the height it is used from: late enough
// that no value of now can have helped to choose it. While an earlier chain is in use the new one
// waits beside it; one that waits already is replaced.
func (k *Keeper) register(ctx context.Context, operator []byte, msg *types.MsgRegister) (int64, error) {
	if err := types.CheckTip(msg.Tip, msg.Length); err != nil {
		return 0, err
	}
	known, err := k.staking.HasValidator(ctx, operator)
	if err != nil {
		return 0, err
	}
	if !known {
		return 0, types.ErrUnknownValidator.Wrapf("%s is no validator", msg.Validator)
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	active := height + int64(params.RotateDelayBlocks)
	next := types.NewChain(msg.Tip, msg.Length, active)

	r, err := k.revealers.Get(ctx, operator)
	switch {
	case errors.Is(err, collections.ErrNotFound), errors.Is(err, collections.ErrEncoding):
		if r, err = k.newRevealer(ctx, operator, msg.Validator); err != nil {
			return 0, err
		}
		r.Current = next
	case err != nil:
		return 0, err
	default:
		r = r.WithChain(height, r.ChainAt(height))
		r.Next = next
	}
	if err := k.revealers.Set(ctx, operator, r); err != nil {
		return 0, err
	}
	// The count of eligible revealers knows nothing of the new tip: it is made again.
	return active, k.electorate.Remove(ctx)
}

// newRevealer gives a validator its number; it is no newcomer any more.
func (k *Keeper) newRevealer(ctx context.Context, operator []byte, validator string) (types.Revealer, error) {
	id, err := k.nextID.Get(ctx)
	if err != nil {
		return types.Revealer{}, err
	}
	n, err := k.newcomers.Get(ctx, operator)
	if err != nil && !errors.Is(err, collections.ErrNotFound) && !errors.Is(err, collections.ErrEncoding) {
		return types.Revealer{}, err
	}
	if err := k.newcomers.Remove(ctx, operator); err != nil {
		return types.Revealer{}, err
	}
	return types.Revealer{Validator: validator, Id: uint32(id), Missed: n.Missed}, k.nextID.Set(ctx, id+1)
}

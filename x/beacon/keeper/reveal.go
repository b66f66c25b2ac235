package keeper

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	txtypes "github.com/cosmos/cosmos-sdk/types/tx"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// BuildTx returns the one encoding of a reveal: a transaction with one MsgReveal, the fixed gas
// limit, and nothing else. The fee is there, though empty, since readers of transactions expect it.
func BuildTx(validator string, preimage []byte) ([]byte, error) {
	msg, err := codectypes.NewAnyWithValue(&types.MsgReveal{Validator: validator, Preimage: preimage})
	if err != nil {
		return nil, fmt.Errorf("pack the reveal: %w", err)
	}
	body, err := (&txtypes.TxBody{Messages: []*codectypes.Any{msg}}).Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode the body of the reveal: %w", err)
	}
	auth, err := (&txtypes.AuthInfo{Fee: &txtypes.Fee{GasLimit: types.RevealGas}}).Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode the fee of the reveal: %w", err)
	}
	return (&txtypes.TxRaw{BodyBytes: body, AuthInfoBytes: auth}).Marshal()
}

// decodeReveal returns the reveal in the bytes of a transaction, or nil where its first message
// is none. The bytes may still hold more than BuildTx would write.
func decodeReveal(bz []byte) *types.MsgReveal {
	var raw txtypes.TxRaw
	var body txtypes.TxBody
	if raw.Unmarshal(bz) != nil || body.Unmarshal(raw.BodyBytes) != nil || len(body.Messages) == 0 {
		return nil
	}
	var msg types.MsgReveal
	if body.Messages[0].TypeUrl != sdk.MsgTypeURL(&msg) || msg.Unmarshal(body.Messages[0].Value) != nil {
		return nil
	}
	return &msg
}

// hasReveal tells whether any message of a decoded transaction is a reveal.
func hasReveal(tx sdk.Tx) bool {
	for _, m := range tx.GetMsgs() {
		if _, ok := m.(*types.MsgReveal); ok {
			return true
		}
	}
	return false
}

// accepted is a reveal that was found right.
type accepted struct {
	operator []byte
	revealer types.Revealer
	preimage []byte
}

// check returns the reveal in bz if it is the one thing the proposer may put at index 0 of the
// block at the height, and ErrInvalidReveal if not. It reads state and changes nothing; other
// errors are the store's.
func (k *Keeper) check(ctx context.Context, height int64, proposer, bz []byte) (*accepted, error) {
	msg := decodeReveal(bz)
	if msg == nil {
		return nil, types.ErrInvalidReveal.Wrap("the transaction is no reveal")
	}
	if canonical, err := BuildTx(msg.Validator, msg.Preimage); err != nil || !bytes.Equal(canonical, bz) {
		return nil, types.ErrInvalidReveal.Wrap("the transaction is not encoded as a reveal must be")
	}
	operator, r, err := k.revealerOf(ctx, proposer)
	if err != nil {
		return nil, err
	}
	if r == nil || r.Validator != msg.Validator {
		return nil, types.ErrInvalidReveal.Wrapf("%s is not the registered proposer of the block", msg.Validator)
	}
	c := r.ChainAt(height)
	if !c.CanReveal(height) {
		return nil, types.ErrInvalidReveal.Wrapf("the chain of %s is not in use at height %d or used up", msg.Validator, height)
	}
	if head := types.Step(msg.Preimage); len(msg.Preimage) != types.HashBytes || !bytes.Equal(head[:], c.Head) {
		return nil, types.ErrInvalidReveal.Wrapf("the preimage of %s does not hash to the head of its chain", msg.Validator)
	}
	return &accepted{operator: operator, revealer: *r, preimage: msg.Preimage}, nil
}

// revealerOf returns the operator address of the validator with a consensus address and its part
// in the beacon; nil for either where there is none. A part that cannot be read is none: it must not stop the chain.
func (k *Keeper) revealerOf(ctx context.Context, consensus []byte) ([]byte, *types.Revealer, error) {
	operator, err := k.staking.OperatorOf(ctx, consensus)
	if err != nil || operator == nil {
		return nil, nil, err
	}
	r, err := k.revealers.Get(ctx, operator)
	if errors.Is(err, collections.ErrNotFound) || errors.Is(err, collections.ErrEncoding) {
		return operator, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return operator, &r, nil
}

package keeper

import (
	"bytes"
	"crypto/sha256"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// IsApplied returns the mark PreBlock left, if the transaction being executed is the reveal it
// accepted. The mark is state, since baseapp drops what PreBlock sets on its context and memory
// is wrong under optimistic execution. It is read without a meter: gas must not depend on it.
func (k *Keeper) IsApplied(ctx sdk.Context) (types.Applied, bool) {
	if ctx.ExecMode() != sdk.ExecModeFinalize || ctx.TxIndex() != 0 {
		return types.Applied{}, false
	}
	mark, err := k.applied.Get(ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()))
	if err != nil || mark.Height != ctx.BlockHeight() {
		return types.Applied{}, false
	}
	hash := sha256.Sum256(ctx.TxBytes())
	return mark, bytes.Equal(hash[:], mark.TxHash)
}

// Ante goes around the whole ante chain. It lets the reveal PreBlock accepted pass without a
// signature and a fee, at a constant price in gas, and refuses every other transaction with a
// reveal in it; the rest goes on to next.
func (k *Keeper) Ante(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if !hasReveal(tx) {
			return next(ctx, tx, simulate)
		}
		ctx = ctx.WithGasMeter(storetypes.NewGasMeter(types.RevealGas))
		if _, ok := k.IsApplied(ctx); !ok || simulate {
			return ctx, types.ErrRevealRefused.Wrap("only the proposer of a block reveals, at index 0 of its own block")
		}
		ctx.GasMeter().ConsumeGas(types.RevealGas, "reveal")
		return ctx, nil
	}
}

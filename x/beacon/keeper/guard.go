package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/mempool"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

var _ mempool.ExtMempool = Guard{}

// Guard keeps reveals out of a mempool. A reveal has no signer, so the SDK's mempools fail when
// baseapp removes one after its block; with the guard, blocks have the same results on every kind
// of mempool. Proposal handlers must be built from the inner mempool, which they recognize by type.
type Guard struct{ Inner mempool.Mempool }

// Insert implements mempool.Mempool. It refuses reveals.
func (g Guard) Insert(ctx context.Context, tx sdk.Tx) error {
	if hasReveal(tx) {
		return types.ErrRevealRefused.Wrap("a reveal never waits in a mempool")
	}
	return g.Inner.Insert(ctx, tx)
}

// Remove implements mempool.Mempool. A reveal was never there.
func (g Guard) Remove(tx sdk.Tx) error {
	if hasReveal(tx) {
		return nil
	}
	return g.Inner.Remove(tx)
}

// RemoveWithReason implements mempool.ExtMempool. A reveal was never there.
func (g Guard) RemoveWithReason(ctx context.Context, tx sdk.Tx, reason mempool.RemoveReason) error {
	if hasReveal(tx) {
		return nil
	}
	return mempool.RemoveWithReason(ctx, g.Inner, tx, reason)
}

// Select implements mempool.Mempool.
func (g Guard) Select(ctx context.Context, txs [][]byte) mempool.Iterator {
	return g.Inner.Select(ctx, txs)
}

// SelectBy implements mempool.ExtMempool.
func (g Guard) SelectBy(ctx context.Context, txs [][]byte, callback func(sdk.Tx) bool) {
	mempool.SelectBy(ctx, g.Inner, txs, callback)
}

// CountTx implements mempool.Mempool.
func (g Guard) CountTx() int { return g.Inner.CountTx() }

package keeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/mempool"

	"github.com/mesh-protocol/mesh/x/beacon/keeper"
	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// plainMempool keeps transactions in a list and knows no more than a mempool must.
type plainMempool struct{ txs []sdk.Tx }

// Insert implements mempool.Mempool.
func (m *plainMempool) Insert(_ context.Context, tx sdk.Tx) error {
	m.txs = append(m.txs, tx)
	return nil
}

// Remove implements mempool.Mempool. It fails where the list is empty.
func (m *plainMempool) Remove(sdk.Tx) error {
	if len(m.txs) == 0 {
		return mempool.ErrTxNotFound
	}
	m.txs = m.txs[1:]
	return nil
}

// CountTx implements mempool.Mempool.
func (m *plainMempool) CountTx() int { return len(m.txs) }

// Select implements mempool.Mempool.
func (m *plainMempool) Select(context.Context, [][]byte) mempool.Iterator {
	if len(m.txs) == 0 {
		return nil
	}
	return iterator{m.txs}
}

type iterator struct{ txs []sdk.Tx }

// Next implements mempool.Iterator.
func (i iterator) Next() mempool.Iterator {
	if len(i.txs) == 1 {
		return nil
	}
	return iterator{i.txs[1:]}
}

// Tx implements mempool.Iterator.
func (i iterator) Tx() sdk.Tx { return i.txs[0] }

// extMempool knows reasons too.
type extMempool struct {
	*plainMempool
	reasons []mempool.RemoveReason
	selects int
}

// SelectBy implements mempool.ExtMempool.
func (m *extMempool) SelectBy(_ context.Context, _ [][]byte, callback func(sdk.Tx) bool) {
	m.selects++
	for _, tx := range m.txs {
		if !callback(tx) {
			return
		}
	}
}

// RemoveWithReason implements mempool.ExtMempool.
func (m *extMempool) RemoveWithReason(_ context.Context, tx sdk.Tx, reason mempool.RemoveReason) error {
	m.reasons = append(m.reasons, reason)
	return m.Remove(tx)
}

// guardTxs are a user's transaction, a reveal, and one that holds a reveal.
func guardTxs(t *testing.T) (user, reveal, mixed sdk.Tx) {
	t.Helper()
	decode := newEncoding(t).tx.TxDecoder()
	msg := &types.MsgReveal{Validator: "v", Preimage: make([]byte, 32)}
	var txs []sdk.Tx
	for _, bz := range [][]byte{userTx(t, 5), buildTx(t, "v", make([]byte, 32)), userTx(t, 5, &types.MsgRegister{Validator: "v"}, msg)} {
		tx, err := decode(bz)
		require.NoError(t, err)
		txs = append(txs, tx)
	}
	return txs[0], txs[1], txs[2]
}

func TestGuard(t *testing.T) {
	user, reveal, mixed := guardTxs(t)
	ctx, reason := context.Background(), mempool.RemoveReason{Caller: mempool.CallerRunTxFinalize}
	plain, ext := &plainMempool{}, &extMempool{plainMempool: &plainMempool{}}
	for name, inner := range map[string]mempool.Mempool{"plain": plain, "with reasons": ext} {
		t.Run("ok: "+name, func(t *testing.T) {
			g := keeper.Guard{Inner: inner}
			for _, tx := range []sdk.Tx{reveal, mixed} {
				require.ErrorIs(t, g.Insert(ctx, tx), types.ErrRevealRefused)
				require.NoError(t, g.Remove(tx), "a reveal was never there")
				require.NoError(t, g.RemoveWithReason(ctx, tx, reason))
			}
			require.Zero(t, g.CountTx())
			require.Nil(t, g.Select(ctx, nil))

			require.NoError(t, g.Insert(ctx, user))
			require.NoError(t, g.Insert(ctx, user))
			require.Equal(t, 2, g.CountTx())
			require.Equal(t, user, g.Select(ctx, nil).Next().Tx())
			var seen int
			g.SelectBy(ctx, nil, func(tx sdk.Tx) bool {
				require.Equal(t, user, tx)
				seen++
				return seen < 2
			})
			require.Equal(t, 2, seen)

			require.NoError(t, g.RemoveWithReason(ctx, user, reason))
			require.NoError(t, g.Remove(user))
			require.Zero(t, g.CountTx())
			require.ErrorIs(t, g.Remove(user), mempool.ErrTxNotFound)
			require.ErrorIs(t, g.RemoveWithReason(ctx, user, reason), mempool.ErrTxNotFound)
		})
	}
	require.Equal(t, []mempool.RemoveReason{reason, reason}, ext.reasons, "reasons reach a mempool that knows them")
	require.Equal(t, 1, ext.selects)
}

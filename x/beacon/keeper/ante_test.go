package keeper_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// executed is the context baseapp gives the transaction at an index of a block.
func executed(ctx sdk.Context, index int, tx []byte) sdk.Context {
	return ctx.WithExecMode(sdk.ExecModeFinalize).WithTxIndex(index).WithTxBytes(tx)
}

// roads are the ways a reveal may come to execution; the first is the right one.
func roads(f *fixture) []struct {
	name string
	ctx  sdk.Context
	ok   bool
} {
	accepted := f.reveal(f.set[0])
	f.reveals(f.set[0])
	again := executed(f.ctx, 0, accepted)
	next := f.reveal(f.set[0])
	return []struct {
		name string
		ctx  sdk.Context
		ok   bool
	}{
		{"ok: at index 0 of its block", again, true},
		{"fails: at index 1", executed(f.ctx, 1, accepted), false},
		{"fails: at no index", executed(f.ctx, -1, accepted), false},
		{"fails: the next reveal at index 0", executed(f.ctx, 0, next), false},
		{"fails: other bytes at index 0", executed(f.ctx, 0, userTx(f.t, 5)), false},
		{"fails: no bytes at index 0", executed(f.ctx, 0, nil), false},
		{"fails: in the block after", executed(f.ctx.WithBlockHeight(f.height()+1), 0, accepted), false},
		{"fails: check", again.WithExecMode(sdk.ExecModeCheck), false},
		{"fails: recheck", again.WithExecMode(sdk.ExecModeReCheck), false},
		{"fails: simulation", again.WithExecMode(sdk.ExecModeSimulate), false},
		{"fails: preparing a proposal", again.WithExecMode(sdk.ExecModePrepareProposal), false},
		{"fails: processing a proposal", again.WithExecMode(sdk.ExecModeProcessProposal), false},
	}
}

func TestIsApplied(t *testing.T) {
	f := newFixture(t, 1, 100)
	require.False(t, applied(f, executed(f.ctx, 0, nil)), "before the first block")
	for _, c := range roads(f) {
		t.Run(c.name, func(t *testing.T) {
			mark, ok := f.keeper.IsApplied(c.ctx)
			require.Equal(t, c.ok, ok)
			if ok {
				require.Equal(t, f.export().Applied, mark)
			}
		})
	}
	f.block(f.set[0])
	require.False(t, applied(f, executed(f.ctx, 0, nil)), "a block without a reveal")
}

func applied(f *fixture, ctx sdk.Context) bool {
	_, ok := f.keeper.IsApplied(ctx)
	return ok
}

func TestAnte(t *testing.T) {
	f := newFixture(t, 1, 100)
	decode := newEncoding(t).tx.TxDecoder()
	reveal, err := decode(f.reveal(f.set[0]))
	require.NoError(t, err)
	inner := func(sdk.Context, sdk.Tx, bool) (sdk.Context, error) {
		require.FailNow(t, "a reveal went on to the SDK's ante handler")
		return sdk.Context{}, nil
	}
	for _, c := range roads(f) {
		t.Run(c.name, func(t *testing.T) {
			ctx, err := f.keeper.Ante(inner)(c.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter()), reveal, false)
			// Gas wanted is the meter's limit on every road, since results are hashed; used is a
			// constant.
			require.EqualValues(t, types.RevealGas, ctx.GasMeter().Limit())
			if c.ok {
				require.NoError(t, err)
				require.EqualValues(t, types.RevealGas, ctx.GasMeter().GasConsumed())
				return
			}
			requireError(t, err, types.ErrRevealRefused, "only the proposer of a block reveals, at index 0 of its own block: reveal refused")
			require.Zero(t, ctx.GasMeter().GasConsumed())
		})
		t.Run("fails: simulated, "+c.name, func(t *testing.T) {
			_, err := f.keeper.Ante(inner)(c.ctx, reveal, true)
			require.ErrorIs(t, err, types.ErrRevealRefused)
		})
	}
}

// Among other messages a reveal is refused wherever it stands; what holds none goes on untouched.
func TestAnteOfOtherTransactions(t *testing.T) {
	f := newFixture(t, 1, 100)
	decode := newEncoding(t).tx.TxDecoder()
	reveal := &types.MsgReveal{Validator: f.set[0].text, Preimage: f.set[0].preimage()}
	f.reveals(f.set[0])
	register := &types.MsgRegister{Validator: f.set[0].text, Length: 2}
	for _, msgs := range [][]sdk.Msg{{register, reveal}, {reveal, register}, {reveal, reveal}} {
		bz := userTx(t, 5, msgs...)
		tx, err := decode(bz)
		require.NoError(t, err)
		_, err = f.keeper.Ante(nil)(executed(f.ctx, 0, bz), tx, false)
		require.ErrorIs(t, err, types.ErrRevealRefused)
	}

	tx, err := decode(userTx(t, 5))
	require.NoError(t, err)
	ctx := f.ctx.WithGasMeter(storetypes.NewGasMeter(77))
	var simulated bool
	got, err := f.keeper.Ante(func(ctx sdk.Context, other sdk.Tx, simulate bool) (sdk.Context, error) {
		require.Equal(t, tx, other)
		simulated = simulate
		return ctx.WithPriority(9), nil
	})(ctx, tx, true)
	require.NoError(t, err)
	require.True(t, simulated)
	require.EqualValues(t, 9, got.Priority())
	require.EqualValues(t, 77, got.GasMeter().Limit())
}

// The handler asks what the ante handler asks, for messages that never met that one.
func TestMsgReveal(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.set[0]
	msg := &types.MsgReveal{Validator: v.text, Preimage: v.preimage()}
	for _, c := range roads(f) {
		t.Run(c.name, func(t *testing.T) {
			f.ctx = c.ctx.WithEventManager(sdk.NewEventManager())
			before := f.export()
			rsp, err := f.msg.Reveal(f.ctx, msg)
			require.Equal(t, before, f.export(), "the state moved in PreBlock")
			if c.ok {
				require.NoError(t, err)
				require.Equal(t, &types.MsgRevealResponse{}, rsp)
				require.Equal(t, []proto.Message{&types.EventRevealed{Validator: v.text, Height: 1, Value: f.export().Applied.Value}}, f.events())
				return
			}
			require.Nil(t, rsp)
			requireError(t, err, types.ErrRevealRefused, "only the proposer of a block reveals, at index 0 of its own block: reveal refused")
			require.Empty(t, f.events())
		})
	}
}

// What a reveal costs depends neither on the height nor on what else was read: the mark is read
// without the transaction's meter.
func TestAnteReadsUnmetered(t *testing.T) {
	f := newFixture(t, 1, 100)
	tx := f.reveal(f.set[0])
	f.reveals(f.set[0])
	meter := storetypes.NewGasMeter(1)
	_, ok := f.keeper.IsApplied(executed(f.ctx, 0, tx).WithGasMeter(meter))
	require.True(t, ok)
	require.Zero(t, meter.GasConsumed())
}

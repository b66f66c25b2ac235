package keeper_test

import (
	"crypto/sha256"
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

func TestPreBlockAccepts(t *testing.T) {
	f := newFixture(t, 2, 100)
	v, other := f.set[0], f.set[1]
	first, second := v.values[99], v.values[98]

	tx := f.reveal(v)
	f.block(v, tx, []byte("a user's"))
	v.used++
	r1 := types.NextValue(types.FirstValue(chainID), 1, first)
	hash := sha256.Sum256(tx)
	g := f.export()
	require.Equal(t, types.HashChain{Tip: v.tip(), Head: first, Length: 100, Used: 1, ActiveHeight: 1}, g.Revealers[0].Current)
	require.Equal(t, types.NewRevealer(other.text, 2, other.tip(), 100, 1), g.Revealers[1])
	require.Equal(t, types.Applied{Height: 1, TxHash: hash[:], Value: r1}, g.Applied)
	require.Equal(t, []types.Round{{Height: 1, Value: r1, Reach: []types.Reach{{Id: 1, Height: 1}}, Eligible: 2}}, g.Rounds)

	f.reveals(other)
	f.reveals(v)
	r2 := types.NextValue(r1, 2, other.values[99])
	r3 := types.NextValue(r2, 3, second)
	require.Equal(t, types.Round{Height: 3, Value: r3, Reach: []types.Reach{{Id: 1, Height: 3}, {Id: 2, Height: 2}}, Eligible: 2}, f.round(3))
	require.Equal(t, types.HashChain{Tip: v.tip(), Head: second, Length: 100, Used: 2, ActiveHeight: 1}, f.revealer(v).Current)
	require.Empty(t, f.events(), "the event of a reveal is its transaction's")
	require.Empty(t, f.staking.slashes)
}

func TestPreBlockMisses(t *testing.T) {
	f := newFixture(t, 2, 100)
	v := f.set[0]
	f.reveals(v)
	before := f.export()

	for count, txs := range [][][]byte{nil, {{1, 2, 3, 4}}, {{}}, {f.reveal(f.set[1]), f.reveal(v)}, {userTx(t, 5), f.reveal(v)}} {
		f.block(v, txs...)
		// A millionth of 3.999999 MESH is 3.999999 umesh, of which whole ones are taken.
		require.Equal(t, []proto.Message{f.missed(v, uint64(count)+1, 3)}, f.events())
		require.Equal(t, slash{v.consensus, f.height(), millionth()}, f.staking.slashes[count])
		want := before.Rounds[0]
		want.Height = f.height()
		require.Equal(t, want, f.round(0), "value and reach stay")
	}
	require.Len(t, f.staking.slashes, 5)
	after := f.export()
	require.Equal(t, before.Applied, after.Applied)
	before.Revealers[0].Missed = 5
	require.Equal(t, before.Revealers, after.Revealers)

	f.reveals(v)
	require.Empty(t, f.events())
	require.EqualValues(t, 5, f.revealer(v).Missed, "a reveal forgives nothing")
	require.EqualValues(t, 2, f.revealer(v).Current.Used)
}

// A fraction of nothing still counts.
func TestPreBlockMissesWithoutSlash(t *testing.T) {
	f := newFixture(t, 1, 100)
	p := f.genesis().Params
	p.MissedReveal, p.HistoryBlocks = math.LegacyZeroDec(), types.MinHistoryBlocks
	_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: authority, Params: p})
	require.NoError(t, err)
	f.block(f.set[0])
	require.Equal(t, []proto.Message{f.missed(f.set[0], 1, 0)}, f.events())
}

func TestPreBlockBeforeTheTipIsActive(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.add(1, 100)
	v.hashChain = newHashChain("second", 5)
	active := f.register(v, v.hashChain)
	require.EqualValues(t, rotateDelay, active)
	for f.height() < active-1 {
		f.block(v, f.reveal(v))
		require.Empty(t, f.events(), "height %d: no miss", f.height())
		require.Zero(t, f.revealer(v).Current.Used, "height %d: no reveal", f.height())
	}
	f.block(v)
	require.Equal(t, active, f.height())
	require.Equal(t, []proto.Message{f.missed(v, 1, 3)}, f.events())
	f.reveals(v)
	require.EqualValues(t, 1, f.revealer(v).Current.Used)
}

func TestPreBlockUsedUp(t *testing.T) {
	f := newFixture(t, 1, 2)
	v := f.set[0]
	f.reveals(v)
	require.EqualValues(t, 1, f.round(0).Eligible)
	f.reveals(v)
	require.EqualValues(t, 1, f.round(0).Eligible, "eligible in the block of its last reveal")
	f.block(v, buildTx(t, v.text, v.values[0]))
	require.Equal(t, []proto.Message{f.missed(v, 1, 3)}, f.events())
	require.Zero(t, f.round(0).Eligible)

	// The next chain begins where the empty one was.
	next := newHashChain("next", 5)
	for active := f.register(v, next); f.height() < active-1; {
		f.block(v)
		require.Len(t, f.events(), 1, "height %d: still missing", f.height())
		require.Zero(t, f.round(0).Eligible)
	}
	v.hashChain = next
	f.reveals(v)
	require.EqualValues(t, 1, f.round(0).Eligible)
	require.Equal(t, types.HashChain{Tip: next.tip(), Head: next.values[4], Length: 5, Used: 1, ActiveHeight: f.height()}, f.revealer(v).Current)
	require.Equal(t, types.HashChain{}, f.revealer(v).Next)
}

// A validator without a tip has no_tip_blocks from its first block on.
func TestPreBlockNewcomer(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.add(1, 100)
	f.block(f.set[0])
	f.block(v)
	require.Equal(t, []types.Newcomer{{Validator: v.text, Since: 2}}, f.export().Newcomers)
	for f.height() < 2+noTip-1 {
		f.block(v)
		require.Empty(t, f.events(), "height %d", f.height())
	}
	for missed := uint64(1); missed <= 3; missed++ {
		f.block(v)
		require.Equal(t, []proto.Message{f.missed(v, missed, 3)}, f.events())
	}
	require.Equal(t, []types.Newcomer{{Validator: v.text, Since: 2, Missed: 3}}, f.export().Newcomers)
	require.Len(t, f.staking.slashes, 1+3)

	// What it has missed stays with it when it registers, and no more is added until its tip is in use.
	f.register(v, newHashChain("late", 5))
	require.Empty(t, f.export().Newcomers)
	require.EqualValues(t, 3, f.revealer(v).Missed)
	f.block(v)
	require.Empty(t, f.events())
}

func TestPreBlockUnknownProposer(t *testing.T) {
	f := newFixture(t, 1, 100)
	gone := f.add(1, 100)
	delete(f.staking.operators, string(gone.consensus))
	f.block(gone, f.reveal(f.set[0]))
	require.Empty(t, f.events())
	require.Empty(t, f.staking.slashes)
	require.Empty(t, f.export().Newcomers)
	require.Equal(t, types.FirstValue(chainID), f.round(0).Value)
}

func TestPreBlockStoreErrors(t *testing.T) {
	f := newFixture(t, 1, 100)
	f.staking.broken = true
	require.ErrorIs(t, f.keeper.PreBlock(f.ctx, f.request(f.set[0], f.reveal(f.set[0]))), errStaking)
	require.ErrorIs(t, f.keeper.PreBlock(f.ctx, f.request(f.set[0])), errStaking)
}

// The beacon keeps history_blocks rounds, the last one included.
func TestPreBlockHistory(t *testing.T) {
	f := newFixture(t, 2, 700)
	heights := func() (first, last int64, n int) {
		rounds := f.export().Rounds
		return rounds[0].Height, rounds[len(rounds)-1].Height, len(rounds)
	}
	for f.height() < history {
		f.reveals(f.set[f.height()%2])
	}
	first, last, n := heights()
	require.Equal(t, []int64{1, history, history}, []int64{first, last, int64(n)})
	for f.height() < 2*history {
		f.block(f.set[0])
	}
	first, last, n = heights()
	require.Equal(t, []int64{history + 1, 2 * history, history}, []int64{first, last, int64(n)})

	// A longer history drops nothing until it is full.
	p := f.genesis().Params
	p.HistoryBlocks = types.MinHistoryBlocks
	_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: authority, Params: p})
	require.NoError(t, err)
	const full = history + types.MinHistoryBlocks
	for f.height() < full+2 {
		f.block(f.set[0])
	}
	first, last, n = heights()
	require.Equal(t, []int64{history + 3, full + 2, types.MinHistoryBlocks}, []int64{first, last, int64(n)})
}

package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestEpochsFollowTheGrid: the first opening lies on the network's grid, each epoch follows the last
// without a gap, and holds nodes, weight and terms as of its opening.
func TestEpochsFollowTheGrid(t *testing.T) {
	f := newNodeFixture(t, 3)
	for i, n := range f.nets {
		f.register(t, n, account("ann"), fmt.Sprint(i), minBond+int64(i))
	}
	f.until(t, height+5*epochBlocks)
	for i, n := range f.nets {
		first := types.NextOpening(n.Id, epochBlocks, height)
		epochs := f.calendar(t, n).Epoch
		require.GreaterOrEqual(t, epochs, uint64(4))
		for number := uint64(1); number <= epochs; number++ {
			e, err := f.keeper.Epoch(f.ctx, n.Seq, number)
			require.NoError(t, err)
			open := first + int64(number-1)*epochBlocks
			want := types.Epoch{Number: number, Open: open, Close: open + epochBlocks, Weight: math.NewInt(minBond + int64(i)), Nodes: 1, Owners: 1, Params: n.Params}
			require.Equal(t, want.String(), e.String())
		}
		_, err := f.keeper.Epoch(f.ctx, n.Seq, epochs+1)
		require.ErrorIs(t, err, types.ErrEpochNotFound)
		require.Equal(t, span(1, epochs-1), f.hooks.closed[n.Seq])
	}
}

// TestEpochOpensAtItsHeight and not a block earlier, and says so.
func TestEpochOpensAtItsHeight(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	at := f.calendar(t, n).RollsAt
	f.until(t, at-1)
	require.Zero(t, f.calendar(t, n).Epoch)
	ctx, events := f.withEvents()
	f.ctx = sdk.UnwrapSDKContext(ctx)
	f.block(t)
	require.Equal(t, types.Calendar{Network: 1, Epoch: 1, RollsAt: at + epochBlocks, Nodes: 1, Owners: 1, NextNode: 2, NextOwnerSlot: 1}, f.calendar(t, n))
	event, err := sdk.TypedEventToEvent(&types.EventEpochOpened{Network: n.Id, Epoch: 1, Nodes: 1})
	require.NoError(t, err)
	require.Equal(t, sdk.Events{event}, events())
}

// TestEditsCountFromTheNextOpening: bonds of an epoch are in the weight of the next, not of its own.
func TestEditsCountFromTheNextOpening(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann := f.nets[0], account("ann")
	id := f.register(t, n, ann, "one", minBond)
	f.fund(t, n, ann, 1_000)
	weights := []int64{minBond}
	f.open(t, n)
	for _, by := range []int64{7, -3, 50, 0, -20} {
		if by > 0 {
			require.NoError(t, f.give(t, n, id, ann, by))
		} else if by < 0 {
			_, err := f.unbond(t, n, id, ann, -by)
			require.NoError(t, err)
		}
		weights = append(weights, weights[len(weights)-1]+by)
		f.open(t, n)
	}
	for i, w := range weights {
		e, err := f.keeper.Epoch(f.ctx, n.Seq, uint64(i)+1)
		require.NoError(t, err)
		require.Equal(t, w, e.Weight.Int64(), "epoch %d", i+1)
	}
}

// TestKeptEpochs: the latest 16 are there.
func TestKeptEpochs(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	for number := range uint64(2*types.KeptEpochs + 3) {
		require.Equal(t, number+1, f.open(t, n))
		var want, got []uint64
		for kept := uint64(1); kept <= number+1; kept++ {
			if kept+types.KeptEpochs > number+1 {
				want = append(want, kept)
			}
		}
		for _, e := range f.export(t).Epochs {
			got = append(got, e.Epoch.Number)
		}
		require.Equal(t, want, got)
	}
}

// dueTogether makes networks that all open at the same height.
func dueTogether(t *testing.T, networks int) (*nodeFixture, int64) {
	t.Helper()
	const at = int64(height + 3)
	f := newNodeFixture(t, networks)
	g := f.export(t)
	for i := range g.Calendars {
		g.Calendars[i].RollsAt, g.Calendars[i].Duties = at, 1
	}
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
	return f, at
}

// TestRollsAreBounded: of 120 networks that are due, 50 open in each block; all open as of the
// height at which they were due.
func TestRollsAreBounded(t *testing.T) {
	f, at := dueTogether(t, 120)
	f.until(t, at-1)
	for _, want := range []int{50, 100, 120, 120} {
		f.block(t)
		opened := 0
		for _, n := range f.nets {
			cal := f.calendar(t, n)
			if cal.Epoch == 0 {
				continue
			}
			opened++
			e, err := f.keeper.Epoch(f.ctx, n.Seq, 1)
			require.NoError(t, err)
			require.Equal(t, [3]int64{at, at + epochBlocks, at + epochBlocks}, [3]int64{e.Open, e.Close, cal.RollsAt})
		}
		require.Equal(t, want, opened)
	}
	f.until(t, at+epochBlocks+2)
	for _, n := range f.nets {
		require.Equal(t, uint64(2), f.calendar(t, n).Epoch)
		require.Equal(t, []uint64{1}, f.hooks.closed[n.Seq])
	}
}

// TestAHookThatFails: the opening is undone and tried again later, the others go on, and the end of
// the epoch is told once when it works.
func TestAHookThatFails(t *testing.T) {
	f, at := dueTogether(t, 2)
	n := f.nets[0]
	f.until(t, at+epochBlocks-1)
	f.hooks.fail[n.Seq] = true
	before := f.calendar(t, n)
	before.RetryAt = at + epochBlocks + 100
	f.block(t)
	require.Equal(t, before, f.calendar(t, n), "it still knows when the open epoch ends")
	_, err := f.keeper.Epoch(f.ctx, n.Seq, 2)
	require.ErrorIs(t, err, types.ErrEpochNotFound)
	require.Equal(t, uint64(2), f.calendar(t, f.nets[1]).Epoch)
	g := f.export(t)
	require.NoError(t, g.Validate())
	other := newNodeFixture(t, 0)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, *g))
	require.Equal(t, f.snapshot().store, other.snapshot().store, "an import tries again when the chain itself would have")

	f.hooks.fail[n.Seq] = false
	f.until(t, at+epochBlocks+99)
	require.Equal(t, before, f.calendar(t, n))
	f.block(t)
	require.Equal(t, uint64(2), f.calendar(t, n).Epoch)
	require.Zero(t, f.calendar(t, n).RetryAt)
	require.Equal(t, []uint64{1}, f.hooks.closed[n.Seq])
	e, err := f.keeper.Epoch(f.ctx, n.Seq, 2)
	require.NoError(t, err)
	require.Equal(t, at+epochBlocks+100, e.Open)
	require.Equal(t, span(1, f.calendar(t, f.nets[1]).Epoch-1), f.hooks.closed[2])
}

// TestTermsAsOfTheOpening: an epoch that is open keeps the terms it opened with.
func TestTermsAsOfTheOpening(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	f.open(t, n)
	g := f.export(t)
	g.Networks[0].Params.Pay.BurnBps++
	g.Networks[0].Params.Epoch.EpochBlocks = 2 * epochBlocks
	require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
	at := f.calendar(t, n).RollsAt
	f.open(t, n)
	for number, want := range map[uint64]types.NetworkParams{1: n.Params, 2: g.Networks[0].Params} {
		e, err := f.keeper.Epoch(f.ctx, n.Seq, number)
		require.NoError(t, err)
		require.Equal(t, want.String(), e.Params.String())
		require.Equal(t, int64(want.Epoch.EpochBlocks), e.Close-e.Open)
	}
	require.Equal(t, at+2*epochBlocks, f.calendar(t, n).RollsAt)
}

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestDormant: without nodes and duties a network's epoch closes and none opens; a reason to go on
// wakes it on its grid, and the number goes on. The end of each epoch is told once.
func TestDormant(t *testing.T) {
	f := newNodeFixture(t, 2)
	n, ann := f.nets[0], account("ann")
	f.until(t, height+3*epochBlocks)
	require.Equal(t, types.Calendar{Network: 1, NextNode: 1}, f.calendar(t, n))

	id := f.register(t, n, ann, "one", minBond)
	f.open(t, n)
	f.open(t, n)
	_, err := f.unbond(t, n, id, ann, minBond)
	require.NoError(t, err)
	closing := f.calendar(t, n).RollsAt
	f.until(t, closing+7)
	cal := f.calendar(t, n)
	require.Equal(t, types.Calendar{Network: 1, Epoch: 2, NextNode: 2, NextOwnerSlot: 1}, cal)
	require.Equal(t, []uint64{1, 2}, f.hooks.closed[n.Seq])
	f.until(t, closing+3*epochBlocks+7)
	require.Equal(t, cal, f.calendar(t, n))

	f.fund(t, n, ann, minBond)
	require.NoError(t, f.give(t, n, id, ann, minBond))
	require.Equal(t, closing+4*epochBlocks, f.calendar(t, n).RollsAt)
	require.Equal(t, uint64(3), f.open(t, n))
	e, err := f.keeper.Epoch(f.ctx, n.Seq, 3)
	require.NoError(t, err)
	require.Equal(t, math.NewInt(minBond), e.Weight)
	require.Equal(t, []uint64{1, 2}, f.hooks.closed[n.Seq], "epoch 2 was over long ago")
	f.open(t, n)
	require.Equal(t, []uint64{1, 2, 3}, f.hooks.closed[n.Seq])
	require.Empty(t, f.hooks.closed[2])
}

// TestDutiesKeepEpochsGoing without a node, until the last is gone.
func TestDutiesKeepEpochsGoing(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, 2))
	require.Equal(t, types.Calendar{Network: 1, RollsAt: types.NextOpening(n.Id, epochBlocks, height), Duties: 2, NextNode: 1}, f.calendar(t, n))
	f.open(t, n)
	require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, -1))
	f.open(t, n)
	before := f.snapshot()
	require.ErrorIs(t, f.keeper.ChangeDuties(f.ctx, n.Seq, -2), types.ErrInvalidRequest)
	require.Equal(t, before, f.snapshot())
	require.NoError(t, f.keeper.ChangeDuties(f.ctx, n.Seq, -1))
	f.until(t, f.calendar(t, n).RollsAt)
	require.Equal(t, types.Calendar{Network: 1, Epoch: 2, NextNode: 1}, f.calendar(t, n))
	require.Equal(t, []uint64{1, 2}, f.hooks.closed[n.Seq])
}

// TestWakingBeforeTheEpochIsOver changes nothing about when it ends.
func TestWakingBeforeTheEpochIsOver(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann := f.nets[0], account("ann")
	id := f.register(t, n, ann, "one", minBond)
	f.open(t, n)
	at := f.calendar(t, n).RollsAt
	_, err := f.unbond(t, n, id, ann, minBond)
	require.NoError(t, err)
	f.block(t)
	f.fund(t, n, ann, minBond)
	require.NoError(t, f.give(t, n, id, ann, minBond))
	require.Equal(t, at, f.calendar(t, n).RollsAt)
	require.Equal(t, uint64(2), f.open(t, n))
	require.Equal(t, []uint64{1}, f.hooks.closed[n.Seq])
}

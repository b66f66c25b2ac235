package keeper_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// one is the distance between two points.
var one = proof.U64(1)

// drawLeaf draws a slot, of which those at the edges of inner nodes come often, and a weight.
func drawLeaf(t *rapid.T, slots uint64) (uint64, proof.U128) {
	slot := rapid.OneOf(
		rapid.SampledFrom([]uint64{0, 1, 15, 16, 17, 255, 256, slots - 17, slots - 16, slots - 1}),
		rapid.Uint64Range(0, slots-1),
	).Draw(t, "slot")
	weight := rapid.OneOf(
		rapid.Just(proof.U128{}), rapid.Map(rapid.Uint64Range(1, 9), proof.U64),
		rapid.Map(rapid.Uint64Range(0, 1<<56), func(hi uint64) proof.U128 { return proof.U128{Hi: hi, Lo: hi} }),
	).Draw(t, "weight")
	return slot, weight
}

// TestSumTreeIsTheNaiveModel sets leaves over some epochs, in the owners' and in a node's tree, and
// holds totals, intervals and found points as of each of the last 8 openings and the next one
// against a map that was copied at every opening.
func TestSumTreeIsTheNaiveModel(t *testing.T) {
	f := newFixture(t)
	var trees uint64
	seeded.Property(t, func(rt *rapid.T) {
		trees++
		tree, slots := keeper.OwnersOf(trees), uint64(types.MaxOwners)
		if rapid.Bool().Draw(rt, "nodes") {
			tree, slots = keeper.NodesOf(trees, rapid.Uint64Range(0, 1<<20).Draw(rt, "owner")), types.MaxNodesPerOwner
		}
		now := map[uint64]proof.U128{}
		var asOf []map[uint64]proof.U128
		epochs := rapid.IntRange(1, 14).Draw(rt, "epochs")
		for epoch := range uint64(epochs) {
			asOf = append(asOf, maps.Clone(now))
			for range rapid.IntRange(0, 4).Draw(rt, "edits") {
				slot, weight := drawLeaf(rt, slots)
				now[slot] = weight
				total, err := f.keeper.SetSum(f.ctx, tree, slot, epoch, weight)
				require.NoError(rt, err)
				require.Equal(rt, sum(rt, now), total)
			}
			if epoch != uint64(epochs)-1 && rapid.IntRange(0, 3).Draw(rt, "look") > 0 {
				continue
			}
			for opening := range epoch + 1 {
				if opening+types.KeptOpenings > epoch {
					checkTree(rt, f, tree, opening, asOf[opening])
				}
			}
			checkTree(rt, f, tree, epoch+1, now)
		}
	})
}

func sum(t require.TestingT, leaves map[uint64]proof.U128) proof.U128 {
	var total proof.U128
	for _, w := range leaves {
		var err error
		total, err = total.Add(w)
		require.NoError(t, err)
	}
	return total
}

// checkTree holds every interval and both of its ends against the leaves as they were.
func checkTree(t *rapid.T, f *fixture, tree keeper.Tree, opening uint64, leaves map[uint64]proof.U128) {
	var left proof.U128
	for _, slot := range slices.Sorted(maps.Keys(leaves)) {
		want := keeper.Leaf{Slot: slot, Left: left, Weight: leaves[slot]}
		got, err := f.keeper.IntervalAsOf(f.ctx, tree, opening, slot)
		require.NoError(t, err)
		require.Equal(t, want, got, "interval of slot %d as of %d", slot, opening)
		if want.Weight.IsZero() {
			continue
		}
		right, err := left.Add(want.Weight)
		require.NoError(t, err)
		last, err := right.Sub(one)
		require.NoError(t, err)
		for _, point := range []proof.U128{left, last} {
			found, err := f.keeper.FindAsOf(f.ctx, tree, opening, point)
			require.NoError(t, err)
			require.Equal(t, want, found, "point %s as of %d", point, opening)
		}
		left = right
	}
	total, err := f.keeper.TotalAsOf(f.ctx, tree, opening)
	require.NoError(t, err)
	require.Equal(t, left, total)
	_, err = f.keeper.FindAsOf(f.ctx, tree, opening, left)
	require.ErrorIs(t, err, types.ErrOwnersExhausted)
}

// TestTreesDoNotMeet: the trees of networks, of owners and of nodes share a store and no record.
func TestTreesDoNotMeet(t *testing.T) {
	f := newFixture(t)
	trees := []keeper.Tree{
		keeper.OwnersOf(1), keeper.OwnersOf(2), keeper.OwnersOf(256), keeper.NodesOf(1, 0), keeper.NodesOf(1, 1),
		keeper.NodesOf(1, types.MaxOwners-1), keeper.NodesOf(2, 0), keeper.NodesOf(256, 0),
	}
	for i, tree := range trees {
		_, err := f.keeper.SetSum(f.ctx, tree, 0, 1, proof.U64(uint64(i)+1))
		require.NoError(t, err)
	}
	for i, tree := range trees {
		total, err := f.keeper.TotalAsOf(f.ctx, tree, 2)
		require.NoError(t, err)
		require.Equal(t, proof.U64(uint64(i)+1), total)
	}
}

// TestSumTreeRefusesToOverflow: a total beyond 128 bits is an error, not a small total.
func TestSumTreeRefusesToOverflow(t *testing.T) {
	f := newFixture(t)
	half := proof.U128{Hi: 1 << 63}
	for slot := range uint64(2) {
		_, err := f.keeper.SetSum(f.ctx, keeper.OwnersOf(1), slot<<20, 1, half)
		if slot == 0 {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, proof.ErrOverflow)
	}
}

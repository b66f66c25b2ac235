package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestJurorsFollowBonds draws nine seats among four of six owners 50,000 times: each seat is a bond share exactly, and the node that sits for an
// owner comes with its share of the owner's bonds. The bounds are the 99.9 % points of chi-square for 3 and 7 degrees of freedom (any table of the
// distribution).
func TestJurorsFollowBonds(t *testing.T) {
	const seats, juries = 9, 50_000
	seed := seeded.Seed(t)
	f := newNodeFixture(t, 1)
	n, set := f.nets[0], chiSet()
	active(t, f, n, set)
	f.open(t, n)
	actives := keeper.NewActiveSet(f.keeper)
	without := []uint64{4, 0, 4, 77}
	owners, err := actives.OwnersWithout(f.ctx, n.Seq, 1, without)
	require.NoError(t, err)
	require.Equal(t, uint64(4), owners)
	owner, node := map[uint64]int{}, map[uint64]int{} // where a node's owner and a node are counted
	var ownerShare, nodeShare []float64
	var left float64
	id := uint64(0)
	for i, nodes := range set {
		for _, w := range nodes {
			id++
			if i == 0 || i == 4 {
				continue
			}
			owner[id], node[id] = len(ownerShare), len(nodeShare)
			nodeShare = append(nodeShare, float64(w))
		}
		if i != 0 && i != 4 {
			ownerShare = append(ownerShare, float64(ownerWeight(nodes)))
			left += float64(ownerWeight(nodes))
		}
	}
	bySeat, byFirst := make([]int, len(ownerShare)), make([]int, len(nodeShare))
	for i := range uint64(juries) {
		d := types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(seed<<32 | i), Tag: "jury", Without: without}
		jury, err := actives.Jurors(f.ctx, d, seats)
		require.NoError(t, err)
		var sum uint32
		seen := map[int]bool{}
		for _, s := range jury {
			at, ok := owner[s.Node]
			require.True(t, ok, "node %d is of an owner who cannot sit", s.Node)
			require.False(t, seen[at], "an owner sits with one node")
			require.Zero(t, s.Worth)
			seen[at] = true
			sum += s.Seats
			bySeat[at] += int(s.Seats)
		}
		require.EqualValues(t, seats, sum)
		byFirst[node[jury[0].Node]]++
	}
	for i := range ownerShare {
		ownerShare[i] /= left
	}
	for i := range nodeShare {
		nodeShare[i] /= left
	}
	require.Len(t, ownerShare, 4)
	require.Len(t, nodeShare, 8)
	require.Less(t, chiSquare(t, bySeat, ownerShare), 16.266)
	require.Less(t, chiSquare(t, byFirst, nodeShare), 24.322)
}

// TestJurorsRunOut: where all owners are excluded nobody sits, and a set that is no longer known has no jury.
func TestJurorsRunOut(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, [][]int64{{100}, {200}})
	f.open(t, n)
	actives := keeper.NewActiveSet(f.keeper)
	d := types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(1), Tag: "jury", Without: []uint64{0, 1}}
	jury, err := actives.Jurors(f.ctx, d, 3)
	require.NoError(t, err)
	require.Empty(t, jury)
	d.Without = []uint64{0}
	jury, err = actives.Jurors(f.ctx, d, 3)
	require.NoError(t, err)
	require.Equal(t, []types.Seat{{Node: 2, Seats: 3}}, jury)
	_, err = actives.OwnersWithout(f.ctx, n.Seq, 9, nil)
	require.ErrorIs(t, err, types.ErrEpochNotFound)
	slot, ok, err := actives.OwnerSlot(f.ctx, n.Seq, []byte("nobody in this network"))
	require.NoError(t, err)
	require.Equal(t, []any{uint64(0), false}, []any{slot, ok})
	for range types.KeptOpenings {
		f.open(t, n)
	}
	_, err = actives.Jurors(f.ctx, d, 3)
	require.ErrorIs(t, err, types.ErrEpochNotFound)
}

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// drawMinBond is so small that draws often fall on the ends of intervals.
const drawMinBond = 2

// randomSet opens an epoch of a network with nodes of random bonds, by owner, some of them below the least that counts.
func randomSet(rt *rapid.T, f *nodeFixture, n types.Network) [][]int64 {
	g := f.export(rt)
	g.Networks[0].Params.Bond.MinBond = math.NewInt(drawMinBond)
	require.NoError(rt, f.keeper.InitGenesis(f.ctx, *g))
	bond := rapid.OneOf(rapid.Int64Range(1, 3), rapid.Int64Range(1, 1_000), rapid.Int64Range(1, 1<<40))
	bonds := rapid.SliceOfN(rapid.SliceOfN(bond, 1, 3), 1, 12).Draw(rt, "bonds")
	active(rt, f, n, bonds)
	require.NoError(rt, f.keeper.ChangeDuties(f.ctx, n.Seq, 1))
	f.open(rt, n)
	return bonds
}

// TestDraws holds draws of random sets to their rules: as many as wanted or as there are owners, no
// owner twice, none that was excluded, only nodes that count, and the same again for the same draw.
func TestDraws(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newNodeFixture(t, 1)
		n := f.nets[0]
		bonds := randomSet(rt, f, n)
		without := rapid.SliceOfN(rapid.Uint64Range(0, 14), 0, 16).Draw(rt, "without")
		excluded := map[uint64]bool{}
		for _, slot := range without {
			excluded[slot] = true
		}
		eligible := map[uint64]bool{}
		for i, nodes := range bonds {
			for _, b := range nodes {
				if b >= drawMinBond && !excluded[uint64(i)] {
					eligible[uint64(i)] = true
				}
			}
		}
		want := rapid.IntRange(0, len(bonds)+2).Draw(rt, "n")
		d := types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(rapid.Uint64().Draw(rt, "seed")), Tag: "x", Without: without}
		got := f.draw(rt, d, want)
		require.Len(rt, got, min(want, len(eligible)))
		for _, node := range got {
			require.True(rt, eligible[node.OwnerSlot], "owner %d", node.OwnerSlot)
			require.True(rt, node.Weight.IsPositive())
			delete(eligible, node.OwnerSlot)
		}
		require.Equal(rt, naiveDraw(bonds, d, want), numbers(got))
		require.Equal(rt, got, f.draw(rt, d, want))
	})
}

func numbers(nodes []types.Node) []uint64 {
	var list []uint64
	for _, n := range nodes {
		list = append(list, n.Id)
	}
	return list
}

// naiveDraw walks a list of the owners that are left in place of a tree.
func naiveDraw(bonds [][]int64, d types.Draw, n int) []uint64 {
	var drawn []uint64
	gone := map[int]bool{}
	for _, slot := range d.Without {
		gone[int(slot)] = true
	}
	for turn := uint64(0); len(drawn) < n; turn++ {
		var left int64
		for i, nodes := range bonds {
			if !gone[i] {
				left += counting(nodes)
			}
		}
		if left == 0 {
			break
		}
		point := int64(proof.Draw(d.Seed, "owner/"+d.Tag, turn, proof.U64(uint64(left))).Lo)
		id := uint64(0)
		for i, nodes := range bonds {
			if weight := counting(nodes); gone[i] || point < 0 || point >= weight {
				if !gone[i] {
					point -= weight
				}
				id += uint64(len(nodes))
				continue
			}
			point = -1
			gone[i] = true
			at := int64(proof.Draw(d.Seed, "node/"+d.Tag, turn, proof.U64(uint64(counting(nodes)))).Lo)
			for j, bond := range nodes {
				weight := counting([]int64{bond})
				if at >= 0 && at < weight {
					drawn = append(drawn, id+uint64(j)+1)
				}
				at -= weight
			}
			id += uint64(len(nodes))
		}
	}
	return drawn
}

// counting adds the bonds that are at least drawMinBond.
func counting(bonds []int64) int64 {
	var sum int64
	for _, b := range bonds {
		if b >= drawMinBond {
			sum += b
		}
	}
	return sum
}

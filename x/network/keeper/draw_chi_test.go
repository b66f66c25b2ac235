package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// chiDraws is the number of draws of a chi-square test.
const chiDraws = 100_000

// chiSet is what the tests draw from: six owners with up to three nodes, weights from 100 to 1,600.
func chiSet() [][]int64 {
	return [][]int64{{100, 300}, {200}, {150, 250, 100}, {1_000, 600}, {500}, {100, 900}}
}

func ownerWeight(nodes []int64) int64 {
	var sum int64
	for _, w := range nodes {
		sum += w
	}
	return sum
}

// chiSquare returns Σ (observed − expected)² / expected over cells whose expectation is given as a
// share of the whole.
func chiSquare(t *testing.T, observed []int, share []float64) float64 {
	t.Helper()
	total, all := 0, 0.0
	for i, o := range observed {
		total += o
		all += share[i]
	}
	require.InDelta(t, 1, all, 1e-9)
	chi := 0.0
	for i, o := range observed {
		expected := share[i] * float64(total)
		require.Greater(t, expected, 5.0)
		chi += (float64(o) - expected) * (float64(o) - expected) / expected
	}
	return chi
}

// TestDrawsFollowBonds draws two of six owners 100,000 times. Nodes drawn first come with their share
// of all bonds, and pairs of owners with w1/W · w2/(W−w1), which is what drawing without
// replacement means. The bounds are the 99.9 % points of chi-square for 10 and 29 degrees of
// freedom (any table of the distribution).
func TestDrawsFollowBonds(t *testing.T) {
	seed := seeded.Seed(t)
	f := newNodeFixture(t, 1)
	n, set := f.nets[0], chiSet()
	active(t, f, n, set)
	f.open(t, n)

	var nodeShare, pairShare []float64
	var total int64
	for _, nodes := range set {
		total += ownerWeight(nodes)
	}
	for i, nodes := range set {
		for _, w := range nodes {
			nodeShare = append(nodeShare, float64(w)/float64(total))
		}
		for j, others := range set {
			if i != j {
				wi, wj := float64(ownerWeight(nodes)), float64(ownerWeight(others))
				pairShare = append(pairShare, wi/float64(total)*wj/(float64(total)-wi))
			}
		}
	}
	firstNode, pairs := make([]int, len(nodeShare)), make([]int, len(pairShare))
	for i := range uint64(chiDraws) {
		got := f.draw(t, types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(seed<<32 | i), Tag: "chi"}, 2)
		require.Len(t, got, 2)
		firstNode[got[0].Id-1]++
		i, j := got[0].OwnerSlot, got[1].OwnerSlot
		if j > i {
			j--
		}
		pairs[i*uint64(len(set)-1)+j]++
	}
	require.Len(t, nodeShare, 11)
	require.Len(t, pairShare, 30)
	require.Less(t, chiSquare(t, firstNode, nodeShare), 29.588)
	require.Less(t, chiSquare(t, pairs, pairShare), 58.301)
}

// TestDrawsWithoutOwnersFollowBonds: with two owners excluded, the nodes of the others come with
// their share of what is left. 99.9 % point for 7 degrees of freedom.
func TestDrawsWithoutOwnersFollowBonds(t *testing.T) {
	seed := seeded.Seed(t)
	f := newNodeFixture(t, 1)
	n, set := f.nets[0], chiSet()
	active(t, f, n, set)
	f.open(t, n)
	var share []float64
	var left int64
	index := map[uint64]int{}
	id := uint64(0)
	for i, nodes := range set {
		for _, w := range nodes {
			id++
			if i == 0 || i == 4 {
				continue
			}
			index[id] = len(share)
			share = append(share, float64(w))
			left += w
		}
	}
	for i := range share {
		share[i] /= float64(left)
	}
	require.Len(t, share, 8)
	observed := make([]int, len(share))
	for i := range uint64(chiDraws) {
		got := f.draw(t, types.Draw{Network: n.Seq, Opening: 1, Seed: seedOf(seed<<32 | i), Tag: "rest", Without: []uint64{4, 0}}, 1)
		at, ok := index[got[0].Id]
		require.True(t, ok, "an excluded owner was drawn")
		observed[at]++
	}
	require.Less(t, chiSquare(t, observed, share), 24.322)
}

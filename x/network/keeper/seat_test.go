package keeper_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/keeper"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// seating returns a seating of the open epoch of a network, in which a node with a bond of 100 is watched.
func (f *nodeFixture) seating(t require.TestingT, n types.Network, seed [32]byte, seats uint32, without uint64) types.Seating {
	cal := f.calendar(t, n)
	e, err := f.keeper.Epoch(f.ctx, n.Seq, cal.Epoch)
	require.NoError(t, err)
	return types.Seating{Network: n.Seq, Opening: e.Number, Owners: e.Owners, Seed: seed, Seats: seats, Without: without, Watched: proof.U64(100)}
}

// sit returns who sits.
func (f *nodeFixture) sit(t require.TestingT, s types.Seating) []types.Seat {
	seats, err := keeper.NewActiveSet(f.keeper).Seats(f.ctx, s)
	require.NoError(t, err)
	return seats
}

// all returns the nodes of a network.
func (f *nodeFixture) all(t require.TestingT, n types.Network) []types.Node {
	var list []types.Node
	for _, node := range f.export(t).Nodes {
		if node.Network == n.Seq {
			list = append(list, node.Node)
		}
	}
	return list
}

// TestSeatsGolden: these are the seats of this seed for good. A change of one of them is a change of consensus.
func TestSeatsGolden(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, [][]int64{{100, 300}, {200}, {100, 100, 100}, {1_000}, {500}})
	f.open(t, n)
	for _, c := range []struct {
		name    string
		seats   uint32
		without uint64
		want    []types.Seat
	}{
		{"drawn", 3, 1, []types.Seat{{Node: 7, Seats: 2, Worth: 25_462_962_962}, {Node: 8, Seats: 1, Worth: 12_731_481_481}}},
		{"as many as there are others", 4, 0, []types.Seat{{Node: 7, Seats: 3, Worth: 26_041_666_666}, {Node: 8, Seats: 1, Worth: 8_680_555_555}}},
		{"all but one sit, by bond", 15, 3, []types.Seat{{Node: 2, Seats: 1, Worth: 6_944_444_444}, {Node: 3, Seats: 1, Worth: 3_472_222_222},
			{Node: 5, Seats: 1, Worth: 5_208_333_333}, {Node: 8, Seats: 1, Worth: 8_680_555_555}}},
		{"all sit beside an owner who does not count", 15, 9, []types.Seat{{Node: 2, Seats: 1, Worth: 6_944_444_444}, {Node: 3, Seats: 1, Worth: 3_472_222_222},
			{Node: 5, Seats: 1, Worth: 5_208_333_333}, {Node: 7, Seats: 1, Worth: 17_361_111_111}, {Node: 8, Seats: 1, Worth: 8_680_555_555}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, f.sit(t, f.seating(t, n, seedOf(1), c.seats, c.without)))
		})
	}
}

// TestSeats holds random seatings to a list in place of the trees: the same nodes have the same seats, whether all are asked for or
// each node by itself, and the owner that is left out has none.
func TestSeats(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newNodeFixture(t, 1)
		n := f.nets[0]
		bonds := randomSet(rt, f, n)
		s := f.seating(rt, n, seedOf(rapid.Uint64().Draw(rt, "seed")), rapid.Uint32Range(1, 20).Draw(rt, "seats"),
			rapid.Uint64Range(0, 13).Draw(rt, "without"))
		s.Watched = proof.U64(1)
		want := naiveSeats(bonds, s)
		require.Equal(rt, want, f.sit(rt, s))

		nodes := f.all(rt, n)
		each, err := keeper.NewActiveSet(f.keeper).SeatsOf(f.ctx, s, nodes)
		require.NoError(rt, err)
		var sitting []types.Seat
		seats, worth := uint32(0), uint64(0)
		for i, seat := range each {
			if seat.Seats == 0 {
				require.Zero(rt, seat)
				continue
			}
			require.Equal(rt, nodes[i].Id, seat.Node)
			require.NotEqual(rt, s.Without, nodes[i].OwnerSlot)
			sitting, seats, worth = append(sitting, seat), seats+seat.Seats, worth+seat.Worth
		}
		require.Equal(rt, want, sitting)
		require.LessOrEqual(rt, worth, uint64(types.Whole))
		if len(want) > 0 {
			others := uint32(0)
			for i, list := range bonds {
				if counting(list) > 0 && uint64(i) != s.Without {
					others++
				}
			}
			require.Equal(rt, min(others, s.Seats), seats)
		}
	})
}

// naiveSeats walks lists in place of trees.
func naiveSeats(bonds [][]int64, s types.Seating) []types.Seat {
	var left, total int64
	others := 0
	for i, nodes := range bonds {
		w := counting(nodes)
		if total += w; w > 0 && uint64(i) != s.Without {
			left, others = left+w, others+1
		}
	}
	worth := func(part, of int64) uint64 {
		sum := sdkmath.NewInt(part).MulRaw(types.Whole).MulRaw(int64(s.Watched.Lo)).MulRaw(left)
		return sum.QuoRaw(of).QuoRaw(total).QuoRaw(total).Uint64()
	}
	all := others < int(s.Seats)
	var seats []types.Seat
	start, id := int64(0), uint64(0)
	for i, nodes := range bonds {
		w := counting(nodes)
		if w == 0 || uint64(i) == s.Without {
			id += uint64(len(nodes))
			continue
		}
		seat := types.Seat{}
		for j := range s.Seats {
			if p := int64(proof.Draw(s.Seed, "seat", uint64(j), proof.U64(uint64(left))).Lo); !all && p >= start && p < start+w {
				seat.Seats++
			}
		}
		seat.Worth = worth(int64(seat.Seats), int64(s.Seats))
		if all {
			seat.Seats, seat.Worth = 1, worth(w, left)
		}
		start += w
		at := int64(proof.Draw(s.Seed, "sits", uint64(i), proof.U64(uint64(w))).Lo)
		for j, b := range nodes {
			weight := counting([]int64{b})
			if at >= 0 && at < weight {
				seat.Node = id + uint64(j) + 1
			}
			at -= weight
		}
		id += uint64(len(nodes))
		if seat.Seats > 0 {
			seats = append(seats, seat)
		}
	}
	return seats
}

// TestSeatsFollowBonds draws a million seats. Nodes have them by their bonds among those of the owners that can sit: the 99.9 % point
// of chi-square for 8 degrees of freedom. With replacement, both seats of a pair fall on one owner with the sum of the squares of
// the shares: 99.9 % of the standard normal distribution.
func TestSeatsFollowBonds(t *testing.T) {
	seed := seeded.Seed(t)
	f := newNodeFixture(t, 1)
	n, set := f.nets[0], chiSet()
	active(t, f, n, set)
	f.open(t, n)
	const without, seatings, each = 1, 250_000, 4
	var share []float64
	var left, squares float64
	index := map[uint64]int{}
	id := uint64(0)
	for i, nodes := range set {
		for _, w := range nodes {
			if id++; i != without {
				index[id] = len(share)
				share, left = append(share, float64(w)), left+float64(w)
			}
		}
	}
	for i, nodes := range set {
		if w := float64(ownerWeight(nodes)); i != without {
			squares += w / left * w / left
		}
	}
	for i := range share {
		share[i] /= left
	}
	observed := make([]int, len(share))
	equal := 0
	for i := range uint64(seatings) {
		for _, s := range f.sit(t, f.seating(t, n, seedOf(seed<<32|i), each, without)) {
			at, ok := index[s.Node]
			require.True(t, ok, "a node of the owner that is left out sits")
			observed[at] += int(s.Seats)
			equal += int(s.Seats * (s.Seats - 1) / 2)
		}
	}
	// Seats of one seating that fall on one owner are one node's: their number spreads wider than that of single draws.
	nodeSpread := 0.0
	for i, nodes := range set {
		if i == without {
			continue
		}
		for range nodes {
			nodeSpread = max(nodeSpread, 1+(each-1)*float64(ownerWeight(nodes))/left)
		}
	}
	require.Len(t, share, 10)
	require.Less(t, chiSquare(t, observed, share)/nodeSpread, 27.877)
	pairs := float64(seatings * each * (each - 1) / 2)
	require.InDelta(t, squares, float64(equal)/pairs, 3.291*math.Sqrt(squares*(1-squares)/float64(seatings)))
}

// TestOwnersAreCounted: owners come with their first node that counts and go with the last.
func TestOwnersAreCounted(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newNodeFixture(t, 1)
		n := f.nets[0]
		bonds := rapid.SliceOfN(rapid.SliceOfN(rapid.Int64Range(minBond-1, minBond+1), 1, 3), 1, 4).Draw(rt, "bonds")
		active(rt, f, n, bonds)
		for range rapid.IntRange(0, 6).Draw(rt, "changes") {
			f.changeAny(rt, n)
		}
		owners := map[uint64]bool{}
		for _, node := range f.all(rt, n) {
			if node.Weight.IsPositive() {
				owners[node.OwnerSlot] = true
			}
		}
		require.Equal(rt, uint64(len(owners)), f.calendar(rt, n).Owners)
		require.NoError(rt, f.export(rt).Validate())
	})
}

func TestQuorum(t *testing.T) {
	for _, c := range []struct {
		others uint64
		want   uint32
	}{{0, 0}, {1, 1}, {2, 2}, {3, 2}, {4, 3}, {14, 8}, {15, 8}, {1_000, 8}} {
		require.Equal(t, c.want, types.Quorum(c.others, 15, 8), "%d others", c.others)
	}
}

// TestSeatsOfNothing: without a seat there is nothing to draw, and where the record of an epoch counts no owners nobody sits who
// could not be drawn.
func TestSeatsOfNothing(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, [][]int64{{100}, {200}})
	f.open(t, n)
	s := f.seating(t, n, seedOf(1), 0, 0)
	_, err := keeper.NewActiveSet(f.keeper).SeatsOf(f.ctx, s, f.all(t, n))
	require.ErrorIs(t, err, types.ErrInvalidRequest)
	s.Seats, s.Owners = 3, 0
	require.Equal(t, []types.Seat{{Node: 2, Seats: 1, Worth: types.Whole * 100 * 200 / 300 / 300}}, f.sit(t, s))
}

// TestWorthFollowsBonds: what all duties of a slot are worth is Whole · the bonds that can watch each node, weighed by its own, over the
// square of all; and where all sit each owner has its part of that by bond, however its bond is split over nodes: what its pay is
// measured by. So nobody is worth more by being two owners, and nodes that watch nobody but each other make nobody else's duties worth
// less.
func TestWorthFollowsBonds(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newNodeFixture(t, 1)
		n := f.nets[0]
		bonds := randomSet(rt, f, n)
		seats := rapid.Uint32Range(1, 20).Draw(rt, "seats")
		var total, owners, nodes int64
		for _, list := range bonds {
			if w := counting(list); w > 0 {
				total, owners = total+w, owners+1
			}
		}
		byOwner := map[uint64]uint64{}
		want, got := sdkmath.ZeroInt(), uint64(0)
		ownerOf := map[uint64]uint64{}
		all := f.all(rt, n)
		for _, node := range all {
			ownerOf[node.Id] = node.OwnerSlot
		}
		for _, node := range all {
			if !node.Weight.IsPositive() {
				continue
			}
			nodes++
			s := f.seating(rt, n, seedOf(rapid.Uint64().Draw(rt, "seed")), seats, node.OwnerSlot)
			s.Watched = proof.U64(node.Weight.Uint64())
			for _, seat := range f.sit(rt, s) {
				byOwner[ownerOf[seat.Node]] += seat.Worth
				got += seat.Worth
			}
			want = want.Add(node.Weight.MulRaw(total - counting(bonds[node.OwnerSlot])))
		}
		if owners < 2 {
			require.Zero(rt, got)
			return
		}
		most := want.MulRaw(types.Whole).QuoRaw(total).QuoRaw(total).Uint64()
		require.LessOrEqual(rt, got, most)
		require.Less(rt, most-got, uint64(nodes*20+1), "what rounding takes")
		if owners-1 >= int64(seats) {
			return
		}
		for i, list := range bonds {
			own := counting(list)
			expected := sdkmath.NewInt(types.Whole).MulRaw(own).MulRaw(total - own).QuoRaw(total).QuoRaw(total).Uint64()
			require.LessOrEqual(rt, byOwner[uint64(i)], expected)
			require.LessOrEqual(rt, expected-byOwner[uint64(i)], uint64(nodes))
		}
	})
}

// TestSeatsOfLongAgo: the set as of the last 16 openings is known, and that of an earlier one is refused.
func TestSeatsOfLongAgo(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	active(t, f, n, [][]int64{{100}, {200}, {300}})
	f.open(t, n)
	s := f.seating(t, n, seedOf(3), 2, 0)
	want := f.sit(t, s)
	weight, err := keeper.NewActiveSet(f.keeper).WeightAsOf(f.ctx, n.Seq, 1, f.node(t, n, 2))
	require.NoError(t, err)
	require.Equal(t, "200", weight.String())
	others, err := keeper.NewActiveSet(f.keeper).OthersAsOf(f.ctx, n.Seq, 1, f.node(t, n, 2))
	require.NoError(t, err)
	require.Equal(t, "400", others.String())
	f.fund(t, n, account("owner 1"), 1_000)
	require.NoError(t, f.give(t, n, 2, account("owner 1"), 1_000))
	f.fund(t, n, account("owner 0"), 50)
	require.NoError(t, f.give(t, n, 1, account("owner 0"), 50))
	for range types.KeptOpenings - 1 {
		f.open(t, n)
		require.Equal(t, want, f.sit(t, s))
	}
	others, err = keeper.NewActiveSet(f.keeper).OthersAsOf(f.ctx, n.Seq, 1, f.node(t, n, 2))
	require.NoError(t, err)
	require.Equal(t, "400", others.String())
	others, err = keeper.NewActiveSet(f.keeper).OthersAsOf(f.ctx, n.Seq, types.KeptOpenings, f.node(t, n, 2))
	require.NoError(t, err)
	require.Equal(t, "450", others.String())
	weight, err = keeper.NewActiveSet(f.keeper).WeightAsOf(f.ctx, n.Seq, 1, f.node(t, n, 2))
	require.NoError(t, err)
	require.Equal(t, "200", weight.String())
	f.open(t, n)
	_, err = keeper.NewActiveSet(f.keeper).Seats(f.ctx, s)
	require.ErrorIs(t, err, types.ErrEpochNotFound)
	_, err = keeper.NewActiveSet(f.keeper).SeatsOf(f.ctx, s, nil)
	require.ErrorIs(t, err, types.ErrEpochNotFound)
	_, err = keeper.NewActiveSet(f.keeper).WeightAsOf(f.ctx, n.Seq, 1, f.node(t, n, 2))
	require.ErrorIs(t, err, types.ErrEpochNotFound)
	_, err = keeper.NewActiveSet(f.keeper).OthersAsOf(f.ctx, n.Seq, 1, f.node(t, n, 2))
	require.ErrorIs(t, err, types.ErrEpochNotFound)
}

package keeper

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// table is a seating whose points are drawn.
type table struct {
	types.Seating
	// bonds are seen from the owner who has no seat.
	bonds
	// others is the number of owners that can sit.
	others uint64
	// points of the total, one a seat; none where all sit.
	points []proof.U128
}

// lay draws the points of a seating.
func (k *Keeper) lay(ctx context.Context, s types.Seating) (table, error) {
	t := table{Seating: s, others: s.Owners}
	var err error
	if t.bonds, err = k.bondsAsOf(ctx, s.Network, s.Opening, s.Without); err != nil {
		return t, err
	}
	if s.Seats == 0 {
		return t, types.ErrInvalidRequest.Wrap("a seating has at least one seat")
	}
	if !t.without.weight.IsZero() && t.others > 0 {
		t.others--
	}
	if t.allSit() {
		return t, nil
	}
	t.points = make([]proof.U128, s.Seats)
	for i := range t.points {
		point := proof.Draw(s.Seed, "seat", uint64(i), t.left)
		if point.Cmp(t.without.left) >= 0 {
			if point, err = point.Add(t.without.weight); err != nil {
				return t, err
			}
		}
		t.points[i] = point
	}
	return t, nil
}

// allSit tells whether there are too few owners to draw among.
func (t table) allSit() bool { return t.others < uint64(t.Seats) }

// seat returns what the owner of an interval has of a seating; its node is not known yet.
func (t table) seat(at interval) (types.Seat, error) {
	right, err := at.left.Add(at.weight)
	if err != nil || at.weight.IsZero() || at == t.without {
		return types.Seat{}, err
	}
	if t.allSit() {
		return types.Seat{Seats: 1, Worth: t.worth(at.weight.Big(), t.left.Big())}, nil
	}
	var s types.Seat
	for _, p := range t.points {
		if p.Cmp(at.left) >= 0 && p.Cmp(right) < 0 {
			s.Seats++
		}
	}
	s.Worth = t.worth(big.NewInt(int64(s.Seats)), big.NewInt(int64(t.Seats)))
	return s, nil
}

// worth returns ⌊Whole · part / of · watched · left / total²⌋.
func (t table) worth(part, of *big.Int) uint64 {
	sum := new(big.Int).Mul(big.NewInt(types.Whole), part)
	sum.Mul(sum, t.Watched.Big()).Mul(sum, t.left.Big())
	all := new(big.Int).Mul(t.total.Big(), t.total.Big())
	return sum.Quo(sum, all.Mul(all, of)).Uint64()
}

// nodePoint returns the point of an owner's bonds that the node lies at which sits for it.
func (t table) nodePoint(owner uint64, weight proof.U128) proof.U128 {
	return proof.Draw(t.Seed, "sits", owner, weight)
}

// SeatsOf returns what nodes have of a seating, in their order; a node that does not sit has no seats.
// ErrEpochNotFound is an opening whose set is no longer known.
func (a ActiveSet) SeatsOf(ctx context.Context, s types.Seating, nodes []types.Node) ([]types.Seat, error) {
	k := a.k
	t, err := k.lay(ctx, s)
	if err != nil {
		return nil, err
	}
	seats := make([]types.Seat, len(nodes))
	for i, n := range nodes {
		at, err := k.intervalAsOf(ctx, ownersOf(s.Network), s.Opening, n.OwnerSlot)
		if err != nil {
			return nil, err
		}
		seat, err := t.seat(at)
		if err != nil {
			return nil, err
		}
		if seat.Seats == 0 {
			continue
		}
		mine, err := k.intervalAsOf(ctx, nodesOf(s.Network, n.OwnerSlot), s.Opening, n.Slot)
		if err != nil {
			return nil, err
		}
		past, err := t.nodePoint(n.OwnerSlot, at.weight).Sub(mine.left)
		if err == nil && past.Cmp(mine.weight) < 0 {
			seat.Node = n.Id
			seats[i] = seat
		}
	}
	return seats, nil
}

// Seats returns all who sit, by number of node. It reads as much as Seats of them do, so it is for
// queries; transactions name those they show to SeatsOf.
func (a ActiveSet) Seats(ctx context.Context, s types.Seating) ([]types.Seat, error) {
	k := a.k
	t, err := k.lay(ctx, s)
	if err != nil {
		return nil, err
	}
	points := t.points
	if t.allSit() {
		if points, err = k.edges(ctx, t); err != nil {
			return nil, err
		}
	}
	var seats []types.Seat
	seen := make(map[uint64]bool, len(points))
	for _, p := range points {
		f, err := k.findAsOf(ctx, ownersOf(s.Network), s.Opening, p)
		if err != nil {
			return nil, err
		}
		if seen[f.slot] {
			continue
		}
		seen[f.slot] = true
		seat, err := t.seat(interval{left: f.left, weight: f.weight})
		if err != nil {
			return nil, err
		}
		leaf, err := k.findAsOf(ctx, nodesOf(s.Network, f.slot), s.Opening, t.nodePoint(f.slot, f.weight))
		if err != nil {
			return nil, err
		}
		if seat.Node, err = k.ownerNodes.Get(ctx, collections.Join3(s.Network, f.slot, leaf.slot)); err != nil {
			return nil, err
		}
		seats = append(seats, seat)
	}
	slices.SortFunc(seats, func(a, b types.Seat) int { return cmp.Compare(a.Node, b.Node) })
	return seats, nil
}

// edges returns where the intervals of all owners who sit begin. It is called where these are fewer
// than the seats.
func (k *Keeper) edges(ctx context.Context, t table) ([]proof.U128, error) {
	total, err := k.totalAsOf(ctx, ownersOf(t.Network), t.Opening)
	if err != nil {
		return nil, err
	}
	var points []proof.U128
	for at := (proof.U128{}); at.Cmp(total) < 0; {
		f, err := k.findAsOf(ctx, ownersOf(t.Network), t.Opening, at)
		if err != nil {
			return nil, err
		}
		if f.slot != t.Without || t.without.weight.IsZero() {
			points = append(points, f.left)
		}
		if at, err = f.left.Add(f.weight); err != nil {
			return nil, err
		}
	}
	return points, nil
}

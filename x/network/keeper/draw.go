package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// maxTurnsPerSeat bounds the owners a draw looks at for each seat.
const maxTurnsPerSeat = 8

// interval is what an owner takes of the total.
type interval struct{ left, weight proof.U128 }

// Owners draws up to n nodes of distinct owners, in the order drawn. It returns fewer than n where
// owners run out or too many will not do; that is no error. ErrEpochNotFound is an opening whose
// set is no longer known.
func (a ActiveSet) Owners(ctx context.Context, d types.Draw, n int) ([]types.Node, error) {
	k := a.k
	if err := k.checkOpening(ctx, d.Network, d.Opening); err != nil {
		return nil, err
	}
	left, taken, err := k.withoutOwners(ctx, d)
	if err != nil {
		return nil, err
	}
	var drawn []types.Node
	for turn := uint64(0); len(drawn) < n && turn < uint64(n)*maxTurnsPerSeat && !left.IsZero(); turn++ {
		f, err := k.drawOwner(ctx, d, turn, left, taken)
		if err != nil {
			return nil, err
		}
		if left, err = left.Sub(f.weight); err != nil {
			return nil, err
		}
		taken = insert(taken, interval{left: f.left, weight: f.weight})
		node, ok, err := k.drawNode(ctx, d, turn, f)
		if err != nil {
			return nil, err
		}
		if ok {
			drawn = append(drawn, node)
		}
	}
	return drawn, nil
}

// drawOwner draws an owner among what is left without the intervals that are taken.
func (k *Keeper) drawOwner(ctx context.Context, d types.Draw, turn uint64, left proof.U128, taken []interval) (found, error) {
	point := proof.Draw(d.Seed, "owner/"+d.Tag, turn, left)
	for _, t := range taken {
		if point.Cmp(t.left) < 0 {
			break
		}
		var err error
		if point, err = point.Add(t.weight); err != nil {
			return found{}, err
		}
	}
	return k.findAsOf(ctx, ownersOf(d.Network), d.Opening, point)
}

// checkOpening returns ErrEpochNotFound unless the active set is known as of the opening: earlier
// sums are forgotten one by one, and what is left of them is no set that ever was.
func (k *Keeper) checkOpening(ctx context.Context, seq, opening uint64) error {
	cal, err := k.calendars.Get(ctx, seq)
	if err != nil {
		return err
	}
	if opening+types.KeptOpenings <= cal.Epoch {
		return types.ErrEpochNotFound.Wrapf("network %d knows its active set as of its last %d openings, and %d is earlier", seq, types.KeptOpenings, opening)
	}
	return nil
}

// withoutOwners returns what is left of the total without the excluded owners, and their intervals.
func (k *Keeper) withoutOwners(ctx context.Context, d types.Draw) (proof.U128, []interval, error) {
	left, err := k.totalAsOf(ctx, ownersOf(d.Network), d.Opening)
	if err != nil {
		return proof.U128{}, nil, err
	}
	var taken []interval
	for _, slot := range d.Without {
		at, err := k.intervalAsOf(ctx, ownersOf(d.Network), d.Opening, slot)
		if err != nil {
			return proof.U128{}, nil, err
		}
		if at.weight.IsZero() || slices.Contains(taken, at) {
			continue
		}
		if left, err = left.Sub(at.weight); err != nil {
			return proof.U128{}, nil, err
		}
		taken = insert(taken, at)
	}
	return left, taken, nil
}

// drawNode draws one node of the owner that was found, by bond, and asks whether it will do.
func (k *Keeper) drawNode(ctx context.Context, d types.Draw, turn uint64, f found) (types.Node, bool, error) {
	tree := nodesOf(d.Network, f.slot)
	point := proof.Draw(d.Seed, "node/"+d.Tag, turn, f.weight)
	leaf, err := k.findAsOf(ctx, tree, d.Opening, point)
	if err != nil {
		return types.Node{}, false, err
	}
	id, err := k.ownerNodes.Get(ctx, collections.Join3(d.Network, f.slot, leaf.slot))
	if err != nil {
		return types.Node{}, false, err
	}
	n, err := k.nodes.Get(ctx, collections.Join(d.Network, id))
	if err != nil || d.Accept == nil {
		return n, true, err
	}
	ok, err := d.Accept(ctx, n)
	return n, ok, err
}

// intervalAsOf returns where the interval of a slot begins as of an opening, and how long it is.
func (k *Keeper) intervalAsOf(ctx context.Context, t sumTree, opening, slot uint64) (interval, error) {
	var at interval
	for level := t.depth - 1; level >= 0; level-- {
		n, err := k.sumNode(ctx, t.key(level, slot))
		if err != nil {
			return interval{}, err
		}
		child := t.child(level, slot)
		for _, s := range n.Sums {
			if s.Child >= child {
				break
			}
			if at.left, err = at.left.Add(s.AsOf(opening)); err != nil {
				return interval{}, err
			}
		}
		at.weight = n.Child(child).AsOf(opening)
	}
	return at, nil
}

// insert keeps intervals in ascending order of where they begin.
func insert(list []interval, at interval) []interval {
	i, _ := slices.BinarySearchFunc(list, at, func(a, b interval) int { return a.left.Cmp(b.left) })
	return slices.Insert(list, i, at)
}

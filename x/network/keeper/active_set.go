package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// ActiveSet answers what an active set was as of one of the last openings, and draws from it. It
// changes nothing.
type ActiveSet struct{ k *Keeper }

// NewActiveSet returns the active sets of all networks of a keeper.
func NewActiveSet(k *Keeper) ActiveSet { return ActiveSet{k} }

// WeightAsOf returns what a node weighs in the active set as of an opening, in base units; 0 if it
// did not count. ErrEpochNotFound is an opening whose set is no longer known.
func (a ActiveSet) WeightAsOf(ctx context.Context, seq, opening uint64, n types.Node) (math.Int, error) {
	k := a.k
	if err := k.checkOpening(ctx, seq, opening); err != nil {
		return math.Int{}, err
	}
	at, err := k.intervalAsOf(ctx, nodesOf(seq, n.OwnerSlot), opening, n.Slot)
	if err != nil {
		return math.Int{}, err
	}
	return math.NewIntFromBigInt(at.weight.Big()), nil
}

// OthersAsOf returns the bonds of all owners but that of a node together as of an opening, in base units. Errors as of WeightAsOf.
func (a ActiveSet) OthersAsOf(ctx context.Context, seq, opening uint64, n types.Node) (math.Int, error) {
	b, err := a.k.bondsAsOf(ctx, seq, opening, n.OwnerSlot)
	return math.NewIntFromBigInt(b.left.Big()), err
}

// bonds are those of all owners of a network, seen from one of them.
type bonds struct {
	without     interval   // the one's
	left, total proof.U128 // those of the others together, and of all
}

// bondsAsOf returns the bonds as of an opening, seen from the owner at a slot. Errors as of WeightAsOf.
func (k *Keeper) bondsAsOf(ctx context.Context, seq, opening, owner uint64) (b bonds, err error) {
	if err = k.checkOpening(ctx, seq, opening); err != nil {
		return b, err
	}
	if b.without, err = k.intervalAsOf(ctx, ownersOf(seq), opening, owner); err != nil {
		return b, err
	}
	if b.total, err = k.totalAsOf(ctx, ownersOf(seq), opening); err != nil {
		return b, err
	}
	b.left, err = b.total.Sub(b.without.weight)
	return b, err
}

// reweigh gives a node the weight its status and bonds call for, from the next opening on, and
// stores it. Every change of either goes through here; a change of the terms alone moves no weight.
func (k *Keeper) reweigh(ctx context.Context, seq uint64, n types.Node) error {
	network, err := k.networks.Get(ctx, seq)
	if err != nil {
		return err
	}
	cal, err := k.calendars.Get(ctx, seq)
	if err != nil {
		return err
	}
	if cal.RollsAt == 0 {
		if network, err = k.applyTerms(ctx, network, cal); err != nil {
			return err
		}
	}
	was := n.Weight
	n.Weight = n.Due(network.Params.Bond.MinBond)
	if err := k.nodes.Set(ctx, collections.Join(seq, n.Id), n); err != nil {
		return err
	}
	if n.Weight.Equal(was) {
		return nil
	}
	owners, err := k.setWeight(ctx, seq, cal.Epoch, n)
	if err != nil {
		return err
	}
	switch {
	case was.IsZero():
		cal.Nodes++
		// The owner had nothing but this node's weight: it is new.
		if owners.Equal(n.Weight) {
			cal.Owners++
		}
	case n.Weight.IsZero():
		cal.Nodes--
		if owners.IsZero() {
			cal.Owners--
		}
	}
	return k.keepTime(ctx, network, cal)
}

// setWeight writes a node's weight into its owner's tree and the owner's sum, which it returns, into
// the network's.
func (k *Keeper) setWeight(ctx context.Context, seq, epoch uint64, n types.Node) (math.Int, error) {
	weight, err := proof.FromBig(n.Weight.BigInt())
	if err != nil {
		return math.Int{}, err
	}
	sum, err := k.setSum(ctx, nodesOf(seq, n.OwnerSlot), n.Slot, epoch, weight)
	if err != nil {
		return math.Int{}, err
	}
	_, err = k.setSum(ctx, ownersOf(seq), n.OwnerSlot, epoch, sum)
	return math.NewIntFromBigInt(sum.Big()), err
}

// weightAsOf returns the sum of all bonds in the active set as of an opening.
func (k *Keeper) weightAsOf(ctx context.Context, seq, opening uint64) (math.Int, error) {
	sum, err := k.totalAsOf(ctx, ownersOf(seq), opening)
	if err != nil {
		return math.Int{}, err
	}
	return math.NewIntFromBigInt(sum.Big()), nil
}

// placeOwner returns the slot of an owner, giving it one the first time.
func (k *Keeper) placeOwner(ctx context.Context, cal *types.Calendar, owner []byte, text string) (types.OwnerSlot, error) {
	slot, err := k.owners.Get(ctx, collections.Join(cal.Network, owner))
	if err == nil {
		return k.ownerSlots.Get(ctx, collections.Join(cal.Network, slot))
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return types.OwnerSlot{}, err
	}
	if cal.NextOwnerSlot >= types.MaxOwners {
		return types.OwnerSlot{}, types.ErrLimit.Wrapf("a network has at most %d owners", types.MaxOwners)
	}
	place := types.OwnerSlot{Network: cal.Network, Slot: cal.NextOwnerSlot, Owner: text}
	cal.NextOwnerSlot++
	return place, k.owners.Set(ctx, collections.Join(cal.Network, owner), place.Slot)
}

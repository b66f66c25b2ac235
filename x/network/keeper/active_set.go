package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

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
	if err := k.setWeight(ctx, seq, cal.Epoch, n); err != nil {
		return err
	}
	switch {
	case was.IsZero():
		cal.Nodes++
	case n.Weight.IsZero():
		cal.Nodes--
	}
	return k.keepTime(ctx, network, cal)
}

// setWeight writes a node's weight into its owner's tree and the owner's sum into the network's.
func (k *Keeper) setWeight(ctx context.Context, seq, epoch uint64, n types.Node) error {
	weight, err := proof.FromBig(n.Weight.BigInt())
	if err != nil {
		return err
	}
	sum, err := k.setSum(ctx, nodesOf(seq, n.OwnerSlot), n.Slot, epoch, weight)
	if err != nil {
		return err
	}
	_, err = k.setSum(ctx, ownersOf(seq), n.OwnerSlot, epoch, sum)
	return err
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

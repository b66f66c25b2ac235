package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// Jurors draws seats among owners, weighted by bond and with replacement, so that seats are bond shares exactly: an owner who is drawn
// s times has s seats, for which one of its nodes sits, drawn by bond. Nobody is asked whether it will do. They come in the order in
// which they were drawn first; their worth is 0. Where no owner is left there are none. ErrEpochNotFound is an opening whose set is no
// longer known.
func (a ActiveSet) Jurors(ctx context.Context, d types.Draw, seats uint32) ([]types.Seat, error) {
	k := a.k
	if err := k.checkOpening(ctx, d.Network, d.Opening); err != nil {
		return nil, err
	}
	left, taken, err := k.withoutOwners(ctx, d)
	if err != nil || left.IsZero() {
		return nil, err
	}
	d.Accept = nil
	var owners []uint64
	var jury []types.Seat
	for turn := range uint64(seats) {
		f, err := k.drawOwner(ctx, d, turn, left, taken)
		if err != nil {
			return nil, err
		}
		if i := slices.Index(owners, f.slot); i >= 0 {
			jury[i].Seats++
			continue
		}
		n, _, err := k.drawNode(ctx, d, turn, f)
		if err != nil {
			return nil, err
		}
		owners = append(owners, f.slot)
		jury = append(jury, types.Seat{Node: n.Id, Seats: 1})
	}
	return jury, nil
}

// OwnersWithout returns how many owners of the set as of an opening are left without some, which are given by slot.
func (a ActiveSet) OwnersWithout(ctx context.Context, seq, opening uint64, without []uint64) (uint64, error) {
	k := a.k
	e, err := k.Epoch(ctx, seq, opening)
	if err != nil {
		return 0, err
	}
	owners := e.Owners
	var seen []uint64
	for _, slot := range without {
		at, err := k.intervalAsOf(ctx, ownersOf(seq), opening, slot)
		if err != nil {
			return 0, err
		}
		if at.weight.IsZero() || slices.Contains(seen, slot) {
			continue
		}
		owners, seen = owners-1, append(seen, slot)
	}
	return owners, nil
}

// OwnerSlot returns the slot of an owner, or false where the account has no node in the network.
func (a ActiveSet) OwnerSlot(ctx context.Context, seq uint64, owner []byte) (uint64, bool, error) {
	slot, err := a.k.owners.Get(ctx, collections.Join(seq, owner))
	if errors.Is(err, collections.ErrNotFound) {
		return 0, false, nil
	}
	return slot, err == nil, err
}

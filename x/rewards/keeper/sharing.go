package keeper

import (
	"context"
	"errors"
	stdmath "math"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// What a node is paid in an epoch is shared by its bonds as of the opening of that epoch, whenever
// it is withdrawn. As long as no bond changes nothing need be written. The first change in an epoch
// keeps the bonds as they were, for that epoch and those before it which are not withdrawn.

// nodeEpoch is (network, node, epoch).
type nodeEpoch = collections.Triple[uint64, uint64, uint64]

// amounts maps (network, node) to an amount in base units.
type amounts = collections.Map[collections.Pair[uint64, uint64], math.Int]

// run is a run of epochs of a node whose pay is shared alike.
type run struct {
	// last epoch of the run; stored tells whether it is the key of a sharing that was kept.
	last    uint64
	stored  bool
	sharing types.Sharing
}

// BeforeBondsChanged implements the hooks of x/network.
func (k *Keeper) BeforeBondsChanged(ctx context.Context, seq, node uint64) error {
	cal, err := k.networks.Calendar(ctx, seq)
	if err != nil {
		return err
	}
	at := collections.Join3(seq, node, cal.Epoch)
	kept, err := k.sharings.Has(ctx, at)
	if err != nil || kept {
		return err
	}
	n, err := k.networks.Node(ctx, seq, node)
	if err != nil {
		return err
	}
	s, err := k.sharingNow(ctx, seq, n)
	if err != nil {
		return err
	}
	return errors.Join(
		k.dropLatest(ctx, seq, node),
		k.setSharing(ctx, at, s),
		k.fees.Remove(ctx, collections.Join(seq, node)),
		k.presence.Remove(ctx, collections.Join(seq, node)),
	)
}

// sharingNow returns how what was paid since the latest change of a node's bonds is shared.
func (k *Keeper) sharingNow(ctx context.Context, seq uint64, n networktypes.Node) (types.Sharing, error) {
	fees, errFees := orZero(k.fees.Get(ctx, collections.Join(seq, n.Id)))
	presence, errPresence := orZero(k.presence.Get(ctx, collections.Join(seq, n.Id)))
	bonds, errBonds := k.networks.BondsOf(ctx, seq, n.Id)
	var parts []types.Part
	for _, b := range bonds {
		if b.Giver != n.Owner {
			parts = append(parts, types.Part{Giver: b.Giver, Bond: b.Amount, CommissionBps: b.CommissionBps})
		}
	}
	return types.NewSharing(fees, presence, n.TotalBond(), parts), errors.Join(errFees, errPresence, errBonds)
}

// addFees adds fees to what a node can withdraw, in the open epoch.
func (k *Keeper) addFees(ctx context.Context, at nodeEpoch, amount math.Int) error {
	return k.addShared(ctx, at, amount, k.fees, func(s *types.Sharing) *math.Int { return &s.Fees })
}

// addPresence adds emission for uptime and duties to it.
func (k *Keeper) addPresence(ctx context.Context, at nodeEpoch, amount math.Int) error {
	return k.addShared(ctx, at, amount, k.presence, func(s *types.Sharing) *math.Int { return &s.Presence })
}

// addShared adds an amount to what a node can withdraw: to its part of the sharing of the open epoch
// if bonds have changed in it, else to what came since they changed last.
func (k *Keeper) addShared(ctx context.Context, at nodeEpoch, amount math.Int, since amounts, part func(*types.Sharing) *math.Int) error {
	s, err := k.sharings.Get(ctx, at)
	if err == nil {
		sum := part(&s)
		*sum = sum.Add(amount)
		return k.setSharing(ctx, at, s)
	}
	if !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	node := collections.Join(at.K1(), at.K2())
	sum, err := orZero(since.Get(ctx, node))
	if err != nil {
		return err
	}
	return since.Set(ctx, node, sum.Add(amount))
}

// runsOf returns the runs of epochs that one withdrawal looks at, the oldest first: up to
// MaxSharings that were kept, and if these are all, the one that goes on.
func (k *Keeper) runsOf(ctx context.Context, seq uint64, n networktypes.Node) ([]run, error) {
	var runs []run
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](seq, n.Id)
	err := k.sharings.Walk(ctx, at, func(key nodeEpoch, s types.Sharing) (bool, error) {
		runs = append(runs, run{last: key.K3(), stored: true, sharing: s})
		return len(runs) > types.MaxSharings, nil
	})
	if err != nil {
		return nil, err
	}
	if len(runs) > types.MaxSharings {
		return runs[:types.MaxSharings], nil
	}
	s, err := k.sharingNow(ctx, seq, n)
	return append(runs, run{last: stdmath.MaxUint64, sharing: s}), err
}

// runsLeft returns how many runs of epochs after one have something to withdraw, counted up to MaxSharings and the one that goes on.
func (k *Keeper) runsLeft(ctx context.Context, seq, node uint64, last run) (uint64, error) {
	if !last.stored {
		return 0, nil
	}
	fees, errFees := orZero(k.fees.Get(ctx, collections.Join(seq, node)))
	presence, errPresence := orZero(k.presence.Get(ctx, collections.Join(seq, node)))
	if err := errors.Join(errFees, errPresence); err != nil {
		return 0, err
	}
	var left uint64
	if fees.IsPositive() || presence.IsPositive() {
		left++
	}
	at := new(collections.Range[nodeEpoch]).StartInclusive(collections.Join3(seq, node, last.last+1)).
		EndInclusive(collections.Join3(seq, node, uint64(stdmath.MaxUint64)))
	err := k.sharings.Walk(ctx, at, func(_ nodeEpoch, s types.Sharing) (bool, error) {
		if s.Fees.IsPositive() || s.Presence.IsPositive() {
			left++
		}
		return left > types.MaxSharings, nil
	})
	return left, err
}

// takeShared books what can be withdrawn of runs as withdrawn, and forgets the runs that are over. It is called when their match is
// booked. Emission that could not be minted is kept.
func (k *Keeper) takeShared(ctx context.Context, seq, node uint64, runs []run, minted bool) error {
	cal, err := k.networks.Calendar(ctx, seq)
	if err != nil {
		return err
	}
	for _, r := range runs {
		r.sharing.Fees = math.ZeroInt()
		if minted {
			r.sharing.Presence = math.ZeroInt()
		}
		if r.stored {
			err = errors.Join(k.setSharing(ctx, collections.Join3(seq, node, r.last), r.sharing), k.dropSharing(ctx, seq, node, 0, r.last, cal.Epoch))
		} else {
			err = k.fees.Remove(ctx, collections.Join(seq, node))
			if minted {
				err = errors.Join(err, k.presence.Remove(ctx, collections.Join(seq, node)))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropLatest forgets the latest sharing of a node if nothing was paid in its run, so that only the
// latest can be of no use. It is called in an epoch without one.
func (k *Keeper) dropLatest(ctx context.Context, seq, node uint64) error {
	var epochs []uint64
	all := new(collections.Range[nodeEpoch]).StartInclusive(collections.Join3(seq, node, uint64(0))).
		EndInclusive(collections.Join3(seq, node, uint64(stdmath.MaxUint64))).Descending()
	err := k.sharings.Walk(ctx, all, func(key nodeEpoch, _ types.Sharing) (bool, error) {
		epochs = append(epochs, key.K3())
		return len(epochs) == 2, nil
	})
	if err != nil || len(epochs) == 0 {
		return err
	}
	from := uint64(0)
	if len(epochs) == 2 {
		from = epochs[1] + 1
	}
	return k.dropSharing(ctx, seq, node, from, epochs[0], stdmath.MaxUint64)
}

// dropSharing forgets the sharing of a run that ended before the open epoch, unless something of its epochs is still to be
// withdrawn. Fees are never without a match to come.
func (k *Keeper) dropSharing(ctx context.Context, seq, node, from, last, open uint64) error {
	if last >= open {
		return nil
	}
	s, err := k.sharings.Get(ctx, collections.Join3(seq, node, last))
	if err != nil || s.Presence.IsPositive() {
		return err
	}
	needed := false
	epochs := new(collections.Range[nodeEpoch]).StartInclusive(collections.Join3(seq, node, from)).EndInclusive(collections.Join3(seq, node, last))
	err = k.ready.Walk(ctx, epochs, func(nodeEpoch) (bool, error) {
		needed = true
		return true, nil
	})
	if err != nil || needed {
		return err
	}
	return k.sharings.Remove(ctx, collections.Join3(seq, node, last))
}

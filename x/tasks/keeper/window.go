package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// claimWindow returns when claims for an epoch are taken. It is written with the first claim. It
// follows the close of the epoch, or the end of what is still to come for earlier epochs where a
// seed was late, so that epochs are claimed and proven one after the other.
func (k *Keeper) claimWindow(ctx context.Context, seq uint64, e networktypes.Epoch) (types.Window, error) {
	w, err := k.windows.Get(ctx, collections.Join(seq, e.Number))
	if err == nil || !errors.Is(err, collections.ErrNotFound) {
		return w, err
	}
	busy, err := k.busyUntil(ctx, seq, e.Number)
	if err != nil {
		return w, err
	}
	w.ClaimsFrom = max(e.Close, busy)
	w.ClaimsUntil = w.ClaimsFrom + int64(e.Params.Epoch.ClaimWindowBlocks)
	return w, nil
}

// busyUntil returns the first height at which nothing can be claimed or proven for the epochs before
// one, or the beacon's ErrSeedPending. Epochs nobody has claimed yet have no window of their own:
// theirs are counted on from the last one that has, over no more epochs than x/network keeps. The
// last one that has counts for as long as its seed is late, also when x/network has forgotten it.
func (k *Keeper) busyUntil(ctx context.Context, seq, number uint64) (int64, error) {
	var busy int64
	var unclaimed []networktypes.Epoch
	for n := number - 1; n > 0; n-- {
		e, err := k.deps.Networks.Epoch(ctx, seq, n)
		if errors.Is(err, networktypes.ErrEpochNotFound) {
			if busy, err = k.forgottenUntil(ctx, seq, n); err != nil {
				return 0, err
			}
			break
		}
		if err != nil {
			return 0, err
		}
		w, err := k.windows.Get(ctx, collections.Join(seq, n))
		if errors.Is(err, collections.ErrNotFound) {
			unclaimed = append(unclaimed, e)
			continue
		}
		if err != nil {
			return 0, err
		}
		if w, err = k.fixSeed(ctx, seq, e, w); err != nil {
			return 0, err
		}
		busy = proofsOver(e, w)
		break
	}
	for _, e := range slices.Backward(unclaimed) {
		busy = max(e.Close, busy) + int64(e.Params.Epoch.ClaimWindowBlocks)
	}
	return busy, nil
}

// forgottenUntil returns when the proofs were over for the last claims of epochs up to one that
// x/network no longer keeps, or the beacon's ErrSeedPending: until then nobody could claim what
// followed. It returns 0 where nothing was ever claimed. The terms are those of today.
func (k *Keeper) forgottenUntil(ctx context.Context, seq, number uint64) (int64, error) {
	var at collections.Pair[uint64, uint64]
	var w types.Window
	until := collections.NewPrefixedPairRange[uint64, uint64](seq).EndInclusive(number).Descending()
	err := k.windows.Walk(ctx, until, func(key collections.Pair[uint64, uint64], last types.Window) (bool, error) {
		at, w = key, last
		return true, nil
	})
	if err != nil || w.ClaimsUntil == 0 {
		return 0, err
	}
	network, err := k.deps.Networks.Network(ctx, seq)
	if err != nil {
		return 0, err
	}
	e := networktypes.Epoch{Number: at.K2(), Params: network.Params}
	w, err = k.fixSeed(ctx, seq, e, w)
	return proofsOver(e, w), err
}

// fixSeed writes the seed of an epoch's proofs into its window the first time it is needed. It
// returns the beacon's ErrSeedPending while there is none. Where the beacon has forgotten the height
// at which it began to look for one, it looks from later on, in the same steps: if it was silent for
// that long it is found to be so still, and if not the seed that comes is long over.
func (k *Keeper) fixSeed(ctx context.Context, seq uint64, e networktypes.Epoch, w types.Window) (types.Window, error) {
	if w.SeedHeight != 0 {
		return w, nil
	}
	delay := e.Params.Epoch.SeedDelayBlocks
	s, err := k.deps.Beacon.Seed(ctx, w.ClaimsUntil, delay, seedRevealers)
	if errors.Is(err, beacontypes.ErrSeedExpired) {
		age := sdk.UnwrapSDKContext(ctx).BlockHeight() - w.ClaimsUntil
		steps := max(age-types.RedrawBlocks, 0)/beacontypes.SeedWindow + 1
		s, err = k.deps.Beacon.Seed(ctx, w.ClaimsUntil+steps*beacontypes.SeedWindow, delay, seedRevealers)
	}
	if err != nil {
		return w, err
	}
	w.Seed, w.SeedHeight = s.Value, s.Height
	return w, k.windows.Set(ctx, collections.Join(seq, e.Number), w)
}

// room returns what an epoch has left beside its windows; nodes' proof windows are shifted over it, as
// far as the beacon surely keeps the seed.
func room(e networktypes.Epoch) uint64 {
	p := e.Params.Epoch
	return min(types.MaxShift, p.EpochBlocks-p.ClaimWindowBlocks-p.SeedDelayBlocks-p.ProofWindowBlocks-p.SlackBlocks)
}

// proofWindow returns the first height a node's proof is taken at and the first at which it is not.
func proofWindow(seq, node uint64, e networktypes.Epoch, w types.Window) (from, until int64) {
	from = w.SeedHeight + types.ProofShift(seq, node, room(e))
	return from, from + int64(e.Params.Epoch.ProofWindowBlocks)
}

// proofsOver returns the first height at which no node's proof for the epoch is taken.
func proofsOver(e networktypes.Epoch, w types.Window) int64 {
	return w.SeedHeight + int64(room(e)) + int64(e.Params.Epoch.ProofWindowBlocks)
}

// finalEpoch returns the last epoch all of whose proofs are over, or 0. It looks back over a few
// epochs only: what is earlier is over, or its seed is so late that claims wait for it.
func (k *Keeper) finalEpoch(ctx context.Context, seq, current uint64) (uint64, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	for e := current; e > 1 && e+4 > current; e-- {
		over, err := k.proofsAreOver(ctx, seq, e-1, height)
		if err != nil {
			return 0, err
		}
		if over {
			return e - 1, nil
		}
	}
	return 0, nil
}

// proofsAreOver tells whether no proof for a closed epoch can come any more.
func (k *Keeper) proofsAreOver(ctx context.Context, seq, number uint64, height int64) (bool, error) {
	e, err := k.deps.Networks.Epoch(ctx, seq, number)
	if err != nil {
		return false, err
	}
	w, err := k.windows.Get(ctx, collections.Join(seq, number))
	if errors.Is(err, collections.ErrNotFound) {
		// Nobody has claimed: the epoch is over when nobody can.
		w, err = k.claimWindow(ctx, seq, e)
		if errors.Is(err, beacontypes.ErrSeedPending) {
			return false, nil
		}
		return err == nil && height >= w.ClaimsUntil, err
	}
	if err != nil {
		return false, err
	}
	if w, err = k.fixSeed(ctx, seq, e, w); errors.Is(err, beacontypes.ErrSeedPending) {
		return false, nil
	}
	return err == nil && height >= proofsOver(e, w), err
}

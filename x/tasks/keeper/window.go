package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// claimWindow returns when claims for an epoch are taken, fixing it the first time it is needed.
// It follows the close of the epoch, or the end of the proofs of the epoch before where those came
// late, so that the proofs of two epochs never overlap.
func (k *Keeper) claimWindow(ctx context.Context, seq uint64, e networktypes.Epoch) (types.Window, error) {
	w, err := k.windows.Get(ctx, collections.Join(seq, e.Number))
	if err == nil || !errors.Is(err, collections.ErrNotFound) {
		return w, err
	}
	w.ClaimsFrom = e.Close
	before, err := k.windows.Get(ctx, collections.Join(seq, e.Number-1))
	switch {
	case errors.Is(err, collections.ErrNotFound):
	case err != nil:
		return w, err
	default:
		earlier, err := k.deps.Networks.Epoch(ctx, seq, e.Number-1)
		if err != nil {
			return w, err
		}
		if before, err = k.fixSeed(ctx, seq, earlier, before); err != nil {
			return w, err
		}
		w.ClaimsFrom = max(w.ClaimsFrom, proofsOver(earlier, before))
	}
	w.ClaimsUntil = w.ClaimsFrom + int64(e.Params.Epoch.ClaimWindowBlocks)
	return w, nil
}

// fixSeed writes the seed of an epoch's proofs into its window the first time it is needed. It
// returns the beacon's ErrSeedPending while there is none.
func (k *Keeper) fixSeed(ctx context.Context, seq uint64, e networktypes.Epoch, w types.Window) (types.Window, error) {
	if w.SeedHeight != 0 {
		return w, nil
	}
	s, err := k.deps.Beacon.Seed(ctx, w.ClaimsUntil, e.Params.Epoch.SeedDelayBlocks, seedRevealers)
	if err != nil {
		return w, err
	}
	w.Seed, w.SeedHeight = s.Value, s.Height
	return w, k.windows.Set(ctx, collections.Join(seq, e.Number), w)
}

// room returns what an epoch has left beside its windows; nodes' proof windows are shifted over it.
func room(e networktypes.Epoch) uint64 {
	p := e.Params.Epoch
	return p.EpochBlocks - p.ClaimWindowBlocks - p.SeedDelayBlocks - p.ProofWindowBlocks - p.SlackBlocks
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

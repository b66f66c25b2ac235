package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// Seed returns the value at the first height h ≥ close+delay at which m distinct revealers have
// revealed since close, where m = min(mMax, max(1, r − ⌊r/3⌋)) and r is the number of eligible
// revealers at close. Without one within 256 heights close moves on by 256 and the search begins
// again. It returns ErrSeedPending while there is none yet, and ErrSeedExpired where the beacon
// no longer keeps the rounds it needs. The search is binary in each window and the windows are
// bounded by the history, so it reads at most 10 rounds a window.
func (k *Keeper) Seed(ctx context.Context, closed int64, delay uint64, mMax uint32) (types.Seed, error) {
	now := sdk.UnwrapSDKContext(ctx).BlockHeight()
	if closed < 1 || delay > types.SeedWindow || mMax < 1 || mMax > types.MaxReach {
		return types.Seed{}, types.ErrInvalidRequest.Wrapf("close %d, delay %d, m_max %d: close is at least 1, delay at most %d, m_max 1 to %d",
			closed, delay, mMax, types.SeedWindow, types.MaxReach)
	}
	for c := closed; c <= now-int64(delay); c += types.SeedWindow {
		atClose, err := k.round(ctx, c, now)
		if err != nil {
			return types.Seed{}, err
		}
		m := types.Needed(atClose.Eligible, mMax)
		first := c + int64(delay)
		last := min(first+types.SeedWindow-1, now)
		found, err := k.firstReached(ctx, first, last, c, m)
		if err != nil {
			return types.Seed{}, err
		}
		if found != nil {
			return types.Seed{Value: found.Value, Height: found.Height, Revealers: m, Eligible: atClose.Eligible}, nil
		}
	}
	return types.Seed{}, types.ErrSeedPending.Wrapf("close %d, delay %d: not fixed at height %d", closed, delay, now)
}

// firstReached returns the first round of [first, last] in which m distinct revealers have
// revealed after since, or nil. What a round has reached never decreases, so it is found by halves.
func (k *Keeper) firstReached(ctx context.Context, first, last, since int64, m uint32) (*types.Round, error) {
	var found *types.Round
	for first <= last {
		mid := first + (last-first)/2
		r, err := k.round(ctx, mid, last)
		if err != nil {
			return nil, err
		}
		if r.Reached(m) > since {
			found, last = &r, mid-1
		} else {
			first = mid + 1
		}
	}
	return found, nil
}

// round returns the round of a height that is not after now; the caller has seen to that.
func (k *Keeper) round(ctx context.Context, height, now int64) (types.Round, error) {
	r, err := k.rounds.Get(ctx, height)
	if errors.Is(err, collections.ErrNotFound) {
		return r, types.ErrSeedExpired.Wrapf("height %d is no longer kept at height %d", height, now)
	}
	return r, err
}

// Revealing returns the number of validators that have a part in the seeds of this height; 0 before the first round.
func (k *Keeper) Revealing(ctx context.Context) (uint32, error) {
	var eligible uint32
	err := k.rounds.Walk(ctx, new(collections.Range[int64]).Descending(), func(_ int64, r types.Round) (bool, error) {
		eligible = r.Eligible
		return true, nil
	})
	return eligible, err
}

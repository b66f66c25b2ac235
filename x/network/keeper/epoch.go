package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// keepTime stores a calendar and wakes a dormant network that has a reason to go on.
func (k *Keeper) keepTime(ctx context.Context, n types.Network, cal types.Calendar) error {
	if cal.RollsAt == 0 && cal.Awake() {
		cal.RollsAt = types.NextOpening(n.Id, n.Params.Epoch.EpochBlocks, sdk.UnwrapSDKContext(ctx).BlockHeight())
		if err := k.openings.add(ctx, cal.RollsAt, cal.Network); err != nil {
			return err
		}
	}
	return k.calendars.Set(ctx, cal.Network, cal)
}

// ChangeDuties tells that a network has more or fewer reasons to keep its epochs going, such as
// open deals.
func (k *Keeper) ChangeDuties(ctx context.Context, seq uint64, by int) error {
	cal, err := k.calendars.Get(ctx, seq)
	if err != nil {
		return err
	}
	n, err := k.networks.Get(ctx, seq)
	if err != nil {
		return err
	}
	if err := n.CheckLive(); err != nil {
		return err
	}
	if by < 0 && cal.Duties < uint64(-by) {
		return types.ErrInvalidRequest.Wrapf("network %d has %d duties, %d cannot be removed", seq, cal.Duties, -by)
	}
	cal.Duties += uint64(by)
	return k.keepTime(ctx, n, cal)
}

// BeginBlock pays back bonds and opens the epochs that are due, at most MaxRollsPerBlock; the rest
// waits for the next block. An opening that fails is undone and tried again retryBlocks later, so
// that one network can hold up neither the others nor the chain.
func (k *Keeper) BeginBlock(ctx sdk.Context) error {
	if err := k.payBackDue(ctx); err != nil {
		return err
	}
	due, err := k.openings.due(ctx, ctx.BlockHeight(), types.MaxRollsPerBlock)
	if err != nil {
		return err
	}
	for _, key := range due {
		if err := k.openings.remove(ctx, key.K1(), key.K2()); err != nil {
			return err
		}
		branch, write := ctx.CacheContext()
		if err := k.roll(branch, key.K2(), key.K1()); err != nil {
			ctx.Logger().Error("open an epoch", "module", types.ModuleName, "network", key.K2(), "error", err.Error())
			if err := k.retryRoll(ctx, key.K2(), err); err != nil {
				return err
			}
			continue
		}
		write()
	}
	return nil
}

// retryRoll puts an opening that failed off, and says so. The calendar keeps the height it was scheduled for,
// which is where the epoch that is open ends.
func (k *Keeper) retryRoll(ctx sdk.Context, seq uint64, why error) error {
	at := ctx.BlockHeight() + retryBlocks
	if err := errors.Join(k.openings.add(ctx, at, seq), emitOpeningStuck(ctx, seq, at, why)); err != nil {
		return err
	}
	cal, err := k.calendars.Get(ctx, seq)
	if err != nil {
		return nil //nolint:nilerr // it is why the opening failed, and must not stop the chain
	}
	cal.RetryAt = at
	return k.calendars.Set(ctx, seq, cal)
}

// retryBlocks is the wait after an opening that failed.
const retryBlocks = 100

// roll ends the open epoch of a network at its scheduled height and opens the next, unless the
// network has no reason to go on and falls dormant. It costs the same for every network.
func (k *Keeper) roll(ctx sdk.Context, seq uint64, height int64) error {
	cal, err := k.calendars.Get(ctx, seq)
	if err != nil {
		return err
	}
	network, err := k.networks.Get(ctx, seq)
	if err != nil {
		return err
	}
	closed, err := k.closing(ctx, cal)
	if err != nil {
		return err
	}
	cal.RetryAt = 0
	if cal.Awake() {
		if err := k.open(ctx, network, &cal, height); err != nil {
			return err
		}
	} else {
		cal.RollsAt = 0
	}
	if err := k.calendars.Set(ctx, seq, cal); err != nil {
		return err
	}
	if closed == 0 || k.hooks == nil {
		return nil
	}
	return k.hooks.AfterEpochClosed(ctx, seq, closed)
}

// closing returns the number of the epoch that ends now, or 0: before the first there is none, and
// the last one of a network that slept ended when it fell asleep.
func (k *Keeper) closing(ctx context.Context, cal types.Calendar) (uint64, error) {
	if cal.Epoch == 0 {
		return 0, nil
	}
	e, err := k.Epoch(ctx, cal.Network, cal.Epoch)
	if err != nil || e.Close != cal.RollsAt {
		return 0, err
	}
	return e.Number, nil
}

// open writes the record of the next epoch, on the terms that count from now on, and drops the one
// that is no longer kept.
func (k *Keeper) open(ctx sdk.Context, n types.Network, cal *types.Calendar, height int64) error {
	cal.Epoch++
	n, err := k.applyTerms(ctx, n, *cal)
	if err != nil {
		return err
	}
	cal.RollsAt = height + int64(n.Params.Epoch.EpochBlocks)
	weight, err := k.weightAsOf(ctx, n.Seq, cal.Epoch)
	if err != nil {
		return err
	}
	e := types.Epoch{
		Number: cal.Epoch, Open: height, Close: cal.RollsAt, Weight: weight, Nodes: cal.Nodes, Owners: cal.Owners, Params: n.Params,
	}
	if err := k.epochs.Set(ctx, collections.Join(n.Seq, e.Number), e); err != nil {
		return err
	}
	if e.Number > types.KeptEpochs {
		if err := k.epochs.Remove(ctx, collections.Join(n.Seq, e.Number-types.KeptEpochs)); err != nil {
			return err
		}
	}
	if err := k.openings.add(ctx, cal.RollsAt, n.Seq); err != nil {
		return err
	}
	return emitEpochOpened(ctx, n.Id, e)
}

// Epoch returns an epoch that has begun and is still kept, or ErrEpochNotFound.
func (k *Keeper) Epoch(ctx context.Context, seq, number uint64) (types.Epoch, error) {
	e, err := k.epochs.Get(ctx, collections.Join(seq, number))
	if errors.Is(err, collections.ErrNotFound) {
		return e, types.ErrEpochNotFound.Wrapf("epoch %d of network %d has not begun or is no longer kept", number, seq)
	}
	return e, err
}

// Calendar returns what a network does next.
func (k *Keeper) Calendar(ctx context.Context, seq uint64) (types.Calendar, error) {
	return k.calendars.Get(ctx, seq)
}

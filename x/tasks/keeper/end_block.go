package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// AfterEpochClosed implements the hooks of x/network: a network whose deals have been over for
// long enough is put on the list of those to settle.
func (k *Keeper) AfterEpochClosed(ctx context.Context, seq, epoch uint64) error {
	at := collections.NewPrefixedTripleRange[uint64, uint64, uint64](seq)
	return k.ends.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		if key.K2() >= epoch {
			return true, nil
		}
		return true, k.enqueue(ctx, seq)
	})
}

// enqueue puts a network on the list of those with deals to settle.
func (k *Keeper) enqueue(ctx context.Context, seq uint64) error {
	listed, err := k.settling.Has(ctx, seq)
	if err != nil || listed {
		return err
	}
	n, err := k.pendingNow(ctx)
	return errors.Join(err, k.settling.Set(ctx, seq), k.pending.Set(ctx, n+1))
}

// dequeue takes a network that is on the list off it.
func (k *Keeper) dequeue(ctx context.Context, seq uint64) error {
	n, err := k.pendingNow(ctx)
	if n <= 1 {
		return errors.Join(err, k.settling.Remove(ctx, seq), k.pending.Remove(ctx))
	}
	return errors.Join(err, k.settling.Remove(ctx, seq), k.pending.Set(ctx, n-1))
}

// pendingNow returns how many networks are on the list.
func (k *Keeper) pendingNow(ctx context.Context) (uint64, error) {
	n, err := k.pending.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// EndBlock closes channels that have expired, moves posted tasks on whose time is over, ends slashes nobody can appeal any more, and settles
// deals that are over.
func (k *Keeper) EndBlock(ctx sdk.Context) error {
	return errors.Join(k.expire(ctx), k.moveTasks(ctx), k.endSlashes(ctx), k.settleOver(ctx))
}

// settleOver settles deals that are over, at most MaxSettledPerBlock. A network whose proofs are not
// over yet waits for its next epoch, and so does one whose deals cannot be looked at, which holds up no other.
func (k *Keeper) settleOver(ctx sdk.Context) error {
	if n, err := k.pendingNow(ctx); err != nil || n == 0 {
		return err
	}
	var networks []uint64
	err := k.settling.Walk(ctx, nil, func(seq uint64) (bool, error) {
		networks = append(networks, seq)
		return len(networks) == types.MaxSettledPerBlock, nil
	})
	if err != nil {
		return err
	}
	room := types.MaxSettledPerBlock
	for _, seq := range networks {
		due, err := k.overdue(ctx, seq, room)
		if err != nil {
			ctx.Logger().Error("look for deals to settle", "module", types.ModuleName, "network", seq, "error", err.Error())
			if err := errors.Join(k.dequeue(ctx, seq), emitSettlingStuck(ctx, seq, err)); err != nil {
				return err
			}
			continue
		}
		waits, err := k.settleDue(ctx, due)
		if err != nil {
			return err
		}
		if waits || len(due) == 0 {
			if err := k.dequeue(ctx, seq); err != nil {
				return err
			}
		}
		if room -= len(due); room <= 0 {
			return nil
		}
	}
	return nil
}

// settleDue settles deals, each in a branch of its own, until one whose proofs are not over, or of
// which the beacon does not let that be known, and tells whether there was one. A deal that fails is
// not tried again by itself, so that it holds up no other; anyone can still send MsgSettleDeal for it.
func (k *Keeper) settleDue(ctx sdk.Context, due []collections.Triple[uint64, uint64, uint64]) (bool, error) {
	for _, key := range due {
		branch, write := ctx.CacheContext()
		d, cost, refund, err := k.settleDeal(branch, key.K3())
		if err == nil {
			err = emitDealSettled(branch, d, cost, refund)
		}
		switch {
		case err == nil:
			write()
		case errors.Is(err, types.ErrNotOver), errors.Is(err, beacontypes.ErrSeedPending), errors.Is(err, beacontypes.ErrSeedExpired):
			return true, nil
		default:
			ctx.Logger().Error("settle a deal", "module", types.ModuleName, "deal", key.K3(), "error", err.Error())
			if err := errors.Join(k.ends.Remove(ctx, key), emitDealStuck(ctx, d, key.K3(), err)); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// overdue returns the keys of deals of a network whose last epoch is over, the earliest first.
func (k *Keeper) overdue(ctx context.Context, seq uint64, limit int) ([]collections.Triple[uint64, uint64, uint64], error) {
	cal, err := k.deps.Networks.Calendar(ctx, seq)
	if err != nil {
		return nil, err
	}
	var due []collections.Triple[uint64, uint64, uint64]
	at := collections.NewPrefixedTripleRange[uint64, uint64, uint64](seq)
	err = k.ends.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		if key.K2()+1 >= cal.Epoch || len(due) == limit {
			return true, nil
		}
		due = append(due, key)
		return false, nil
	})
	return due, err
}

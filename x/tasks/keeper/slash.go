package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// slash takes what a node has at stake for a task from its bonds and holds it until nobody can appeal any more. reporter has made the
// offence known and lost harm by it, or nobody has. It returns what was taken: all of it, or what there is.
func (k *Keeper) slash(ctx context.Context, o order, node uint64, offence, reporter string, harm math.Int) (math.Int, error) {
	taken, err := k.deps.Nodes.TakeBond(ctx, o.network.Seq, node, types.TaskExposure(o.task.Fee), types.ModuleName, offence)
	if err != nil || taken.Amount.IsZero() {
		return taken.Amount, err
	}
	id, err := k.nextSlash.Get(ctx)
	if err != nil {
		return taken.Amount, err
	}
	s := types.Slash{
		Id: id, Network: o.network.Id, Node: node, Offence: offence, Task: o.task.Id, Amount: taken.Amount, Reporter: reporter,
		Harm: math.MinInt(harm, taken.Amount), Until: heightNow(ctx) + int64(o.network.Params.Bond.AppealWindowBlocks),
	}
	for _, share := range taken.Shares {
		s.Shares = append(s.Shares, types.SlashShare{Account: share.Account, Amount: share.Amount})
	}
	return taken.Amount, errEmit(errors.Join(
		k.nextSlash.Set(ctx, id+1), k.setSlash(ctx, o.network.Seq, s), k.deps.Networks.ChangeDuties(ctx, o.network.Seq, 1),
	), func() error { return emitSlashed(ctx, s) })
}

// setSlash writes a slash, and where it is found by its end.
func (k *Keeper) setSlash(ctx context.Context, seq uint64, s types.Slash) error {
	return errors.Join(
		k.slashes.Set(ctx, s.Id, s), k.slashEnds.Set(ctx, collections.Join(uint64(s.Until), s.Id)),
		k.slashesByNetwork.Set(ctx, collections.Join3(seq, uint64(s.Until), s.Id)),
	)
}

// endSlash pays out what a slash is of, and forgets it.
func (k *Keeper) endSlash(ctx context.Context, s types.Slash) error {
	reporter, burnt := s.Split()
	o, err := k.slashed(ctx, s)
	if err != nil {
		return err
	}
	if err := k.payOut(ctx, o, "reporter", s.Reporter, reporter); err != nil {
		return err
	}
	if burnt.IsPositive() {
		if err := k.deps.Bank.BurnCoins(ctx, types.ModuleName, sdk.NewCoins(sdk.NewCoin(o.network.Token.Denom, burnt))); err != nil {
			return err
		}
	}
	return errEmit(k.dropSlash(ctx, o.network.Seq, s), func() error { return emitSlashEnded(ctx, s, reporter, burnt, math.ZeroInt()) })
}

// ReturnSlash gives what is held back to those whose bonds it was; it is for who judges appeals. ErrWrongState is a slash whose time is over,
// or that never was: only what is held can be given back.
func (k *Keeper) ReturnSlash(ctx context.Context, id uint64) error {
	s, err := k.slashes.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrWrongState.Wrapf("slash %d is not held: it is over, or never was", id)
	}
	if err != nil {
		return err
	}
	if height := heightNow(ctx); height > s.Until {
		return types.ErrWrongState.Wrapf("slash %d could be given back until height %d, this is %d", id, s.Until, height)
	}
	o, err := k.slashed(ctx, s)
	if err != nil {
		return err
	}
	for _, share := range s.Shares {
		if err := k.payOut(ctx, o, "giver", share.Account, share.Amount); err != nil {
			return err
		}
	}
	return errEmit(k.dropSlash(ctx, o.network.Seq, s), func() error { return emitSlashEnded(ctx, s, math.ZeroInt(), math.ZeroInt(), s.Amount) })
}

// slashed returns the network of a slash, as the order it came of.
func (k *Keeper) slashed(ctx context.Context, s types.Slash) (order, error) {
	network, err := k.deps.Networks.NetworkByID(ctx, s.Network)
	return order{network: network}, err
}

func (k *Keeper) dropSlash(ctx context.Context, seq uint64, s types.Slash) error {
	return errors.Join(
		k.slashes.Remove(ctx, s.Id), k.slashEnds.Remove(ctx, collections.Join(uint64(s.Until), s.Id)),
		k.slashesByNetwork.Remove(ctx, collections.Join3(seq, uint64(s.Until), s.Id)), k.deps.Networks.ChangeDuties(ctx, seq, -1),
	)
}

// endSlashes ends slashes whose time is over, at most MaxSlashesPerBlock, each in a branch of its own. One that fails is tried again after
// an export.
func (k *Keeper) endSlashes(ctx sdk.Context) error {
	var due []collections.Pair[uint64, uint64]
	at := new(collections.Range[collections.Pair[uint64, uint64]]).EndExclusive(collections.Join(uint64(ctx.BlockHeight()), uint64(0)))
	err := k.slashEnds.Walk(ctx, at, func(key collections.Pair[uint64, uint64]) (bool, error) {
		due = append(due, key)
		return len(due) == types.MaxSlashesPerBlock, nil
	})
	if err != nil {
		return err
	}
	for _, key := range due {
		branch, write := ctx.CacheContext()
		s, err := k.slashes.Get(branch, key.K2())
		if err == nil {
			err = k.endSlash(branch, s)
		}
		if err == nil {
			write()
			continue
		}
		ctx.Logger().Error("end a slash", "module", types.ModuleName, "slash", key.K2(), "error", err.Error())
		if err := errors.Join(k.slashEnds.Remove(ctx, key), emitSlashStuck(ctx, s, key.K2(), err)); err != nil {
			return err
		}
	}
	return nil
}

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// unbond takes money out of a bond, if what is left covers what the node is answerable for. It
// stays slashable until it completes. A giver that has the most on its way back that one can have
// adds to the latest of it, which then completes later.
func (k *Keeper) unbond(ctx context.Context, giver sdk.AccAddress, giverText string, network types.Network, n types.Node, amount math.Int) (int64, error) {
	if err := types.CheckAmount("amount", amount); err != nil {
		return 0, err
	}
	b, err := k.bonds.Get(ctx, collections.Join3(network.Seq, n.Id, []byte(giver)))
	if errors.Is(err, collections.ErrNotFound) {
		return 0, types.ErrInsufficientFunds.Wrapf("account %s has no bond for node %d", giverText, n.Id)
	}
	if err != nil {
		return 0, err
	}
	if err := k.checkUnbond(ctx, network, n, b, amount); err != nil {
		return 0, err
	}
	if err := k.beforeBonds(ctx, network.Seq, n, giverText); err != nil {
		return 0, err
	}
	latest, err := k.latestUnbonding(ctx, network.Seq, n.Id, giverText)
	if err != nil {
		return 0, err
	}
	completes, err := k.startUnbonding(ctx, network, &n, giver, b, amount, latest)
	if err != nil {
		return 0, err
	}
	return completes, k.reweigh(ctx, network.Seq, n)
}

// checkUnbond returns an error unless an amount may be taken out of a bond.
func (k *Keeper) checkUnbond(ctx context.Context, network types.Network, n types.Node, b types.Bond, amount math.Int) error {
	if !amount.IsPositive() || amount.GT(b.Amount) {
		return types.ErrInsufficientFunds.Wrapf("the bond is %s, %s cannot be taken out of it", b.Amount, amount)
	}
	rest := b.Amount.Sub(amount)
	if least := types.LeastGiven(network.Params.Bond.MinBond); b.Giver != n.Owner && rest.IsPositive() && rest.LT(least) {
		return types.ErrInvalidAmount.Wrapf("%s would be left of the bond, less than %s, the least in network %s: take all of it out", rest, least, network.Id)
	}
	exposure, err := k.duties.Exposure(ctx, network.Seq, n.Id)
	if err != nil {
		return err
	}
	if left := n.TotalBond().Sub(amount); left.LT(exposure) {
		return types.ErrBondNeeded.Wrapf("node %d can come to pay %s for what it is answerable for, and %s of its bonds would be left", n.Id, exposure, left)
	}
	return nil
}

// latestUnbonding returns what completes last of a giver's money on its way back from a node, if
// there is as much of it as there can be, or nil.
func (k *Keeper) latestUnbonding(ctx context.Context, seq, node uint64, giver string) (*types.Unbonding, error) {
	waiting, err := k.unbondingsOf(ctx, seq, node)
	if err != nil {
		return nil, err
	}
	var latest *types.Unbonding
	count := 0
	for _, u := range waiting {
		if u.Giver != giver {
			continue
		}
		count++
		if latest == nil || u.Completes >= latest.Completes {
			latest = &u
		}
	}
	if count < types.MaxUnbondings {
		return nil, nil
	}
	return latest, nil
}

// unbondAll starts to unbond every bond of a node that leaves. It is once more than a giver has on
// its way back otherwise: an owner that leaves must not delay what another is about to get.
func (k *Keeper) unbondAll(ctx context.Context, network types.Network, n *types.Node) error {
	all, err := k.BondsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return err
	}
	if err := k.beforeBonds(ctx, network.Seq, *n, n.Owner); err != nil {
		return err
	}
	for _, b := range all {
		giver, err := k.account("giver", b.Giver)
		if err != nil {
			return err
		}
		if _, err := k.startUnbonding(ctx, network, n, giver, b, b.Amount, nil); err != nil {
			return err
		}
	}
	return nil
}

// startUnbonding takes an amount off a bond and the node's sums and puts it on its way back, by
// itself or together with what is on its way already.
func (k *Keeper) startUnbonding(ctx context.Context, network types.Network, n *types.Node, giver sdk.AccAddress, b types.Bond, amount math.Int, into *types.Unbonding) (int64, error) {
	u, err := k.addUnbonding(ctx, network, n.Id, b.Giver, amount, into)
	if err != nil {
		return 0, err
	}
	b.Amount = b.Amount.Sub(amount)
	if n.Owner == b.Giver {
		n.OwnBond = n.OwnBond.Sub(amount)
	} else {
		n.GivenBond = n.GivenBond.Sub(amount)
	}
	if err := k.setBond(ctx, network.Seq, n.Id, giver, b); err != nil {
		return 0, err
	}
	u.Amount = amount
	return u.Completes, emitUnbondingStarted(ctx, *n, u)
}

// addUnbonding stores an amount as a new unbonding, or adds it to one, and returns that.
func (k *Keeper) addUnbonding(ctx context.Context, network types.Network, node uint64, giver string, amount math.Int, into *types.Unbonding) (types.Unbonding, error) {
	completes := sdk.UnwrapSDKContext(ctx).BlockTime().Unix() + int64(network.Params.Bond.UnbondingSeconds)
	if into != nil {
		if err := k.removeUnbonding(ctx, *into); err != nil {
			return *into, err
		}
		u := *into
		u.Amount, u.Completes = u.Amount.Add(amount), max(u.Completes, completes)
		return u, k.setUnbonding(ctx, u)
	}
	id, err := k.nextUnbonding.Get(ctx)
	if err != nil {
		return types.Unbonding{}, err
	}
	u := types.Unbonding{Id: id, Network: network.Seq, Node: node, Giver: giver, Amount: amount, Completes: completes}
	return u, errors.Join(k.nextUnbonding.Set(ctx, id+1), k.setUnbonding(ctx, u))
}

// setUnbonding stores an unbonding with the keys it is found by.
func (k *Keeper) setUnbonding(ctx context.Context, u types.Unbonding) error {
	return errors.Join(
		k.unbondings.Set(ctx, u.Id, u),
		k.returns.add(ctx, u.Completes, u.Id),
		k.unbondingsByNode.Set(ctx, collections.Join3(u.Network, u.Node, u.Id)),
	)
}

func (k *Keeper) removeUnbonding(ctx context.Context, u types.Unbonding) error {
	return errors.Join(
		k.unbondings.Remove(ctx, u.Id),
		k.returns.remove(ctx, u.Completes, u.Id),
		k.unbondingsByNode.Remove(ctx, collections.Join3(u.Network, u.Node, u.Id)),
	)
}

// unbondingsOf returns what is on its way back from a node, oldest first.
func (k *Keeper) unbondingsOf(ctx context.Context, seq, node uint64) ([]types.Unbonding, error) {
	var list []types.Unbonding
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](seq, node)
	err := k.unbondingsByNode.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		u, err := k.unbondings.Get(ctx, key.K3())
		list = append(list, u)
		return false, err
	})
	return list, err
}

// payBackDue pays back the unbondings that are over, at most MaxUnbondingsPerBlock, each in a branch of its own: one that cannot be
// paid is set aside and holds up neither the others nor the chain.
func (k *Keeper) payBackDue(ctx sdk.Context) error {
	due, err := k.returns.due(ctx, ctx.BlockTime().Unix(), types.MaxUnbondingsPerBlock)
	if err != nil {
		return err
	}
	for _, e := range due {
		branch, write := ctx.CacheContext()
		why := k.payBack(branch, e.K2())
		if why == nil {
			write()
			continue
		}
		ctx.Logger().Error("pay a bond back", "module", types.ModuleName, "unbonding", e.K2(), "error", why.Error())
		if err := k.putOff(ctx, e, why); err != nil {
			return err
		}
	}
	return nil
}

// payBack ends one unbonding.
func (k *Keeper) payBack(ctx context.Context, id uint64) error {
	u, err := k.unbondings.Get(ctx, id)
	if err != nil {
		return err
	}
	network, err := k.networks.Get(ctx, u.Network)
	if err != nil {
		return err
	}
	giver, err := k.account("giver", u.Giver)
	if err != nil {
		return err
	}
	if err := k.removeUnbonding(ctx, u); err != nil {
		return err
	}
	coins := sdk.NewCoins(sdk.NewCoin(network.Token.Denom, u.Amount))
	if err := k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, giver, coins); err != nil {
		return err
	}
	return emitUnbonded(ctx, network.Id, u)
}

// putOff sets an unbonding aside that cannot be paid, such as to an account that may not receive: it waits for another unbonding
// time, which is the default one where its network cannot be read. One that cannot be read itself is not tried again.
func (k *Keeper) putOff(ctx sdk.Context, at entry, why error) error {
	u, err := k.unbondings.Get(ctx, at.K2())
	if err != nil {
		return errors.Join(k.returns.remove(ctx, at.K1(), at.K2()), emitUnbondingStuck(ctx, at.K2(), 0, why))
	}
	wait := types.DefaultNetworkParams().Bond.UnbondingSeconds
	if network, err := k.networks.Get(ctx, u.Network); err == nil {
		wait = network.Params.Bond.UnbondingSeconds
	}
	u.Completes = ctx.BlockTime().Unix() + int64(wait)
	return errors.Join(
		k.returns.remove(ctx, at.K1(), at.K2()),
		k.setUnbonding(ctx, u),
		emitUnbondingStuck(ctx, u.Id, u.Completes, why),
	)
}

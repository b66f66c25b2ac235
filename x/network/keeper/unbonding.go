package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// unbond takes money out of a bond. It stays slashable until it completes.
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
	if !amount.IsPositive() || amount.GT(b.Amount) {
		return 0, types.ErrInsufficientFunds.Wrapf("the bond is %s, %s cannot be taken out of it", b.Amount, amount)
	}
	waiting, err := k.unbondingsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return 0, err
	}
	if len(waiting) >= types.MaxUnbondings {
		return 0, types.ErrLimit.Wrapf("%d bonds of node %d are on their way back, the most there can be; wait for one", len(waiting), n.Id)
	}
	completes, err := k.startUnbonding(ctx, network, &n, giver, b, amount)
	if err != nil {
		return 0, err
	}
	return completes, k.reweigh(ctx, network.Seq, n)
}

// unbondAll starts to unbond every bond of a node that leaves; here the limit of what may be on
// its way back does not hold, since givers are bounded too.
func (k *Keeper) unbondAll(ctx context.Context, network types.Network, n *types.Node) error {
	all, err := k.BondsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return err
	}
	for _, b := range all {
		giver, err := k.account("giver", b.Giver)
		if err != nil {
			return err
		}
		if _, err := k.startUnbonding(ctx, network, n, giver, b, b.Amount); err != nil {
			return err
		}
	}
	return nil
}

// startUnbonding moves an amount from a bond to the queue, and takes it off the node's sums.
func (k *Keeper) startUnbonding(ctx context.Context, network types.Network, n *types.Node, giver sdk.AccAddress, b types.Bond, amount math.Int) (int64, error) {
	id, err := k.nextUnbonding.Get(ctx)
	if err != nil {
		return 0, err
	}
	u := types.Unbonding{
		Id: id, Network: network.Seq, Node: n.Id, Giver: b.Giver, Amount: amount,
		Completes: sdk.UnwrapSDKContext(ctx).BlockTime().Unix() + int64(network.Params.Bond.UnbondingSeconds),
	}
	b.Amount = b.Amount.Sub(amount)
	if n.Owner == b.Giver {
		n.OwnBond = n.OwnBond.Sub(amount)
	} else {
		n.GivenBond = n.GivenBond.Sub(amount)
	}
	if err := k.nextUnbonding.Set(ctx, id+1); err != nil {
		return 0, err
	}
	if err := k.setBond(ctx, network.Seq, n.Id, giver, b); err != nil {
		return 0, err
	}
	if err := k.setUnbonding(ctx, u); err != nil {
		return 0, err
	}
	return u.Completes, emitUnbondingStarted(ctx, *n, u)
}

// setUnbonding stores an unbonding with the keys it is found by.
func (k *Keeper) setUnbonding(ctx context.Context, u types.Unbonding) error {
	return errors.Join(
		k.unbondings.Set(ctx, u.Id, u),
		k.unbondingQueue.Set(ctx, collections.Join(u.Completes, u.Id)),
		k.unbondingsByNode.Set(ctx, collections.Join3(u.Network, u.Node, u.Id)),
	)
}

func (k *Keeper) removeUnbonding(ctx context.Context, u types.Unbonding) error {
	return errors.Join(
		k.unbondings.Remove(ctx, u.Id),
		k.unbondingQueue.Remove(ctx, collections.Join(u.Completes, u.Id)),
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

// payBackDue pays back the unbondings that are over, at most MaxUnbondingsPerBlock.
func (k *Keeper) payBackDue(ctx sdk.Context) error {
	var due []uint64
	until := collections.NewPrefixUntilPairRange[int64, uint64](ctx.BlockTime().Unix())
	err := k.unbondingQueue.Walk(ctx, until, func(key collections.Pair[int64, uint64]) (bool, error) {
		due = append(due, key.K2())
		return len(due) == types.MaxUnbondingsPerBlock, nil
	})
	if err != nil {
		return err
	}
	for _, id := range due {
		u, err := k.unbondings.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := k.payBack(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// payBack ends one unbonding. Money that cannot be sent, such as to an account that may not
// receive, waits for another unbonding time and holds nobody up.
func (k *Keeper) payBack(ctx sdk.Context, u types.Unbonding) error {
	if err := k.removeUnbonding(ctx, u); err != nil {
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
	branch, write := ctx.CacheContext()
	coins := sdk.NewCoins(sdk.NewCoin(network.Token.Denom, u.Amount))
	if err := k.bank.SendCoinsFromModuleToAccount(branch, types.ModuleName, giver, coins); err != nil {
		ctx.Logger().Error("pay a bond back", "module", types.ModuleName, "unbonding", u.Id, "error", err.Error())
		u.Completes = ctx.BlockTime().Unix() + int64(network.Params.Bond.UnbondingSeconds)
		return k.setUnbonding(ctx, u)
	}
	write()
	return emitUnbonded(ctx, network.Id, u)
}

package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// bond moves money from the giver to the module and puts it up for a node. The owner's is the
// node's own; anybody else's is given, at the commission the node offers now.
func (k *Keeper) bond(ctx context.Context, giver sdk.AccAddress, giverText string, network types.Network, n types.Node, amount math.Int) error {
	if err := network.CheckLive(); err != nil {
		return err
	}
	if n.Status == types.NODE_STATUS_LEFT {
		return types.ErrWrongStatus.Wrapf("node %d has left", n.Id)
	}
	if err := k.checkBond(ctx, giver, giverText, network, amount); err != nil {
		return err
	}
	b, err := k.bondOf(ctx, network, n, giver, giverText)
	if err != nil {
		return err
	}
	b.Amount = b.Amount.Add(amount)
	if least := types.LeastGiven(network.Params.Bond.MinBond); n.Owner != giverText && b.Amount.LT(least) {
		return types.ErrInvalidAmount.Wrapf("a bond of %s for another's node is less than %s, the least in network %s", b.Amount, least, network.Id)
	}
	coins := sdk.NewCoins(sdk.NewCoin(network.Token.Denom, amount))
	if err := k.bank.SendCoinsFromAccountToModule(ctx, giver, types.ModuleName, coins); err != nil {
		return err
	}
	if err := k.beforeBonds(ctx, network.Seq, n, giverText); err != nil {
		return err
	}
	if n.Owner == giverText {
		n.OwnBond = n.OwnBond.Add(amount)
	} else {
		n.GivenBond = n.GivenBond.Add(amount)
	}
	if err := k.bonds.Set(ctx, collections.Join3(network.Seq, n.Id, []byte(giver)), b); err != nil {
		return err
	}
	if err := k.reweigh(ctx, network.Seq, n); err != nil {
		return err
	}
	return emitBonded(ctx, n, b.Giver, amount)
}

// bondOf returns the bond of a giver, or a new one if the node has room for it.
func (k *Keeper) bondOf(ctx context.Context, network types.Network, n types.Node, giver sdk.AccAddress, giverText string) (types.Bond, error) {
	commission := n.Offer.CommissionBps
	if n.Owner == giverText {
		commission = 0
	}
	b, err := k.bonds.Get(ctx, collections.Join3(network.Seq, n.Id, []byte(giver)))
	switch {
	case err == nil && b.CommissionBps != commission:
		return b, types.ErrInvalidRequest.Wrapf("this bond has a commission of %d hundredths of a percent and node %d offers %d now: unbond first, or bond from another account",
			b.CommissionBps, n.Id, commission)
	case err == nil || !errors.Is(err, collections.ErrNotFound):
		return b, err
	}
	// The owner's own bond needs no place: nobody can crowd it out, and it crowds out nobody.
	if n.Owner != giverText {
		if err := k.checkPlace(ctx, network, n, giverText); err != nil {
			return b, err
		}
	}
	return types.Bond{Giver: giverText, Amount: math.ZeroInt(), CommissionBps: commission}, nil
}

// checkPlace returns ErrLimit if an account can have no place among a node's givers. A giver keeps
// its place until all its money is back, or new givers could pile up money on its way back.
func (k *Keeper) checkPlace(ctx context.Context, network types.Network, n types.Node, giver string) error {
	bonds, errBonds := k.BondsOf(ctx, network.Seq, n.Id)
	waiting, errWaiting := k.unbondingsOf(ctx, network.Seq, n.Id)
	if err := errors.Join(errBonds, errWaiting); err != nil {
		return err
	}
	var givers []string
	for _, b := range bonds {
		givers = append(givers, b.Giver)
	}
	for _, u := range waiting {
		givers = append(givers, u.Giver)
	}
	slices.Sort(givers)
	others := slices.DeleteFunc(slices.Compact(givers), func(g string) bool { return g == n.Owner })
	if len(others) >= types.MaxGivers && !slices.Contains(others, giver) {
		return types.ErrLimit.Wrapf("node %d has money of %d accounts beside its owner at stake, the most it can have", n.Id, len(others))
	}
	return nil
}

// BondsOf returns all bonds of a node in the order of their givers.
func (k *Keeper) BondsOf(ctx context.Context, seq, node uint64) ([]types.Bond, error) {
	var list []types.Bond
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, []byte](seq, node)
	err := k.bonds.Walk(ctx, at, func(_ collections.Triple[uint64, uint64, []byte], b types.Bond) (bool, error) {
		list = append(list, b)
		return false, nil
	})
	return list, err
}

// checkBond returns an error unless the account can put up the amount: where money is missing, it
// says whose and how much.
func (k *Keeper) checkBond(ctx context.Context, giver sdk.AccAddress, giverText string, network types.Network, amount math.Int) error {
	if err := types.CheckAmount("bond", amount); err != nil {
		return err
	}
	if !amount.IsPositive() {
		return types.ErrInvalidAmount.Wrap("a bond must be more than nothing")
	}
	needs := sdk.NewCoin(network.Token.Denom, amount)
	if has := k.bank.GetBalance(ctx, giver, needs.Denom); has.IsLT(needs) {
		return types.ErrInsufficientFunds.Wrapf("account %s has %s and needs %s; have somebody who holds the token send it", giverText, has, needs)
	}
	return nil
}

// beforeBonds tells the modules to the right that a giver's bond of a node is about to change; with
// the owner's all can change. An owner who is alone shares with nobody, before and after.
func (k *Keeper) beforeBonds(ctx context.Context, seq uint64, n types.Node, giver string) error {
	if giver == n.Owner && n.GivenBond.IsZero() {
		return nil
	}
	return k.bondHooks.BeforeBondsChanged(ctx, seq, n.Id)
}

// setBond stores what is left of a bond, or removes it.
func (k *Keeper) setBond(ctx context.Context, seq, node uint64, giver []byte, b types.Bond) error {
	at := collections.Join3(seq, node, giver)
	if b.Amount.IsZero() {
		return k.bonds.Remove(ctx, at)
	}
	return k.bonds.Set(ctx, at, b)
}

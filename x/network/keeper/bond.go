package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// bond moves money from the giver to the module and puts it up for a node. The owner's is the
// node's own; anybody else's is given, at the commission the node offers now.
func (k *Keeper) bond(ctx context.Context, giver sdk.AccAddress, giverText string, network types.Network, n types.Node, amount math.Int) error {
	if err := types.CheckAmount("bond", amount); err != nil {
		return err
	}
	if !amount.IsPositive() {
		return types.ErrInvalidAmount.Wrap("a bond must be more than nothing")
	}
	if n.Status == types.NODE_STATUS_LEFT {
		return types.ErrWrongStatus.Wrapf("node %d has left", n.Id)
	}
	b, err := k.bondOf(ctx, network, n, giver, giverText)
	if err != nil {
		return err
	}
	if err := k.collect(ctx, giver, giverText, sdk.NewCoin(network.Token.Denom, amount)); err != nil {
		return err
	}
	b.Amount = b.Amount.Add(amount)
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
	all, err := k.BondsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return b, err
	}
	// One place is kept for the owner, whose own bond nobody can crowd out.
	limit := types.MaxGivers
	if n.Owner == giverText {
		limit++
	}
	if len(all) >= limit {
		return b, types.ErrLimit.Wrapf("node %d has bonds of %d accounts, the most it can have", n.Id, len(all))
	}
	return types.Bond{Giver: giverText, Amount: math.ZeroInt(), CommissionBps: commission}, nil
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

// collect moves money from an account to the module, or says what is missing.
func (k *Keeper) collect(ctx context.Context, from sdk.AccAddress, text string, amount sdk.Coin) error {
	if has := k.bank.GetBalance(ctx, from, amount.Denom); has.IsLT(amount) {
		return types.ErrInsufficientFunds.Wrapf("account %s has %s and needs %s; have somebody who holds the token send it", text, has, amount)
	}
	return k.bank.SendCoinsFromAccountToModule(ctx, from, types.ModuleName, sdk.NewCoins(amount))
}

// setBond stores what is left of a bond, or removes it.
func (k *Keeper) setBond(ctx context.Context, seq, node uint64, giver []byte, b types.Bond) error {
	at := collections.Join3(seq, node, giver)
	if b.Amount.IsZero() {
		return k.bonds.Remove(ctx, at)
	}
	return k.bonds.Set(ctx, at, b)
}

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// withdrawal is what one withdrawal paid.
type withdrawal struct {
	node                      networktypes.Node
	fees, matched, commission math.Int
	left                      uint64
}

// withdraw pays what a node has earned: its fees, and the match of up to MaxWithdrawn closed
// epochs, which is minted here and nowhere else.
func (k *Keeper) withdraw(ctx context.Context, networkID string, node uint64) (withdrawal, error) {
	network, err := k.networks.NetworkByID(ctx, networkID)
	if err != nil {
		return withdrawal{}, err
	}
	w := withdrawal{matched: math.ZeroInt(), commission: math.ZeroInt()}
	if w.node, err = k.networks.Node(ctx, network.Seq, node); err != nil {
		return w, err
	}
	if w.fees, err = orZero(k.fees.Get(ctx, collections.Join(network.Seq, node))); err != nil {
		return w, err
	}
	due, left, err := k.dueEpochs(ctx, network.Seq, node)
	if err != nil {
		return w, err
	}
	w.left = left
	w.matched, err = k.mintMatch(ctx, network, node, due)
	if errors.Is(err, types.ErrOverCap) && w.fees.IsPositive() {
		// Fees are money that is there. They must not wait for a mistake to be mended.
		sdk.UnwrapSDKContext(ctx).Logger().Error("mint a match", "module", types.ModuleName, "network", networkID, "node", node, "error", err.Error())
		w.matched, w.left, err = math.ZeroInt(), left+uint64(len(due)), nil
	}
	if err != nil {
		return w, err
	}
	// Epochs whose match is nothing are taken off as well, or they would hide later ones.
	total := w.fees.Add(w.matched)
	if total.IsZero() && len(due) == 0 {
		return w, types.ErrNothingToWithdraw.Wrapf("node %d of network %s; what was burnt in the open epoch is matched when it closes", node, networkID)
	}
	if err := k.fees.Remove(ctx, collections.Join(network.Seq, node)); err != nil {
		return w, err
	}
	w.commission, err = k.payOut(ctx, network, w.node, total)
	return w, err
}

// mintMatch takes the match of closed epochs off what is ready and mints it, or does neither and
// returns why.
func (k *Keeper) mintMatch(ctx context.Context, network networktypes.Network, node uint64, due []uint64) (math.Int, error) {
	branch, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	matched, err := k.collectMatch(branch, network.Seq, node, due)
	if err != nil {
		return math.Int{}, err
	}
	if err := k.mint(branch, network, matched); err != nil {
		return math.Int{}, err
	}
	write()
	return matched, nil
}

// collectMatch adds up the match of closed epochs of a node and takes them off what is ready.
func (k *Keeper) collectMatch(ctx context.Context, seq, node uint64, due []uint64) (math.Int, error) {
	sum := math.ZeroInt()
	for _, epoch := range due {
		matched, err := k.takeMatch(ctx, seq, node, epoch)
		if err != nil {
			return math.Int{}, err
		}
		sum = sum.Add(matched)
	}
	return sum, nil
}

// dueEpochs returns up to MaxWithdrawn closed epochs whose match is ready, and how many more there
// are, counted up to as many again.
func (k *Keeper) dueEpochs(ctx context.Context, seq, node uint64) ([]uint64, uint64, error) {
	var due []uint64
	var left uint64
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](seq, node)
	err := k.ready.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		isClosed, err := k.closed.Has(ctx, collections.Join(seq, key.K3()))
		if err != nil || !isClosed {
			return true, err
		}
		if len(due) < types.MaxWithdrawn {
			due = append(due, key.K3())
		} else {
			left++
		}
		return left == types.MaxWithdrawn, nil
	})
	return due, left, err
}

// takeMatch books the match of one epoch as withdrawn. The record of the epoch goes with the last
// node's match.
func (k *Keeper) takeMatch(ctx context.Context, seq, node, epoch uint64) (math.Int, error) {
	at := collections.Join3(seq, node, epoch)
	pay, err := k.pays.Get(ctx, at)
	if err != nil {
		return math.Int{}, err
	}
	c, err := k.closed.Get(ctx, collections.Join(seq, epoch))
	if err != nil {
		return math.Int{}, err
	}
	pay.Matched, pay.Withdrawn = c.Match(pay.Burnt), true
	c.Open = c.Open.Sub(pay.Burnt)
	if c.Open.IsZero() {
		err = k.closed.Remove(ctx, collections.Join(seq, epoch))
	} else {
		err = k.closed.Set(ctx, collections.Join(seq, epoch), c)
	}
	return pay.Matched, errors.Join(err, k.pays.Set(ctx, at, pay), k.ready.Remove(ctx, at))
}

// mint makes the match of a withdrawal. The schedule keeps the supply under the cap; the check
// here would stop a mistake in it.
func (k *Keeper) mint(ctx context.Context, network networktypes.Network, amount math.Int) error {
	if amount.IsZero() {
		return nil
	}
	denom := network.Token.Denom
	if supply := k.bank.GetSupply(ctx, denom).Amount.Add(amount); supply.GT(network.Token.SupplyCap) {
		return types.ErrOverCap.Wrapf("the supply of %s would be %s, over its cap of %s", denom, supply, network.Token.SupplyCap)
	}
	return k.bank.MintCoins(ctx, types.ModuleName, sdk.NewCoins(sdk.NewCoin(denom, amount)))
}

// payOut pays the givers of bonds their commissions and the owner the rest. It returns the sum of
// the commissions. The givers of a node are few.
func (k *Keeper) payOut(ctx context.Context, network networktypes.Network, n networktypes.Node, total math.Int) (math.Int, error) {
	bonds, err := k.networks.BondsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return math.Int{}, err
	}
	commission := math.ZeroInt()
	for _, b := range bonds {
		if b.Giver == n.Owner {
			continue
		}
		part := types.Commission(total, b.Amount, n.TotalBond(), b.CommissionBps)
		if err := k.send(ctx, network, b.Giver, part); err != nil {
			return math.Int{}, err
		}
		commission = commission.Add(part)
	}
	return commission, k.send(ctx, network, n.Owner, total.Sub(commission))
}

func (k *Keeper) send(ctx context.Context, network networktypes.Network, to string, amount math.Int) error {
	if amount.IsZero() {
		return nil
	}
	addr, err := k.addresses.StringToBytes(to)
	if err != nil {
		return types.ErrInvalidRequest.Wrapf("account %s: %s", to, err)
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, addr, sdk.NewCoins(sdk.NewCoin(network.Token.Denom, amount)))
}

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
	node                                networktypes.Node
	fees, matched, presence, commission math.Int
	left                                uint64
}

// withdraw pays what a node has earned: its fees, the emission for uptime and duties, and the match
// of up to MaxWithdrawn closed epochs. Emission and match are minted here and nowhere else.
func (k *Keeper) withdraw(ctx context.Context, networkID string, node uint64) (withdrawal, error) {
	network, err := k.networks.NetworkByID(ctx, networkID)
	if err != nil {
		return withdrawal{}, err
	}
	var w withdrawal
	if w.node, err = k.networks.Node(ctx, network.Seq, node); err != nil {
		return w, err
	}
	runs, err := k.runsOf(ctx, network.Seq, w.node)
	if err != nil {
		return w, err
	}
	w.fees, w.presence = shared(runs)
	due, left, err := k.dueEpochs(ctx, network.Seq, node, runs[len(runs)-1].last)
	if err != nil {
		return w, err
	}
	further, err := k.runsLeft(ctx, network.Seq, node, runs[len(runs)-1])
	if err != nil {
		return w, err
	}
	w.left = max(left, further)
	// Epochs whose match is nothing are taken off as well, or they would hide later ones.
	if w.fees.IsZero() && w.presence.IsZero() && len(due) == 0 {
		return w, types.ErrNothingToWithdraw.Wrapf("node %d of network %s; what was burnt in the open epoch is matched when it closes", node, networkID)
	}
	matches, err := k.mintMatch(ctx, network, node, due, runs, w.presence)
	minted := err == nil
	if errors.Is(err, types.ErrOverCap) && w.fees.IsPositive() {
		// Fees are money that is there. They must not wait for a mistake to be mended.
		sdk.UnwrapSDKContext(ctx).Logger().Error("mint emission", "module", types.ModuleName, "network", networkID, "node", node, "error", err.Error())
		matches, w.left, w.presence, err = zeros(len(runs)), max(left+uint64(len(due)), further), math.ZeroInt(), nil
	}
	if err != nil {
		return w, err
	}
	w.matched = sum(matches)
	if err := k.takeShared(ctx, network.Seq, node, runs, minted); err != nil {
		return w, err
	}
	for i, r := range runs {
		if minted {
			matches[i] = matches[i].Add(r.sharing.Presence)
		}
	}
	w.commission, err = k.payOut(ctx, network, w.node, runs, matches)
	return w, err
}

// mintMatch takes the match of closed epochs off what is ready and mints it with the emission for
// presence, or does nothing and returns why. It returns how much match there is for each run.
func (k *Keeper) mintMatch(ctx context.Context, network networktypes.Network, node uint64, due []uint64, runs []run, presence math.Int) ([]math.Int, error) {
	branch, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	matches, err := k.collectMatch(branch, network.Seq, node, due, runs)
	if err != nil {
		return nil, err
	}
	if err := k.mint(branch, network, sum(matches).Add(presence)); err != nil {
		return nil, err
	}
	write()
	return matches, nil
}

// collectMatch adds up the match of closed epochs of a node, each for the run it is in, and takes
// them off what is ready. Epochs and runs are in their order.
func (k *Keeper) collectMatch(ctx context.Context, seq, node uint64, due []uint64, runs []run) ([]math.Int, error) {
	matches, at := zeros(len(runs)), 0
	for _, epoch := range due {
		for runs[at].last < epoch {
			at++
		}
		matched, err := k.takeMatch(ctx, seq, node, epoch)
		if err != nil {
			return nil, err
		}
		matches[at] = matches[at].Add(matched)
	}
	return matches, nil
}

// dueEpochs returns up to MaxWithdrawn closed epochs up to the last whose match is ready, and how
// many more there are, counted up to as many again.
func (k *Keeper) dueEpochs(ctx context.Context, seq, node, last uint64) ([]uint64, uint64, error) {
	var due []uint64
	var left uint64
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](seq, node)
	err := k.ready.Walk(ctx, at, func(key nodeEpoch) (bool, error) {
		isClosed, err := k.closed.Has(ctx, collections.Join(seq, key.K3()))
		if err != nil || !isClosed {
			return true, err
		}
		if len(due) < types.MaxWithdrawn && key.K3() <= last {
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

// mint makes the match and the emission of a withdrawal. The schedule keeps the supply under the cap; the check
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

// payOut pays the givers of bonds their commissions and the owner the rest of fees and of what was
// minted, run by run as each is shared. It returns the sum of the commissions.
func (k *Keeper) payOut(ctx context.Context, network networktypes.Network, n networktypes.Node, runs []run, minted []math.Int) (math.Int, error) {
	rest, commission := math.ZeroInt(), math.ZeroInt()
	for at, r := range runs {
		total := r.sharing.Fees.Add(minted[at])
		rest = rest.Add(total)
		for _, p := range r.sharing.Parts {
			part := r.sharing.Commission(total, p)
			if err := k.send(ctx, network, p.Giver, part); err != nil {
				return math.Int{}, err
			}
			rest, commission = rest.Sub(part), commission.Add(part)
		}
	}
	return commission, k.send(ctx, network, n.Owner, rest)
}

// shared adds up fees, and emission for uptime and duties, of runs.
func shared(runs []run) (fees, presence math.Int) {
	fees, presence = math.ZeroInt(), math.ZeroInt()
	for _, r := range runs {
		fees, presence = fees.Add(r.sharing.Fees), presence.Add(r.sharing.Presence)
	}
	return fees, presence
}

func sum(amounts []math.Int) math.Int {
	all := math.ZeroInt()
	for _, a := range amounts {
		all = all.Add(a)
	}
	return all
}

func zeros(n int) []math.Int {
	list := make([]math.Int, n)
	for i := range list {
		list[i] = math.ZeroInt()
	}
	return list
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

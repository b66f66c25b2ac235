package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TakeBond takes up to an amount from what is at stake for a node and moves it to another
// module's account; it returns what it took, and whose money it was. The owner's bond pays first,
// then what the owner has on its way back, then the bonds of others pro rata, with theirs on the way
// back. reason is one word for the event.
func (k *Keeper) TakeBond(ctx context.Context, seq, node uint64, amount math.Int, toModule, reason string) (types.Taken, error) {
	taken := types.Taken{Amount: math.ZeroInt()}
	if err := types.CheckAmount("what is to be taken", amount); err != nil {
		return taken, err
	}
	network, err := k.networks.Get(ctx, seq)
	if err != nil {
		return taken, err
	}
	n, err := k.Node(ctx, seq, node)
	if err != nil {
		return taken, err
	}
	stakes, err := k.stakesOf(ctx, network, n)
	if err != nil {
		return taken, err
	}
	if err := k.beforeBonds(ctx, seq, n, n.Owner); err != nil {
		return taken, err
	}
	for _, own := range []bool{true, false} {
		if err := k.takeFrom(ctx, &n, stakes, own, amount.Sub(taken.Amount), &taken); err != nil {
			return taken, err
		}
	}
	if err := k.reweigh(ctx, seq, n); err != nil || taken.Amount.IsZero() {
		return taken, err
	}
	coins := sdk.NewCoins(sdk.NewCoin(network.Token.Denom, taken.Amount))
	if err := k.bank.SendCoinsFromModuleToModule(ctx, types.ModuleName, toModule, coins); err != nil {
		return taken, err
	}
	return taken, emitBondTaken(ctx, n, taken.Amount, reason)
}

// stake is one sum of money at stake for a node: a bond, or an unbonding.
type stake struct {
	own       bool
	amount    math.Int
	bond      *types.Bond
	giver     []byte
	unbonding *types.Unbonding
}

// account returns whose money it is.
func (s stake) account() string {
	if s.unbonding != nil {
		return s.unbonding.Giver
	}
	return s.bond.Giver
}

// stakesOf lists what is at stake for a node: bonds before unbondings, each in the order of its key.
func (k *Keeper) stakesOf(ctx context.Context, network types.Network, n types.Node) ([]stake, error) {
	bonds, err := k.BondsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return nil, err
	}
	waiting, err := k.unbondingsOf(ctx, network.Seq, n.Id)
	if err != nil {
		return nil, err
	}
	var list []stake
	for _, b := range bonds {
		giver, err := k.account("giver", b.Giver)
		if err != nil {
			return nil, err
		}
		list = append(list, stake{own: b.Giver == n.Owner, amount: b.Amount, bond: &b, giver: giver})
	}
	for _, u := range waiting {
		list = append(list, stake{own: u.Giver == n.Owner, amount: u.Amount, unbonding: &u})
	}
	return list, nil
}

// takeFrom takes up to an amount from the owner's stakes in their order, or from the others' pro
// rata, and adds it to what was taken. Each part is the difference of two running sums rounded
// down, so that it is within one unit of what is exact and all together reach what is to be taken.
func (k *Keeper) takeFrom(ctx context.Context, n *types.Node, stakes []stake, own bool, wanted math.Int, taken *types.Taken) error {
	pool := math.ZeroInt()
	for _, s := range stakes {
		if s.own == own {
			pool = pool.Add(s.amount)
		}
	}
	take := math.MinInt(wanted, pool)
	if take.IsZero() {
		return nil
	}
	seen, paid := math.ZeroInt(), math.ZeroInt()
	for _, s := range stakes {
		if s.own != own {
			continue
		}
		seen = seen.Add(s.amount)
		due := math.MinInt(seen, take)
		if !own {
			due = seen.Mul(take).Quo(pool)
		}
		if part := due.Sub(paid); part.IsPositive() {
			if err := k.lessen(ctx, n, s, part); err != nil {
				return err
			}
			taken.Add(s.account(), part)
		}
		paid = due
	}
	return nil
}

// lessen takes an amount off one stake.
func (k *Keeper) lessen(ctx context.Context, n *types.Node, s stake, amount math.Int) error {
	if s.unbonding != nil {
		u := *s.unbonding
		u.Amount = u.Amount.Sub(amount)
		if u.Amount.IsZero() {
			return k.removeUnbonding(ctx, u)
		}
		return k.unbondings.Set(ctx, u.Id, u)
	}
	if s.own {
		n.OwnBond = n.OwnBond.Sub(amount)
	} else {
		n.GivenBond = n.GivenBond.Sub(amount)
	}
	network, err := k.ids.Get(ctx, n.Network)
	if err != nil {
		return err
	}
	b := *s.bond
	b.Amount = b.Amount.Sub(amount)
	return k.setBond(ctx, network, n.Id, s.giver, b)
}

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// settleDeal ends a deal whose proofs are all over: every epoch an index was held and proven has
// been paid already, and whatever is left of escrow and reserve goes back to the client, to the
// unit. It returns what the deal cost and what went back.
func (k *Keeper) settleDeal(ctx context.Context, id uint64) (types.Deal, math.Int, math.Int, error) {
	c, err := k.contract(ctx, id)
	if err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	final, err := k.finalEpoch(ctx, c.network.Seq, c.epoch)
	if err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	if final < c.deal.LastEpoch {
		return c.deal, math.Int{}, math.Int{}, types.ErrWrongState.Wrapf("deal %d runs until epoch %d and proofs are over until epoch %d", id, c.deal.LastEpoch, final)
	}
	if err := k.closeIndices(ctx, c); err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	cost, err := k.costOf(ctx, c)
	if err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	d, err := k.deals.Get(ctx, id)
	if err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	refund := d.Escrow.Sub(cost).Add(d.Reserve)
	if refund.IsNegative() {
		return d, math.Int{}, math.Int{}, types.ErrInsufficientFunds.Wrapf("deal %d cost %s, more than its escrow of %s", id, cost, d.Escrow)
	}
	d.Escrow, d.Reserve, d.Status = math.ZeroInt(), math.ZeroInt(), types.DEAL_STATUS_SETTLED
	if err := errors.Join(
		k.deals.Set(ctx, id, d),
		k.ends.Remove(ctx, collections.Join3(c.network.Seq, d.LastEpoch, id)),
		k.deps.Networks.ChangeDuties(ctx, c.network.Seq, -1),
	); err != nil {
		return d, math.Int{}, math.Int{}, err
	}
	return d, cost, refund, k.refund(ctx, c, refund)
}

func (k *Keeper) refund(ctx context.Context, c contract, amount math.Int) error {
	if amount.IsZero() {
		return nil
	}
	client, err := k.account("client", c.deal.Client)
	if err != nil {
		return err
	}
	coins := sdk.NewCoins(sdk.NewCoin(c.network.Token.Denom, amount))
	return k.deps.Bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, client, coins)
}

// closeIndices ends every stint with the deal, frees the nodes and removes the indices. Prices of
// repairs that nobody earned go back to the reserve.
func (k *Keeper) closeIndices(ctx context.Context, c contract) error {
	indices, err := k.indicesOf(ctx, c.deal)
	if err != nil {
		return err
	}
	for number, i := range indices {
		if i.Status == types.INDEX_STATUS_HELD {
			if err := k.endStint(ctx, c, uint32(number), i, c.deal.LastEpoch); err != nil {
				return err
			}
		}
		if i.HasNode() {
			if err := errors.Join(
				k.release(ctx, c, i.Node),
				k.repairs.Remove(ctx, collections.Join3(c.network.Seq, i.Node, c.deal.Id)),
				k.dropRequests(ctx, c, uint32(number), i.Node),
			); err != nil {
				return err
			}
		}
		if i.RepairPay.IsPositive() {
			if err := k.addReserve(ctx, c.deal.Id, i.RepairPay); err != nil {
				return err
			}
		}
		if err := k.removeIndex(ctx, c, uint32(number)); err != nil {
			return err
		}
	}
	return nil
}

// costOf adds up what the stints of a deal have cost: the rate for every epoch in which the
// holder had an accepted proof. The stints are removed on the way.
func (k *Keeper) costOf(ctx context.Context, c contract) (math.Int, error) {
	ended, err := k.stintsOf(ctx, c.deal.Id)
	if err != nil {
		return math.Int{}, err
	}
	cost := math.ZeroInt()
	for _, s := range ended {
		epochs, err := k.provenEpochs(ctx, c.network.Seq, s)
		if err != nil {
			return math.Int{}, err
		}
		cost = cost.Add(c.deal.Rate.Mul(math.NewIntFromUint64(epochs)))
		if err := k.stints.Remove(ctx, collections.Join3(c.deal.Id, uint64(s.Index), s.FromEpoch)); err != nil {
			return math.Int{}, err
		}
	}
	return cost, nil
}

// provenEpochs returns in how many epochs of a stint the holder had an accepted proof.
func (k *Keeper) provenEpochs(ctx context.Context, seq uint64, s types.Stint) (uint64, error) {
	o, err := k.owedTo(ctx, seq, s.Node)
	if err != nil {
		return 0, err
	}
	until, err := k.missedUntil(ctx, seq, s.Node, s.ToEpoch, o)
	if err != nil {
		return 0, err
	}
	before, err := k.missedUntil(ctx, seq, s.Node, s.FromEpoch-1, o)
	if err != nil {
		return 0, err
	}
	return s.ToEpoch - s.FromEpoch + 1 - (until - before), nil
}

// dropRequests gives the bonds of open requests for an index back: there is nothing left to show.
func (k *Keeper) dropRequests(ctx context.Context, c contract, number uint32, node uint64) error {
	open, err := k.requestsTo(ctx, c.network.Seq, node)
	if err != nil {
		return err
	}
	for _, r := range open {
		if r.Deal != c.deal.Id || r.Index != number {
			continue
		}
		if err := k.returnBond(ctx, c, r); err != nil {
			return err
		}
	}
	return nil
}

// returnBond ends a request and gives the requester its bond back.
func (k *Keeper) returnBond(ctx context.Context, c contract, r types.OpenRequest) error {
	requester, err := k.account("requester", r.Requester)
	if err != nil {
		return err
	}
	if err := k.removeRequest(ctx, c.network.Seq, r); err != nil {
		return err
	}
	coins := sdk.NewCoins(sdk.NewCoin(c.network.Token.Denom, r.Bond))
	return k.deps.Bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, requester, coins)
}

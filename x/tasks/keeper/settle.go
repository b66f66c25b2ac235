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
		return c.deal, math.Int{}, math.Int{}, types.ErrNotOver.Wrapf("deal %d runs until epoch %d and proofs are over until epoch %d", id, c.deal.LastEpoch, final)
	}
	if err := k.closeIndices(ctx, c); err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	ended, err := k.stintsOf(ctx, id)
	if err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	if err := k.settleStints(ctx, c, ended); err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	d, err := k.deals.Get(ctx, id)
	if err != nil {
		return c.deal, math.Int{}, math.Int{}, err
	}
	cost, refund := d.Spent, d.Escrow.Sub(d.Spent).Add(d.Reserve)
	if refund.IsNegative() {
		return d, math.Int{}, math.Int{}, types.ErrInsufficientFunds.Wrapf("deal %d cost %s, more than its escrow of %s", id, cost, d.Escrow)
	}
	d.Escrow, d.Reserve, d.Spent, d.Status = math.ZeroInt(), math.ZeroInt(), math.ZeroInt(), types.DEAL_STATUS_SETTLED
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
				k.dropRequests(ctx, c, uint32(number)),
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

// dropRequests gives the bonds of open requests for an index back: there is nothing left to show.
func (k *Keeper) dropRequests(ctx context.Context, c contract, number uint32) error {
	open, err := k.requestsFor(ctx, c.deal.Id, number)
	if err != nil {
		return err
	}
	for _, r := range open {
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

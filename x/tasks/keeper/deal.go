package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// openDeal locks up what a deal can come to cost, burns its share of one epoch's flow and leaves
// the indices waiting for their draw.
func (k *Keeper) openDeal(ctx context.Context, client sdk.AccAddress, msg *types.MsgOpenDeal) (types.Deal, types.Cost, error) {
	if err := msg.Validate(); err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	for _, w := range msg.Without {
		if _, err := k.account("without", w); err != nil {
			return types.Deal{}, types.Cost{}, err
		}
	}
	network, err := k.deps.Networks.NetworkByID(ctx, msg.Network)
	if err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	if err := network.CheckLive(); err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	cal, err := k.deps.Networks.Calendar(ctx, network.Seq)
	if err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	if cal.Epoch == 0 {
		return types.Deal{}, types.Cost{}, types.ErrWrongState.Wrapf("network %s has not begun its first epoch: no node has joined it yet", network.Id)
	}
	cost, err := dealCost(network, msg)
	if err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	if err := k.collect(ctx, client, msg.Client, network, cost); err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	id, err := k.nextDeal.Get(ctx)
	if err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	d := types.Deal{
		Id: id, Network: network.Id, Client: msg.Client, Profile: msg.Profile, Space: msg.Space, Rate: cost.Rate,
		FirstEpoch: cal.Epoch + 1, LastEpoch: cal.Epoch + msg.Epochs, Escrow: cost.Escrow, Reserve: cost.Reserve,
		Region: msg.Region, Without: msg.Without, Status: types.DEAL_STATUS_OPEN,
		OpenedHeight: sdk.UnwrapSDKContext(ctx).BlockHeight(), Spent: math.ZeroInt(),
	}
	return d, cost, k.storeDeal(ctx, client, contract{deal: d, network: network, epoch: cal.Epoch})
}

// dealCost returns what a deal costs on the network's terms, if the client is willing to pay it.
func dealCost(network networktypes.Network, msg *types.MsgOpenDeal) (types.Cost, error) {
	s, pay := network.Params.Storage, network.Params.Pay
	rate := types.Rate(msg.Space, s.Price, s.PriceEpochs)
	if rate.GT(msg.MaxRate) {
		return types.Cost{}, types.ErrPriceTooHigh.Wrapf("an index costs %s an epoch, more than %s; the price may have changed", rate, msg.MaxRate)
	}
	cost := types.NewCost(rate, msg.Profile, msg.Epochs, s.ReserveBps, pay.BurnBps)
	return cost, types.CheckAmount("the cost of the deal", cost.Total())
}

// collect moves what a deal costs from the client to the module and burns what is to be burnt.
func (k *Keeper) collect(ctx context.Context, client sdk.AccAddress, text string, network networktypes.Network, cost types.Cost) error {
	total := sdk.NewCoin(network.Token.Denom, cost.Total())
	if has := k.deps.Bank.GetBalance(ctx, client, total.Denom); has.IsLT(total) {
		return types.ErrInsufficientFunds.Wrapf("account %s has %s and the deal costs %s; have somebody who holds the token send it", text, has, total)
	}
	if err := k.deps.Bank.SendCoinsFromAccountToModule(ctx, client, types.ModuleName, sdk.NewCoins(total)); err != nil {
		return err
	}
	if cost.Burnt.IsZero() {
		return nil
	}
	return k.deps.Bank.BurnCoins(ctx, types.ModuleName, sdk.NewCoins(sdk.NewCoin(total.Denom, cost.Burnt)))
}

// storeDeal writes a new deal with its indices and the keys it is found by.
func (k *Keeper) storeDeal(ctx context.Context, client sdk.AccAddress, c contract) error {
	d := c.deal
	if err := k.nextDeal.Set(ctx, d.Id+1); err != nil {
		return err
	}
	if err := k.deals.Set(ctx, d.Id, d); err != nil {
		return err
	}
	waiting := types.NewIndex(c.epoch, d.OpenedHeight)
	for i := range d.Profile.N {
		if err := k.setIndex(ctx, c, i, waiting); err != nil {
			return err
		}
	}
	if err := k.dealsByClient.Set(ctx, collections.Join([]byte(client), d.Id)); err != nil {
		return err
	}
	if err := k.ends.Set(ctx, collections.Join3(c.network.Seq, d.LastEpoch, d.Id)); err != nil {
		return err
	}
	return k.deps.Networks.ChangeDuties(ctx, c.network.Seq, 1)
}

// extendDeal buys more epochs at the rate of the deal. Nothing more is burnt at once: the burn of
// the opening pays for the draw.
func (k *Keeper) extendDeal(ctx context.Context, client sdk.AccAddress, msg *types.MsgExtendDeal) (types.Deal, types.Cost, error) {
	c, err := k.clientContract(ctx, msg.Deal, msg.Client)
	if err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	if c.epoch > c.deal.LastEpoch {
		return types.Deal{}, types.Cost{}, types.ErrWrongState.Wrapf("deal %d ended with epoch %d", c.deal.Id, c.deal.LastEpoch)
	}
	last := c.deal.LastEpoch + msg.Epochs
	if msg.Epochs == 0 || msg.Epochs > types.MaxEpochs || last-c.epoch > types.MaxEpochs {
		return types.Deal{}, types.Cost{}, types.ErrInvalidDeal.Wrapf("%d more epochs: a deal runs for 1 to %d from now on", msg.Epochs, types.MaxEpochs)
	}
	cost := types.NewCost(c.deal.Rate, c.deal.Profile, msg.Epochs, c.network.Params.Storage.ReserveBps, 0)
	if err := types.CheckAmount("the cost of the deal", cost.Total().Add(c.deal.Escrow)); err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	if err := k.collect(ctx, client, msg.Client, c.network, cost); err != nil {
		return types.Deal{}, types.Cost{}, err
	}
	c.deal.Escrow = c.deal.Escrow.Add(cost.Escrow)
	c.deal.Reserve = c.deal.Reserve.Add(cost.Reserve)
	d, err := k.moveEnd(ctx, c, last)
	return d, cost, err
}

// cancelDeal ends a deal with the epoch that is open. What it did not cost comes back when it is
// settled.
func (k *Keeper) cancelDeal(ctx context.Context, msg *types.MsgCancelDeal) (types.Deal, error) {
	c, err := k.clientContract(ctx, msg.Deal, msg.Client)
	if err != nil {
		return types.Deal{}, err
	}
	if c.epoch >= c.deal.LastEpoch {
		return types.Deal{}, types.ErrWrongState.Wrapf("deal %d ends with epoch %d by itself", c.deal.Id, c.deal.LastEpoch)
	}
	return k.moveEnd(ctx, c, c.epoch)
}

// moveEnd changes the last epoch of a deal and what it owes its holders after it.
func (k *Keeper) moveEnd(ctx context.Context, c contract, last uint64) (types.Deal, error) {
	d, was := c.deal, c.deal.LastEpoch
	indices, err := k.indicesOf(ctx, d)
	if err != nil {
		return d, err
	}
	for _, i := range indices {
		if i.Status != types.INDEX_STATUS_HELD {
			continue
		}
		if err := k.moveStint(ctx, c.network.Seq, i, d.Rate, was, last); err != nil {
			return d, err
		}
	}
	if err := k.ends.Remove(ctx, collections.Join3(c.network.Seq, was, d.Id)); err != nil {
		return d, err
	}
	if err := k.ends.Set(ctx, collections.Join3(c.network.Seq, last, d.Id)); err != nil {
		return d, err
	}
	d.LastEpoch = last
	return d, k.deals.Set(ctx, d.Id, d)
}

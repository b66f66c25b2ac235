package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// beginStint turns the node of an index into its holder, owed from the next opening on. What the
// index was not owed for since it was lost flows from the escrow to the reserve.
func (k *Keeper) beginStint(ctx context.Context, c contract, i types.Index) (types.Index, error) {
	rebuilt := i.Status == types.INDEX_STATUS_RESERVED
	i.Status = types.INDEX_STATUS_HELD
	i.FromEpoch = max(c.deal.FirstEpoch, c.epoch+1)
	i.Draws, i.Claimed, i.ClaimedEpoch = 0, types.Layout{}, 0
	if err := k.addStint(ctx, c.network.Seq, i, c.deal.Rate, c.deal.LastEpoch); err != nil {
		return i, err
	}
	if !rebuilt {
		return i, nil
	}
	if err := k.fillReserve(ctx, c, i.VacantFrom, i.FromEpoch); err != nil {
		return i, err
	}
	i.VacantFrom, i.NotRebuilt, i.LostBy = 0, nil, 0
	if !i.RepairPay.IsPositive() {
		return i, nil
	}
	return i, k.repairs.Set(ctx, collections.Join3(c.network.Seq, i.Node, c.deal.Id))
}

// fillReserve moves the rate of the epochs [from, to) of one index from the escrow to the reserve.
func (k *Keeper) fillReserve(ctx context.Context, c contract, from, to uint64) error {
	to = min(to, c.deal.LastEpoch+1)
	if from >= to {
		return nil
	}
	d, err := k.deals.Get(ctx, c.deal.Id)
	if err != nil {
		return err
	}
	flow := d.Rate.Mul(math.NewIntFromUint64(to - from))
	d.Escrow, d.Reserve = d.Escrow.Sub(flow), d.Reserve.Add(flow)
	return k.deals.Set(ctx, d.Id, d)
}

// addStint adds the rate to what the holder is owed from its first epoch to the deal's last.
func (k *Keeper) addStint(ctx context.Context, seq uint64, i types.Index, rate math.Int, last uint64) error {
	if i.FromEpoch > last {
		return nil
	}
	if err := k.change(ctx, seq, i.Node, i.FromEpoch, rate, math.ZeroInt()); err != nil {
		return err
	}
	return k.change(ctx, seq, i.Node, last+1, math.ZeroInt(), rate)
}

// moveStint changes the end of what a holder is owed for from one epoch to another. A stint that
// would end before it begins comes to nothing.
func (k *Keeper) moveStint(ctx context.Context, seq uint64, i types.Index, rate math.Int, was, last uint64) error {
	was, last = max(was, i.FromEpoch-1), max(last, i.FromEpoch-1)
	if was == last {
		return nil
	}
	if was < i.FromEpoch {
		return k.addStint(ctx, seq, i, rate, last)
	}
	if err := k.change(ctx, seq, i.Node, was+1, rate, math.ZeroInt()); err != nil {
		return err
	}
	return k.change(ctx, seq, i.Node, last+1, math.ZeroInt(), rate)
}

// endStint ends a holder's time with an epoch and keeps what is needed to settle it, to verify a
// proof that is still out, and to tell the node what it is owed.
func (k *Keeper) endStint(ctx context.Context, c contract, number uint32, i types.Index, last uint64) error {
	last = min(last, c.deal.LastEpoch)
	if err := k.moveStint(ctx, c.network.Seq, i, c.deal.Rate, c.deal.LastEpoch, last); err != nil {
		return err
	}
	if last < i.FromEpoch {
		return nil
	}
	if err := k.settleOverStints(ctx, c, number); err != nil {
		return err
	}
	if err := k.remember(ctx, c, i.Node, types.EndedStint{
		Deal: c.deal.Id, Index: number, FromEpoch: i.FromEpoch, ToEpoch: last, Rate: c.deal.Rate,
	}); err != nil {
		return err
	}
	return k.stints.Set(ctx, collections.Join3(c.deal.Id, uint64(number), i.FromEpoch), types.Stint{
		Index: number, Node: i.Node, FromEpoch: i.FromEpoch, ToEpoch: last,
		Acked: i.Acked, Claimed: i.Claimed, ClaimedEpoch: i.ClaimedEpoch,
	})
}

// stintsOf returns the stints of a deal that have ended.
func (k *Keeper) stintsOf(ctx context.Context, deal uint64) ([]types.Stint, error) {
	var list []types.Stint
	err := k.stints.Walk(ctx, collections.NewPrefixedTripleRange[uint64, uint64, uint64](deal),
		func(_ collections.Triple[uint64, uint64, uint64], s types.Stint) (bool, error) {
			list = append(list, s)
			return false, nil
		})
	return list, err
}

// settleOverStints settles the earlier stints of an index whose proofs are all over, at most
// MaxSettledStints. So however often an index changes hands, only those of the last epochs are left
// to look at for who proves or settles the deal.
func (k *Keeper) settleOverStints(ctx context.Context, c contract, number uint32) error {
	final, err := k.finalEpoch(ctx, c.network.Seq, c.epoch)
	if err != nil {
		return err
	}
	var over []types.Stint
	err = k.stints.Walk(ctx, collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](c.deal.Id, uint64(number)),
		func(_ collections.Triple[uint64, uint64, uint64], s types.Stint) (bool, error) {
			if s.ToEpoch > final {
				return true, nil
			}
			over = append(over, s)
			return len(over) == types.MaxSettledStints, nil
		})
	if err != nil {
		return err
	}
	return k.settleStints(ctx, c, over)
}

// settleStints adds to what a deal has spent what stints have cost, the rate for every epoch in
// which the holder had an accepted proof, and removes them.
func (k *Keeper) settleStints(ctx context.Context, c contract, over []types.Stint) error {
	if len(over) == 0 {
		return nil
	}
	cost := math.ZeroInt()
	for _, s := range over {
		epochs, err := k.provenEpochs(ctx, c.network.Seq, s)
		if err != nil {
			return err
		}
		cost = cost.Add(c.deal.Rate.Mul(math.NewIntFromUint64(epochs)))
		if err := k.stints.Remove(ctx, collections.Join3(c.deal.Id, uint64(s.Index), s.FromEpoch)); err != nil {
			return err
		}
	}
	d, err := k.deals.Get(ctx, c.deal.Id)
	if err != nil {
		return err
	}
	d.Spent = d.Spent.Add(cost)
	return k.deals.Set(ctx, d.Id, d)
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

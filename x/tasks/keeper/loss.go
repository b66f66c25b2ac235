package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Reasons for which an index is lost, as events name them.
const (
	lossReported   = "reported"
	lossLeft       = "left"
	lossUnanswered = "unanswered"
	lossSilent     = "silent"
	lossNotRebuilt = "not_rebuilt"
)

// reportLoss lets a node say that it lost an index. It is not owed for the epochs it has not
// claimed yet, so it can claim the rest, and pays for one repair. What it has claimed to the end it
// cannot lose any more.
func (k *Keeper) reportLoss(ctx context.Context, msg *types.MsgReportLoss) (math.Int, error) {
	n, c, i, err := k.operatedIndex(ctx, msg.Network, msg.Operator, msg.Deal, msg.Index)
	if err != nil {
		return math.Int{}, err
	}
	if c.deal.Network != msg.Network || i.Node != n.Id {
		return math.Int{}, types.ErrUnauthorized.Wrapf("index %d of deal %d is not with node %d", msg.Index, msg.Deal, n.Id)
	}
	switch i.Status {
	case types.INDEX_STATUS_HELD:
		o, err := k.owedTo(ctx, c.network.Seq, n.Id)
		if err != nil {
			return math.Int{}, err
		}
		if o.LastClaimed >= c.deal.LastEpoch {
			return math.Int{}, types.ErrWrongState.Wrapf("deal %d ended with epoch %d, which node %d has claimed: nothing is left to lose", msg.Deal, c.deal.LastEpoch, n.Id)
		}
		return k.lose(ctx, c, msg.Index, i, loss{reason: lossReported, last: o.LastClaimed, repairs: 1})
	case types.INDEX_STATUS_RESERVED:
		return math.ZeroInt(), k.giveBack(ctx, c, msg.Index, i)
	}
	return math.Int{}, types.ErrWrongState.Wrapf("node %d has not acknowledged index %d of deal %d yet", n.Id, msg.Index, msg.Deal)
}

// declareLoss lets anyone say that an index is lost. The chain looks for a reason: its node has
// left, has not answered a request, or has given no proof for too long; or the node that took it
// has not rebuilt it in time.
func (k *Keeper) declareLoss(ctx context.Context, msg *types.MsgDeclareLoss) (math.Int, error) {
	c, err := k.contract(ctx, msg.Deal)
	if err != nil {
		return math.Int{}, err
	}
	i, err := k.index(ctx, c.deal, msg.Index)
	if err != nil {
		return math.Int{}, err
	}
	if i.Status == types.INDEX_STATUS_RESERVED && i.AckDue(c.epoch) {
		return math.ZeroInt(), k.giveBack(ctx, c, msg.Index, i)
	}
	if i.Status != types.INDEX_STATUS_HELD {
		return math.Int{}, types.ErrNotLost.Wrapf("index %d of deal %d has no holder that could have lost it", msg.Index, msg.Deal)
	}
	l, err := k.findLoss(ctx, c, msg.Index, i)
	if err != nil {
		return math.Int{}, err
	}
	return k.lose(ctx, c, msg.Index, i, l)
}

// loss is why an index is lost, the last epoch it is owed for, and how many repairs that costs.
type loss struct {
	reason  string
	last    uint64
	repairs int64
}

// findLoss returns why an index is lost, or ErrNotLost.
func (k *Keeper) findLoss(ctx context.Context, c contract, number uint32, i types.Index) (loss, error) {
	n, err := k.deps.Nodes.Node(ctx, c.network.Seq, i.Node)
	if err != nil {
		return loss{}, err
	}
	// Who leaves after the deal's last epoch has held it to the end.
	if n.Status == networktypes.NODE_STATUS_LEFT && c.epoch <= c.deal.LastEpoch {
		return loss{reason: lossLeft, last: c.epoch, repairs: 1}, nil
	}
	unanswered, err := k.dropUnanswered(ctx, c, number)
	if err != nil {
		return loss{}, err
	}
	if unanswered {
		return loss{reason: lossUnanswered, last: c.epoch, repairs: 2}, nil
	}
	silent, err := k.isSilent(ctx, c, i)
	if err != nil {
		return loss{}, err
	}
	if !silent {
		return loss{}, types.ErrNotLost.Wrapf("node %d does its duty for index %d of deal %d, or its time is not over", i.Node, number, c.deal.Id)
	}
	return loss{reason: lossSilent, last: c.epoch, repairs: 2}, nil
}

// isSilent tells whether the holder of an index has given no proof for lost_epochs, or for two
// while fewer indices of the deal are proven than keep it safe, and enough to rebuild it from: where a
// network was away as a whole there is nothing to hurry for.
func (k *Keeper) isSilent(ctx context.Context, c contract, i types.Index) (bool, error) {
	final, err := k.finalEpoch(ctx, c.network.Seq, c.epoch)
	if err != nil {
		return false, err
	}
	run, err := k.silence(ctx, c, i, final)
	if err != nil || run < 2 {
		return false, err
	}
	if run >= uint64(c.network.Params.Storage.LostEpochs) {
		return true, nil
	}
	indices, err := k.indicesOf(ctx, c.deal)
	if err != nil {
		return false, err
	}
	var safe uint32
	for _, other := range indices {
		if other.Status != types.INDEX_STATUS_HELD {
			continue
		}
		run, err := k.silence(ctx, c, other, final)
		if err != nil {
			return false, err
		}
		if run < 2 {
			safe++
		}
	}
	return c.deal.Profile.K <= safe && safe < c.deal.Profile.Current(), nil
}

// silence returns for how many epochs that are over the holder of an index was owed and gave no
// proof. After the deal's last epoch nobody owes a proof for it.
func (k *Keeper) silence(ctx context.Context, c contract, i types.Index, final uint64) (uint64, error) {
	o, err := k.owedTo(ctx, c.network.Seq, i.Node)
	if err != nil {
		return 0, err
	}
	final = min(final, c.deal.LastEpoch)
	last := max(o.LastProven, i.FromEpoch-1)
	if final <= last {
		return 0, nil
	}
	return final - last, nil
}

// lose takes an index from its holder: its stint ends, the deal's reserve gets the price of the
// repairs from its bond, and the index waits for another node, or for this one if it was only away.
func (k *Keeper) lose(ctx context.Context, c contract, number uint32, i types.Index, l loss) (math.Int, error) {
	if err := k.endStint(ctx, c, number, i, l.last); err != nil {
		return math.Int{}, err
	}
	if err := k.release(ctx, c, i.Node); err != nil {
		return math.Int{}, err
	}
	if err := errors.Join(
		k.repairs.Remove(ctx, collections.Join3(c.network.Seq, i.Node, c.deal.Id)),
		k.dropRequests(ctx, c, number),
	); err != nil {
		return math.Int{}, err
	}
	price := types.RepairPay(c.deal.Rate, c.deal.Profile.K).MulRaw(l.repairs)
	taken, err := k.deps.Nodes.TakeBond(ctx, c.network.Seq, i.Node, price, types.ModuleName, "lost_piece")
	if err != nil {
		return math.Int{}, err
	}
	if err := k.addReserve(ctx, c.deal.Id, taken.Amount.Add(i.RepairPay)); err != nil {
		return math.Int{}, err
	}
	if err := k.deps.Nodes.Count(ctx, c.network.Seq, i.Node, networktypes.Counters{Lost: 1}); err != nil {
		return math.Int{}, err
	}
	vacant := types.Index{
		Status: types.INDEX_STATUS_VACANT, SinceEpoch: c.epoch, SinceHeight: sdk.UnwrapSDKContext(ctx).BlockHeight(),
		VacantFrom: max(l.last+1, i.FromEpoch), RepairPay: math.ZeroInt(), LostBy: i.Node,
	}
	proven, err := k.hasProven(ctx, c, i)
	if err != nil {
		return math.Int{}, err
	}
	if l.reason == lossReported || !proven {
		vacant.NotRebuilt = []uint64{i.Node}
	}
	if err := k.setIndex(ctx, c, number, vacant); err != nil {
		return math.Int{}, err
	}
	return taken.Amount, emitIndexLost(ctx, c.deal, number, i.Node, l.reason, taken.Amount)
}

// hasProven tells whether the holder of an index has had a proof of it accepted.
func (k *Keeper) hasProven(ctx context.Context, c contract, i types.Index) (bool, error) {
	o, err := k.owedTo(ctx, c.network.Seq, i.Node)
	return o.LastProven >= i.FromEpoch, err
}

// giveBack frees an index that a node took and did not rebuild. It costs nothing but the time, and
// the node comes last when the index is taken again.
func (k *Keeper) giveBack(ctx context.Context, c contract, number uint32, i types.Index) error {
	if err := k.release(ctx, c, i.Node); err != nil {
		return err
	}
	if err := k.addReserve(ctx, c.deal.Id, i.RepairPay); err != nil {
		return err
	}
	node := i.Node
	i.NotRebuilt = types.WithLatest(i.NotRebuilt, node, i.LostBy)
	i.Status, i.Node, i.RepairPay = types.INDEX_STATUS_VACANT, 0, math.ZeroInt()
	i.SinceEpoch, i.SinceHeight = c.epoch, sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := k.setIndex(ctx, c, number, i); err != nil {
		return err
	}
	return emitIndexLost(ctx, c.deal, number, node, lossNotRebuilt, math.ZeroInt())
}

// addReserve adds to what a deal has for repairs.
func (k *Keeper) addReserve(ctx context.Context, deal uint64, amount math.Int) error {
	d, err := k.deals.Get(ctx, deal)
	if err != nil {
		return err
	}
	d.Reserve = d.Reserve.Add(amount)
	return k.deals.Set(ctx, deal, d)
}

// dropUnanswered tells whether the holder has let a request for the index pass, and gives the
// requester its bond back.
func (k *Keeper) dropUnanswered(ctx context.Context, c contract, number uint32) (bool, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	open, err := k.requestsFor(ctx, c.deal.Id, number)
	if err != nil {
		return false, err
	}
	found := false
	for _, r := range open {
		if r.Deadline >= height {
			continue
		}
		found = true
		if err := k.returnBond(ctx, c, r); err != nil {
			return false, err
		}
	}
	return found, nil
}

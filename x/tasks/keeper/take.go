package keeper

import (
	"context"
	"fmt"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// takeIndex reserves a vacant index for a node, if it is among those whose turn has come: one more
// node is drawn with each turn, so that a silent one holds up a repair for one turn only. Who lost the
// index need not wait for a turn, once: it may have everything that others would have to rebuild.
func (k *Keeper) takeIndex(ctx context.Context, msg *types.MsgTakeIndex) (math.Int, error) {
	n, c, i, err := k.operatedIndex(ctx, msg.Network, msg.Operator, msg.Deal, msg.Index)
	if err != nil {
		return math.Int{}, err
	}
	if c.deal.Network != msg.Network || i.Status != types.INDEX_STATUS_VACANT {
		return math.Int{}, types.ErrWrongState.Wrapf("index %d of deal %d is not vacant in network %s", msg.Index, msg.Deal, msg.Network)
	}
	if c.epoch >= c.deal.LastEpoch {
		return math.Int{}, types.ErrWrongState.Wrapf("deal %d ends with epoch %d: there is nothing left to hold", c.deal.Id, c.deal.LastEpoch)
	}
	again, err := k.takesAgain(ctx, c, i, n)
	if err != nil {
		return math.Int{}, err
	}
	if again { // and is paid for no repair
		return k.reserve(ctx, c, msg.Index, i, n.Id, math.ZeroInt())
	}
	turn, drawn, err := k.turns(ctx, c, msg.Index, i)
	if err != nil {
		return math.Int{}, err
	}
	mine := false
	for _, d := range drawn {
		mine = mine || d.Id == n.Id
	}
	if !mine {
		return math.Int{}, types.ErrNotYourTurn.Wrapf("node %d is not among the %d nodes drawn for index %d of deal %d by turn %d", n.Id, len(drawn), msg.Index, msg.Deal, turn)
	}
	return k.reserve(ctx, c, msg.Index, i, n.Id, types.RepairPay(c.deal.Rate, c.deal.Profile.K))
}

// takesAgain tells whether a node may hold again what it lost: it had proven it, has neither reported the loss nor failed
// to rebuild the index since, its owner has no other index of the deal, and it has room. It may be idle or below the bond
// that is drawn: the loss itself may have made it so, and it comes into no draw by this.
func (k *Keeper) takesAgain(ctx context.Context, c contract, i types.Index, n networktypes.Node) (bool, error) {
	joined := n.Status == networktypes.NODE_STATUS_JOINED
	if i.LostBy != n.Id || slices.Contains(i.NotRebuilt, n.Id) || !joined || !wanted(c.deal, n) {
		return false, nil
	}
	indices, err := k.indicesOf(ctx, c.deal)
	if err != nil {
		return false, err
	}
	taken, err := k.taken(ctx, c, indices)
	if err != nil || slices.Contains(taken, n.OwnerSlot) {
		return false, err
	}
	return k.hasRoom(ctx, c, n)
}

// turns returns which turn it is for a vacant index and the nodes drawn so far.
func (k *Keeper) turns(ctx context.Context, c contract, number uint32, i types.Index) (int64, []networktypes.Node, error) {
	seed, err := k.deps.Beacon.Seed(ctx, closeOf(ctx, i), c.network.Params.Epoch.SeedDelayBlocks, seedRevealers)
	if err != nil {
		return 0, nil, err
	}
	indices, err := k.indicesOf(ctx, c.deal)
	if err != nil {
		return 0, nil, err
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	turn := (height - seed.Height) / int64(c.network.Params.Storage.RepairTurnBlocks)
	turn = min(turn, types.MaxTurns-1)
	drawn, err := k.draw(ctx, c, indices, i, fmt.Sprintf("repair/%d/%d", c.deal.Id, number), int(turn)+1)
	if err != nil {
		return turn, nil, err
	}
	drawn, err = k.lastInTurn(ctx, c, indices, i, drawn, int(turn)+1)
	return turn, drawn, err
}

// lastInTurn fills up the nodes whose turn it is with those that took the index and did not rebuild
// it, who did so longest ago first: nobody can hold a repair up again while there are others.
func (k *Keeper) lastInTurn(ctx context.Context, c contract, indices []types.Index, i types.Index, drawn []networktypes.Node, n int) ([]networktypes.Node, error) {
	taken, err := k.taken(ctx, c, indices)
	if err != nil {
		return nil, err
	}
	accepts, err := k.accepts(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, id := range i.NotRebuilt {
		if len(drawn) >= n {
			break
		}
		node, err := k.deps.Nodes.Node(ctx, c.network.Seq, id)
		if err != nil {
			return nil, err
		}
		ok, err := accepts(ctx, node)
		if err != nil {
			return nil, err
		}
		if ok && !slices.Contains(taken, node.OwnerSlot) {
			drawn = append(drawn, node)
		}
	}
	return drawn, nil
}

// reserve puts a node on a vacant index and sets the price of its repair aside, as far as the reserve has it.
func (k *Keeper) reserve(ctx context.Context, c contract, number uint32, i types.Index, node uint64, price math.Int) (math.Int, error) {
	pay := math.MinInt(price, c.deal.Reserve)
	if err := k.addReserve(ctx, c.deal.Id, pay.Neg()); err != nil {
		return math.Int{}, err
	}
	i.Status, i.Node, i.RepairPay = types.INDEX_STATUS_RESERVED, node, pay
	i.SinceEpoch, i.SinceHeight = c.epoch, sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := k.setIndex(ctx, c, number, i); err != nil {
		return math.Int{}, err
	}
	if err := k.hold(ctx, c, number, node); err != nil {
		return math.Int{}, err
	}
	return pay, emitIndexTaken(ctx, c.deal, number, node)
}

// payRepairs pays for the indices a node has rebuilt and proven with this proof for the first time.
func (k *Keeper) payRepairs(ctx context.Context, p proven) error {
	var due []uint64
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](p.network.Seq, p.node.Id)
	err := k.repairs.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64]) (bool, error) {
		due = append(due, key.K3())
		return len(due) == types.MaxRepairsPerProof, nil
	})
	if err != nil {
		return err
	}
	for _, deal := range due {
		if err := k.payRepair(ctx, p, deal); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) payRepair(ctx context.Context, p proven, deal uint64) error {
	d, err := k.deals.Get(ctx, deal)
	if err != nil {
		return err
	}
	number, err := k.dealsByNode.Get(ctx, collections.Join3(p.network.Seq, p.node.Id, deal))
	if err != nil {
		return err
	}
	i, err := k.indices.Get(ctx, collections.Join(deal, number))
	if err != nil || !i.Covers(p.epoch.Number, d) {
		return err
	}
	if err := k.repairs.Remove(ctx, collections.Join3(p.network.Seq, p.node.Id, deal)); err != nil {
		return err
	}
	pay := i.RepairPay
	i.RepairPay = math.ZeroInt()
	if err := k.indices.Set(ctx, collections.Join(deal, number), i); err != nil {
		return err
	}
	if _, err := k.settleFee(ctx, p.network, p.node, types.FeeRepair, pay, p.epoch.Params.Pay.BurnBps); err != nil {
		return err
	}
	return emitRepairPaid(ctx, d, uint32(number), p.node.Id, pay)
}

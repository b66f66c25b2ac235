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

// order is a posted task with its network and the epoch that is open in it.
type order struct {
	task    types.Task
	network networktypes.Network
	epoch   uint64
}

// postTask locks the fees of a task up and lets it wait for its draw.
func (k *Keeper) postTask(ctx context.Context, msg *types.MsgPostTask) (types.Task, error) {
	client, err := k.account("client", msg.Client)
	if err != nil {
		return types.Task{}, err
	}
	if err := msg.Validate(); err != nil {
		return types.Task{}, err
	}
	network, err := k.deps.Networks.NetworkByID(ctx, msg.Network)
	if err != nil {
		return types.Task{}, err
	}
	if err := network.CheckLive(); err != nil {
		return types.Task{}, err
	}
	epoch, err := k.payingEpoch(ctx, network)
	if err != nil {
		return types.Task{}, err
	}
	if err := k.mayBeJudged(ctx, network, epoch, msg); err != nil {
		return types.Task{}, err
	}
	work, err := k.withInput(ctx, network, epoch, msg.Work)
	if err != nil {
		return types.Task{}, err
	}
	if err := k.lockUp(ctx, client, msg.Client, network, msg.Escrow()); err != nil {
		return types.Task{}, err
	}
	id, err := k.nextTask.Get(ctx)
	if err != nil {
		return types.Task{}, err
	}
	o := order{network: network, epoch: epoch, task: types.Task{
		Id: id, Network: network.Id, Client: msg.Client, Work: work, Filter: msg.Filter.Filled(), Fee: msg.Fee, Escrow: msg.Escrow(),
		Wanted: msg.Replicas, WorkBlocks: msg.WorkBlocks,
	}}
	o.task = k.moved(ctx, o, types.TASK_STATUS_DRAWING, types.DrawBlocks)
	return o.task, errors.Join(
		k.nextTask.Set(ctx, id+1),
		k.setTask(ctx, types.Task{}, o.task),
		k.tasksByClient.Set(ctx, collections.Join([]byte(client), id)),
		k.deps.Networks.ChangeDuties(ctx, network.Seq, 1),
	)
}

// mayBeJudged returns ErrInvalidTask for a fee above the direct limit where a network has too few owners for a jury.
func (k *Keeper) mayBeJudged(ctx context.Context, network networktypes.Network, epoch uint64, msg *types.MsgPostTask) error {
	owners, err := k.deps.Actives.OwnersWithout(ctx, network.Seq, epoch, nil)
	if err != nil {
		return err
	}
	replicas := msg.Escrow().Quo(msg.Fee).Uint64() // as many as there may come to be
	limit := types.DirectLimit(network.Params.Bond.MinBond)
	if msg.Fee.GT(limit) && (owners < replicas || types.JurySeats(owners-replicas) == 0) {
		return types.ErrInvalidTask.Wrapf("a fee of %s: network %s has %d owners, too few for a jury beside %d replicas, and without one a fee is at most %s",
			msg.Fee, network.Id, owners, replicas, limit)
	}
	return nil
}

// withInput returns the work with the root of the layout its input lies in: a deal of the network that goes on, and holds as many
// bytes.
func (k *Keeper) withInput(ctx context.Context, network networktypes.Network, epoch uint64, w types.Work) (types.Work, error) {
	if w.Deal == 0 {
		return w, nil
	}
	c, err := k.contract(ctx, w.Deal)
	if err != nil {
		return w, err
	}
	l := c.deal.Layout
	if c.deal.Network != network.Id || epoch > c.deal.LastEpoch || w.Offset >= l.Bytes || w.Length > l.Bytes-w.Offset {
		return w, types.ErrInvalidTask.Wrapf("deal %d is not one of network %s that goes on and has %d bytes from %d on", w.Deal, network.Id, w.Length, w.Offset)
	}
	w.LayoutRoot = l.Root
	return w, nil
}

// order loads a posted task that is not settled.
func (k *Keeper) order(ctx context.Context, id uint64) (order, error) {
	t, err := k.tasks.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return order{}, types.ErrTaskNotFound.Wrapf("task %d was never posted, or is forgotten", id)
	}
	if err != nil {
		return order{}, err
	}
	if !t.IsOpen() {
		return order{}, types.ErrWrongState.Wrapf("task %d is settled", id)
	}
	n, err := k.deps.Networks.NetworkByID(ctx, t.Network)
	if err != nil {
		return order{}, err
	}
	cal, err := k.deps.Networks.Calendar(ctx, n.Seq)
	return order{task: t, network: n, epoch: cal.Epoch}, err
}

// moved returns the task of an order with a status that lasts so many blocks from now.
func (k *Keeper) moved(ctx context.Context, o order, s types.TaskStatus, blocks uint64) types.Task {
	t := o.task
	t.Status, t.SinceHeight, t.SinceEpoch = s, sdk.UnwrapSDKContext(ctx).BlockHeight(), o.epoch
	t.Closes = t.SinceHeight + int64(blocks)
	return t
}

// setTask writes a task in the place of what it was, and where it is found by its time.
func (k *Keeper) setTask(ctx context.Context, was, is types.Task) error {
	if was.Id != 0 {
		if err := k.taskTimes.Remove(ctx, collections.Join(uint64(was.Closes), was.Id)); err != nil {
			return err
		}
	}
	return errors.Join(k.tasks.Set(ctx, is.Id, is), k.taskTimes.Set(ctx, collections.Join(uint64(is.Closes), is.Id)))
}

// engage puts a node that was drawn on a task; it puts nothing at stake before it commits, as it may not want to. pledge puts at stake what
// the task asks for, and discharge takes the node off with what it has put at stake.
func (k *Keeper) engage(ctx context.Context, o order, node uint64) error {
	return k.changeStake(ctx, o, node, math.ZeroInt(), true)
}

func (k *Keeper) pledge(ctx context.Context, o order, n networktypes.Node) error {
	exposure, err := k.Exposure(ctx, o.network.Seq, n.Id)
	if err != nil {
		return err
	}
	by := types.TaskExposure(o.task.Fee)
	if exposure.Add(by).GT(n.TotalBond()) {
		return types.ErrWrongState.Wrapf("node %d has %s at stake and bonds of %s, task %d asks for %s more: bond more, or let it go",
			n.Id, exposure, n.TotalBond(), o.task.Id, by)
	}
	return k.changeStake(ctx, o, n.Id, by, true)
}

func (k *Keeper) discharge(ctx context.Context, o order, r types.Replica) error {
	by := math.ZeroInt()
	if r.Pledged() {
		by = types.TaskExposure(o.task.Fee).Neg()
	}
	return k.changeStake(ctx, o, r.Node, by, false)
}

func (k *Keeper) changeStake(ctx context.Context, o order, node uint64, by math.Int, on bool) error {
	at := collections.Join3(o.network.Seq, node, o.task.Id)
	staked, err := k.staked(ctx, o.network.Seq, node)
	if err != nil {
		return err
	}
	mark := k.tasksByNode.Remove
	if on {
		mark = k.tasksByNode.Set
	}
	if sum := staked.Add(by); sum.IsPositive() {
		return errors.Join(mark(ctx, at), k.stakes.Set(ctx, collections.Join(o.network.Seq, node), sum))
	}
	return errors.Join(mark(ctx, at), k.stakes.Remove(ctx, collections.Join(o.network.Seq, node)))
}

// staked returns what a node has put at stake for posted tasks that are not settled.
func (k *Keeper) staked(ctx context.Context, seq, node uint64) (math.Int, error) {
	s, err := k.stakes.Get(ctx, collections.Join(seq, node))
	if errors.Is(err, collections.ErrNotFound) {
		return math.ZeroInt(), nil
	}
	return s, err
}

package keeper

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// taskRevealers is the number of distinct revealers a seed for posted tasks waits for: fewer than others, as a client waits.
const taskRevealers = 2

// taskSeedDelay is the wait before the seed of a posted task is asked for: a third of that of other seeds.
func taskSeedDelay(n networktypes.Network) uint64 { return max(1, n.Params.Epoch.SeedDelayBlocks/3) }

// drawTask makes the draw a task waits for. When the time for it is over a block makes it by itself, so that nobody who knows the seed can
// have it not made.
func (k *Keeper) drawTask(ctx context.Context, msg *types.MsgDrawTask) (types.Task, []uint64, error) {
	if _, err := k.account("sender", msg.Sender); err != nil {
		return types.Task{}, nil, err
	}
	o, err := k.order(ctx, msg.Task)
	if err != nil {
		return o.task, nil, err
	}
	if o.task.Status != types.TASK_STATUS_DRAWING && o.task.Status != types.TASK_STATUS_JURY_DRAWING {
		return o.task, nil, types.ErrWrongState.Wrapf("task %d does not wait for a draw", o.task.Id)
	}
	if height := heightNow(ctx); height > o.task.Closes {
		return o.task, nil, types.ErrWindow.Wrapf("anyone could ask for the draw of task %d until height %d, this is %d: a block makes it now, or MsgMoveTask",
			o.task.Id, o.task.Closes, height)
	}
	if o.task.Status == types.TASK_STATUS_JURY_DRAWING {
		return k.drawJury(ctx, o)
	}
	return k.makeDraw(ctx, o)
}

// makeDraw draws the nodes a task misses, of owners that have had no part in it. A draw that finds too few counts too, so that it cannot be
// tried with one seed until the outcome suits.
func (k *Keeper) makeDraw(ctx context.Context, o order) (types.Task, []uint64, error) {
	found, err := k.drawReplicas(ctx, o)
	if err != nil {
		return o.task, nil, err
	}
	was := o.task
	o.task.Draws++
	nodes := make([]uint64, 0, len(found))
	for _, n := range found {
		nodes = append(nodes, n.Id)
		o.task.Replicas = append(o.task.Replicas[:len(o.task.Replicas):len(o.task.Replicas)], types.Replica{Node: n.Id, Status: types.REPLICA_STATUS_DRAWN})
		if err := k.engage(ctx, o, n.Id); err != nil {
			return was, nil, err
		}
	}
	if len(nodes) > 0 {
		o.task = k.moved(ctx, o, types.TASK_STATUS_WORKING, o.task.WorkBlocks)
	}
	for _, n := range nodes {
		if err := emitReplicaDrawn(ctx, o.task, n); err != nil {
			return was, nil, err
		}
	}
	t, err := k.goOn(ctx, was, o)
	return t, nodes, err
}

// drawReplicas draws as many nodes as a task misses, with the seed that closed when it began to wait, over the active set as of the
// opening of that epoch.
func (k *Keeper) drawReplicas(ctx context.Context, o order) ([]networktypes.Node, error) {
	seed, err := k.deps.Beacon.Seed(ctx, o.task.SinceHeight, taskSeedDelay(o.network), taskRevealers)
	if err != nil {
		return nil, err
	}
	without, err := k.engaged(ctx, o)
	if err != nil {
		return nil, err
	}
	final, err := k.finalEpoch(ctx, o.network.Seq, o.epoch)
	if err != nil {
		return nil, err
	}
	return k.deps.Actives.Owners(ctx, networktypes.Draw{
		Network: o.network.Seq, Opening: o.task.SinceEpoch, Seed: [32]byte(seed.Value), Tag: fmt.Sprintf("task/%d/%d", o.task.Id, o.task.SinceHeight),
		Accept:  func(ctx context.Context, n networktypes.Node) (bool, error) { return k.willDo(ctx, o, n, final) },
		Without: without,
	}, int(o.task.Missing()))
}

// engaged returns the slots of the owners of all replicas a task ever had.
func (k *Keeper) engaged(ctx context.Context, o order) ([]uint64, error) {
	var slots []uint64
	for _, r := range o.task.Replicas {
		n, err := k.deps.Nodes.Node(ctx, o.network.Seq, r.Node)
		if err != nil {
			return nil, err
		}
		slots = append(slots, n.OwnerSlot)
	}
	return slots, nil
}

// willDo decides whether a node will do for a task: it takes part and does its duties, is where and has what the client asks for, and
// its bond covers what the task puts at stake. What it has at stake for others does not count here: else whoever knows the seed could fill up
// the nodes it would find with tasks of his own.
func (k *Keeper) willDo(ctx context.Context, o order, n networktypes.Node, final uint64) (bool, error) {
	f := o.task.Filter
	if n.Weight.IsZero() || f.Region != "" && n.Offer.Region != f.Region || n.Offer.MemoryBytes < f.MemoryBytes || n.TotalBond().LT(f.MinBond) {
		return false, nil
	}
	idle, err := k.isIdle(ctx, o.network, n.Id, final)
	if err != nil || idle {
		return false, err
	}
	owed, err := k.owedTo(ctx, o.network.Seq, n.Id)
	if err != nil || f.StorageBytes > 0 && (owed.Space > n.Offer.StorageBytes || n.Offer.StorageBytes-owed.Space < f.StorageBytes) {
		return false, err
	}
	return types.TaskExposure(o.task.Fee).LTE(n.TotalBond()), nil
}

// goOn writes a task after something has happened to it, and moves it on where nothing is to be waited for any more.
func (k *Keeper) goOn(ctx context.Context, was types.Task, o order) (types.Task, error) {
	switch {
	case o.task.Status.IsJury():
		return k.goOnJury(ctx, was, o)
	case o.task.Status == types.TASK_STATUS_REVEALING && o.task.Unrevealed() == 0:
		return k.judge(ctx, was, o)
	case o.task.Status == types.TASK_STATUS_REVEALING || o.task.Outstanding() > 0:
		return o.task, k.setTask(ctx, was, o.task)
	case o.task.Missing() > 0 && o.task.Draws < types.MaxTaskDraws:
		o.task = k.moved(ctx, o, types.TASK_STATUS_DRAWING, types.DrawBlocks)
	case o.task.Unrevealed() > 0:
		o.task = k.moved(ctx, o, types.TASK_STATUS_REVEALING, types.RevealBlocks)
	case o.task.Committed() > 0: // all of them have revealed already, in a round before
		return k.conclude(ctx, was, o, types.TASK_OUTCOME_DISAGREED, nil)
	default:
		return k.settleTask(ctx, was, o, types.TASK_OUTCOME_UNDRAWN, nil)
	}
	return o.task, errEmit(k.setTask(ctx, was, o.task), func() error { return emitTaskMoved(ctx, o.task) })
}

// errEmit emits an event unless there is an error.
func errEmit(err error, emit func() error) error {
	if err != nil {
		return err
	}
	return emit()
}

// heightNow returns the height of the block.
func heightNow(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockHeight() }

// lacksSeed tells whether a draw failed for want of a seed, or of the active set it would be over.
func lacksSeed(err error) bool {
	return isPending(err) || errors.Is(err, beacontypes.ErrSeedExpired) || errors.Is(err, networktypes.ErrEpochNotFound)
}

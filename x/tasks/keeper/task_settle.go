package keeper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// moveTask ends a status of a task whose time is over.
func (k *Keeper) moveTask(ctx context.Context, id uint64) (types.Task, error) {
	o, err := k.order(ctx, id)
	if err != nil {
		return o.task, err
	}
	if height := heightNow(ctx); height <= o.task.Closes {
		return o.task, types.ErrNotOver.Wrapf("task %d waits until height %d, this is %d", id, o.task.Closes, height)
	}
	return k.timeIsUp(ctx, o)
}

// timeIsUp moves a task on for which nothing came in time: a draw nobody has asked for is made now, and where there is no seed for it the
// task begins to wait for another; who did not commit loses its place, and who did not reveal what it puts at stake.
func (k *Keeper) timeIsUp(ctx context.Context, o order) (types.Task, error) {
	was := o.task
	switch o.task.Status {
	case types.TASK_STATUS_DRAWING:
		t, _, err := k.makeDraw(ctx, o)
		if !lacksSeed(err) {
			return t, err
		}
		o.task.Draws++
	case types.TASK_STATUS_WORKING:
		if err := k.drop(ctx, &o, o.task.Replicas, types.REPLICA_STATUS_DRAWN, types.REPLICA_STATUS_LOST); err != nil {
			return was, err
		}
	case types.TASK_STATUS_REVEALING:
		if err := k.drop(ctx, &o, o.task.Replicas, types.REPLICA_STATUS_COMMITTED, types.REPLICA_STATUS_SILENT); err != nil {
			return was, err
		}
	case types.TASK_STATUS_JUDGED:
		agreed, _, _ := o.task.Verdict()
		return k.settleTask(ctx, was, o, o.task.Outcome, agreed)
	case types.TASK_STATUS_JURY_DRAWING:
		t, _, err := k.drawJury(ctx, o)
		if !lacksSeed(err) {
			return t, err
		}
		return k.noJury(ctx, o)
	case types.TASK_STATUS_JURY_WORKING:
		if err := k.drop(ctx, &o, o.task.Jurors(), types.REPLICA_STATUS_DRAWN, types.REPLICA_STATUS_LOST); err != nil {
			return was, err
		}
	case types.TASK_STATUS_JURY_REVEALING:
		if err := k.drop(ctx, &o, o.task.Jurors(), types.REPLICA_STATUS_COMMITTED, types.REPLICA_STATUS_SILENT); err != nil {
			return was, err
		}
	default:
		return was, types.ErrWrongState.Wrapf("task %d has status %d", o.task.Id, o.task.Status)
	}
	return k.goOn(ctx, was, o)
}

// drop takes the replicas or jurors with a status off a task. Silence after a commitment costs as much as a task puts at stake: who waits
// for others' results and then shows nothing must not have it for nothing.
func (k *Keeper) drop(ctx context.Context, o *order, list []types.Replica, from, to types.ReplicaStatus) error {
	for _, r := range list {
		if r.Status != from {
			continue
		}
		p, _ := placeIn(o.task, networktypes.Node{Id: r.Node})
		offence := types.OffenceSilentResult
		if p.juror {
			offence = types.OffenceSilentJuror
		}
		slashed := math.ZeroInt()
		if to == types.REPLICA_STATUS_SILENT {
			var err error
			if slashed, err = k.slash(ctx, *o, r.Node, offence, "", math.ZeroInt()); err != nil {
				return err
			}
		}
		if err := k.discharge(ctx, *o, r); err != nil {
			return err
		}
		r.Status = to
		o.task = p.put(o.task, r)
		if err := emitReplicaLost(ctx, o.task, r, slashed); err != nil {
			return err
		}
	}
	return nil
}

// judge decides a task whose results are all there, or asks more replicas where they disagree.
func (k *Keeper) judge(ctx context.Context, was types.Task, o order) (types.Task, error) {
	agreed, unavailable, ok := o.task.Verdict()
	switch {
	case ok && unavailable:
		return k.settleTask(ctx, was, o, types.TASK_OUTCOME_UNAVAILABLE, agreed)
	case ok:
		return k.conclude(ctx, was, o, types.TASK_OUTCOME_MATCHED, agreed)
	}
	more := o.task.Escalated()
	if more == 0 || o.task.Draws >= types.MaxTaskDraws {
		return k.conclude(ctx, was, o, types.TASK_OUTCOME_DISAGREED, nil)
	}
	o.task.Wanted = more
	o.task = k.moved(ctx, o, types.TASK_STATUS_DRAWING, types.DrawBlocks)
	return o.task, errEmit(k.setTask(ctx, was, o.task), func() error { return emitTaskMoved(ctx, o.task) })
}

// conclude gives a task its outcome. Where there are results and a jury could be asked about them, it is settled when nobody has done so in
// time, and else at once.
func (k *Keeper) conclude(ctx context.Context, was types.Task, o order, outcome types.TaskOutcome, agreed []int) (types.Task, error) {
	seats, err := k.jurySeats(ctx, o, o.epoch, "")
	if err != nil {
		return was, err
	}
	if seats == 0 || !o.task.HasResults() {
		return k.settleTask(ctx, was, o, outcome, agreed)
	}
	o.task.Outcome = outcome
	if outcome == types.TASK_OUTCOME_MATCHED {
		o.task.Result = o.task.Replicas[agreed[0]].Result
	}
	o.task = k.moved(ctx, o, types.TASK_STATUS_JUDGED, types.DisputeBlocks)
	return o.task, errEmit(k.setTask(ctx, was, o.task), func() error { return emitTaskMoved(ctx, o.task) })
}

// settleTask pays those whose result counts, and gives the rest of the escrow back. Where the input was unavailable the share that
// would have been burnt of their fees is burnt: asking for what is not there costs others their time.
func (k *Keeper) settleTask(ctx context.Context, was types.Task, o order, outcome types.TaskOutcome, agreed []int) (types.Task, error) {
	paid, burnt, err := k.payReplicas(ctx, o, outcome, agreed)
	if err != nil {
		return was, err
	}
	if err := k.dischargeAll(ctx, o, o.task.Replicas); err != nil {
		return was, err
	}
	refund := o.task.Escrow.Sub(paid).Sub(burnt)
	if err := k.payOut(ctx, o, "client", o.task.Client, refund); err != nil {
		return was, err
	}
	o.task.Outcome, o.task.Escrow = outcome, math.ZeroInt()
	if outcome == types.TASK_OUTCOME_MATCHED {
		o.task.Result = o.task.Replicas[agreed[0]].Result
	}
	if !isHashOf(o.task.Result, o.task.Output) {
		o.task.Output = nil
	}
	o.task = k.moved(ctx, o, types.TASK_STATUS_SETTLED, types.TaskKeptBlocks)
	if err := errors.Join(k.setTask(ctx, was, o.task), k.deps.Networks.ChangeDuties(ctx, o.network.Seq, -1)); err != nil {
		return was, err
	}
	return o.task, emitTaskSettled(ctx, o.task, paid, burnt, refund)
}

// payReplicas pays the replicas that agree, and returns what they were paid before the burn and what was burnt where nobody is.
func (k *Keeper) payReplicas(ctx context.Context, o order, outcome types.TaskOutcome, agreed []int) (paid, burnt math.Int, err error) {
	paid, burnt = math.ZeroInt(), math.ZeroInt()
	burnBps := o.network.Params.Pay.BurnBps
	switch outcome {
	case types.TASK_OUTCOME_UNAVAILABLE:
		burnt = types.Share(o.task.Fee.MulRaw(int64(len(agreed))), burnBps)
		return paid, burnt, k.deps.Bank.BurnCoins(ctx, types.ModuleName, sdk.NewCoins(sdk.NewCoin(o.network.Token.Denom, burnt)))
	case types.TASK_OUTCOME_MATCHED, types.TASK_OUTCOME_FOUND:
		for _, at := range agreed {
			n, err := k.deps.Nodes.Node(ctx, o.network.Seq, o.task.Replicas[at].Node)
			if err != nil {
				return paid, burnt, err
			}
			if _, err := k.settleFee(ctx, o.network, n, types.FeeTask, o.task.Fee, burnBps); err != nil {
				return paid, burnt, err
			}
			paid = paid.Add(o.task.Fee)
		}
	}
	return paid, burnt, nil
}

// moveTasks moves tasks on whose time is over, and forgets those that were settled long ago, at most MaxTasksPerBlock, each in a branch
// of its own. One that fails is not tried again by itself; anyone can still send MsgMoveTask for it.
func (k *Keeper) moveTasks(ctx sdk.Context) error {
	var due []collections.Pair[uint64, uint64]
	at := new(collections.Range[collections.Pair[uint64, uint64]]).EndExclusive(collections.Join(uint64(ctx.BlockHeight()), uint64(0)))
	err := k.taskTimes.Walk(ctx, at, func(key collections.Pair[uint64, uint64]) (bool, error) {
		due = append(due, key)
		return len(due) == types.MaxTasksPerBlock, nil
	})
	if err != nil {
		return err
	}
	for _, key := range due {
		branch, write := ctx.CacheContext()
		err := k.moveOrForget(branch, key.K2())
		if err == nil {
			write()
			continue
		}
		ctx.Logger().Error("move a task", "module", types.ModuleName, "task", key.K2(), "error", err.Error())
		t, _ := k.tasks.Get(ctx, key.K2())
		if err := errors.Join(k.taskTimes.Remove(ctx, key), emitTaskStuck(ctx, t, key.K2(), err)); err != nil {
			return err
		}
	}
	return nil
}

// moveOrForget moves a task on, or forgets it if it is settled.
func (k *Keeper) moveOrForget(ctx context.Context, id uint64) error {
	t, err := k.tasks.Get(ctx, id)
	if err != nil {
		return err
	}
	if t.IsOpen() {
		_, err := k.moveTask(ctx, id)
		return err
	}
	client, err := k.account("client", t.Client)
	if err != nil {
		return err
	}
	return errors.Join(
		k.tasks.Remove(ctx, id),
		k.taskTimes.Remove(ctx, collections.Join(uint64(t.Closes), id)),
		k.tasksByClient.Remove(ctx, collections.Join([]byte(client), id)),
	)
}

// isHashOf tells whether a result is the hash of an output that is there.
func isHashOf(result, output []byte) bool {
	sum := sha256.Sum256(output)
	return len(output) > 0 && bytes.Equal(result, sum[:])
}

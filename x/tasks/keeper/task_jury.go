package keeper

import (
	"bytes"
	"context"
	"fmt"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// disputeTask asks a jury what a task comes to, for a bond. The first to ask is the only one.
func (k *Keeper) disputeTask(ctx context.Context, msg *types.MsgDisputeTask) (types.Task, error) {
	sender, err := k.account("sender", msg.Sender)
	if err != nil {
		return types.Task{}, err
	}
	o, err := k.order(ctx, msg.Task)
	if err != nil {
		return o.task, err
	}
	if o.task.Status != types.TASK_STATUS_JUDGED {
		return o.task, types.ErrWrongState.Wrapf("task %d has no outcome that can be disputed now", o.task.Id)
	}
	if height := heightNow(ctx); height > o.task.Closes {
		return o.task, types.ErrWindow.Wrapf("the outcome of task %d could be disputed until height %d, this is %d", o.task.Id, o.task.Closes, height)
	}
	seats, err := k.jurySeats(ctx, o, o.epoch, msg.Sender)
	if err != nil {
		return o.task, err
	}
	if seats == 0 {
		return o.task, types.ErrWrongState.Wrapf("there is no jury for task %d: a jury has %d seats at the least, of owners with no part in it, and two more there must be",
			o.task.Id, types.MinJurySeats)
	}
	bond := types.DisputeBond(o.task.Fee)
	if err := k.lockUp(ctx, sender, msg.Sender, o.network, bond); err != nil {
		return o.task, err
	}
	was := o.task
	o.task.Dispute = &types.Dispute{Sender: msg.Sender, Bond: bond, Seats: seats}
	return k.summon(ctx, was, o)
}

// summon lets a disputed task wait for the draw of a jury.
func (k *Keeper) summon(ctx context.Context, was types.Task, o order) (types.Task, error) {
	o.task = k.moved(ctx, o, types.TASK_STATUS_JURY_DRAWING, types.DrawBlocks)
	return o.task, errEmit(k.setTask(ctx, was, o.task), func() error { return emitTaskMoved(ctx, o.task) })
}

// jurySeats returns how many seats a jury for a task has if its owners are those of the active set as of an opening; 0 if there is none.
func (k *Keeper) jurySeats(ctx context.Context, o order, opening uint64, sender string) (uint32, error) {
	parties, err := k.parties(ctx, o, sender)
	if err != nil {
		return 0, err
	}
	owners, err := k.deps.Actives.OwnersWithout(ctx, o.network.Seq, opening, parties)
	return types.JurySeats(owners), err
}

// parties returns the slots of the owners who cannot judge a task: those of its replicas, its client, and who disputes it.
func (k *Keeper) parties(ctx context.Context, o order, sender string) ([]uint64, error) {
	slots, err := k.engaged(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{o.task.Client, sender} {
		if text == "" {
			continue
		}
		owner, err := k.account("party", text)
		if err != nil {
			return nil, err
		}
		slot, ok, err := k.deps.Actives.OwnerSlot(ctx, o.network.Seq, owner)
		if err != nil {
			return nil, err
		}
		if ok {
			slots = append(slots, slot)
		}
	}
	return slots, nil
}

// drawJury draws the jury a task waits for, with replacement: seats are bond shares exactly. Who sat before can sit again.
func (k *Keeper) drawJury(ctx context.Context, o order) (types.Task, []uint64, error) {
	was := o.task
	seed, err := k.deps.Beacon.Seed(ctx, o.task.SinceHeight, taskSeedDelay(o.network), taskRevealers)
	if err != nil {
		return was, nil, err
	}
	parties, err := k.parties(ctx, o, o.task.Dispute.Sender)
	if err != nil {
		return was, nil, err
	}
	seats, err := k.deps.Actives.Jurors(ctx, networktypes.Draw{
		Network: o.network.Seq, Opening: o.task.SinceEpoch, Seed: [32]byte(seed.Value), Tag: fmt.Sprintf("jury/%d/%d", o.task.Id, o.task.SinceHeight),
		Without: parties,
	}, o.task.Dispute.Seats)
	if err != nil {
		return was, nil, err
	}
	var nodes []uint64
	var jury []types.Replica
	for _, s := range seats {
		nodes = append(nodes, s.Node)
		jury = append(jury, types.Replica{Node: s.Node, Seats: s.Seats, Status: types.REPLICA_STATUS_DRAWN})
		if err := k.engage(ctx, o, s.Node); err != nil {
			return was, nil, err
		}
	}
	o.task = withJurors(o.task, jury)
	o.task.Dispute.Juries++
	o.task = k.moved(ctx, o, types.TASK_STATUS_JURY_WORKING, o.task.WorkBlocks)
	for _, n := range nodes {
		if err := emitReplicaDrawn(ctx, o.task, n); err != nil {
			return was, nil, err
		}
	}
	t, err := k.goOnJury(ctx, was, o)
	return t, nodes, err
}

// noJury counts a jury that could not be drawn for want of a seed.
func (k *Keeper) noJury(ctx context.Context, o order) (types.Task, error) {
	was := o.task
	o.task = withJurors(o.task, nil)
	o.task.Dispute.Juries++
	return k.undecided(ctx, was, o)
}

// goOnJury writes a disputed task after something has happened to it, and moves it on where nothing is to be waited for any more.
func (k *Keeper) goOnJury(ctx context.Context, was types.Task, o order) (types.Task, error) {
	switch {
	case o.task.OutstandingJurors() > 0 || o.task.Status == types.TASK_STATUS_JURY_REVEALING && o.task.UnrevealedJurors() > 0:
		return o.task, k.setTask(ctx, was, o.task)
	case o.task.Status == types.TASK_STATUS_JURY_WORKING && o.task.UnrevealedJurors() > 0:
		o.task = k.moved(ctx, o, types.TASK_STATUS_JURY_REVEALING, types.RevealBlocks)
		return o.task, errEmit(k.setTask(ctx, was, o.task), func() error { return emitTaskMoved(ctx, o.task) })
	}
	result, seats := o.task.Dispute.Verdict()
	if seats == 0 {
		return k.undecided(ctx, was, o)
	}
	return k.decided(ctx, was, o, result, seats)
}

// undecided asks for another jury after one that has found nothing. After the second everybody has their money back.
func (k *Keeper) undecided(ctx context.Context, was types.Task, o order) (types.Task, error) {
	if err := k.dischargeAll(ctx, o, o.task.Dispute.Jurors); err != nil {
		return was, err
	}
	if o.task.Dispute.Juries < types.MaxJuries {
		o.task = withJurors(o.task, nil)
		return k.summon(ctx, was, o)
	}
	d := *o.task.Dispute
	if err := k.payOut(ctx, o, "sender", d.Sender, d.Bond); err != nil {
		return was, err
	}
	refund := d.Bond
	d.Bond = math.ZeroInt()
	o.task.Dispute = &d
	if err := emitJuryDecided(ctx, o.task, nil, false, 0, math.ZeroInt(), refund); err != nil {
		return was, err
	}
	o.task.Result = nil
	return k.settleTask(ctx, was, o, types.TASK_OUTCOME_HUNG, nil)
}

// decided settles a task by the result that a jury has found. The bond of the dispute pays the seats that have found it, as every fee. If
// the outcome was another one, who disputed it is made whole by those who were wrong.
func (k *Keeper) decided(ctx context.Context, was types.Task, o order, result []byte, seats uint32) (types.Task, error) {
	upheld := o.task.Outcome != types.TASK_OUTCOME_MATCHED || !bytes.Equal(result, o.task.Result)
	if err := k.dischargeAll(ctx, o, o.task.Dispute.Jurors); err != nil {
		return was, err
	}
	paid, err := k.payJurors(ctx, o, result, seats)
	if err != nil {
		return was, err
	}
	d := *o.task.Dispute
	refund := d.Bond.Sub(paid)
	if err := k.payOut(ctx, o, "sender", d.Sender, refund); err != nil {
		return was, err
	}
	d.Bond = math.ZeroInt()
	o.task.Dispute = &d
	reporter, harm := "", math.ZeroInt()
	if upheld {
		reporter, harm = d.Sender, paid
	}
	for _, at := range o.task.Wrong(result) {
		taken, err := k.slash(ctx, o, o.task.Replicas[at].Node, types.OffenceWrongResult, reporter, harm)
		if err != nil {
			return was, err
		}
		harm = harm.Sub(math.MinInt(harm, taken))
	}
	if err := emitJuryDecided(ctx, o.task, result, upheld, seats, paid, refund); err != nil {
		return was, err
	}
	o.task.Result = result
	return k.settleTask(ctx, was, o, types.TASK_OUTCOME_FOUND, o.task.Right(result))
}

// payJurors pays the seats that have found a result, each the same, and returns what that comes to before the burn.
func (k *Keeper) payJurors(ctx context.Context, o order, result []byte, seats uint32) (math.Int, error) {
	paid, each := math.ZeroInt(), o.task.Dispute.Bond.QuoRaw(int64(seats))
	for _, j := range o.task.Dispute.Jurors {
		if !j.Says(result) {
			continue
		}
		n, err := k.deps.Nodes.Node(ctx, o.network.Seq, j.Node)
		if err != nil {
			return paid, err
		}
		gross := each.MulRaw(int64(j.Seats))
		if _, err := k.settleFee(ctx, o.network, n, types.FeeJury, gross, o.network.Params.Pay.BurnBps); err != nil {
			return paid, err
		}
		paid = paid.Add(gross)
	}
	return paid, nil
}

// dischargeAll takes those off a task that still take part in it, with what they have at stake.
func (k *Keeper) dischargeAll(ctx context.Context, o order, list []types.Replica) error {
	for _, r := range list {
		if r.Status == types.REPLICA_STATUS_LOST || r.Status == types.REPLICA_STATUS_SILENT {
			continue
		}
		if err := k.discharge(ctx, o, r); err != nil {
			return err
		}
	}
	return nil
}

// payOut gives an account money of a task.
func (k *Keeper) payOut(ctx context.Context, o order, role, text string, amount math.Int) error {
	if !amount.IsPositive() {
		return nil
	}
	to, err := k.account(role, text)
	if err != nil {
		return err
	}
	return k.deps.Bank.SendCoinsFromModuleToAccount(ctx, types.ModuleName, to, sdk.NewCoins(sdk.NewCoin(o.network.Token.Denom, amount)))
}

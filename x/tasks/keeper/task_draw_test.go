package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// wouldDraw returns whom a draw would find now, and changes nothing.
func (f *fixture) wouldDraw(id uint64) []uint64 {
	branch, _ := f.ctx.CacheContext()
	before := f.w.clone()
	rsp, err := f.msgs.DrawTask(branch, &types.MsgDrawTask{Sender: client(), Task: id})
	f.w = before
	require.NoError(f.t, err)
	return rsp.Nodes
}

// The seed is known before a draw is made: nobody can fill up the nodes it would find with tasks of his own, and whose nodes have committed to others
// are drawn all the same.
func TestTaskDrawCannotBeSteered(t *testing.T) {
	f := newFixture(t, 6)
	f.w.give(account("attacker"), funds)
	f.w.params.Bond.MinBond = math.NewInt(10 * bond)
	for range 12 {
		msg := taskMsg(1)
		msg.Client, msg.Fee, msg.Work.Kind, msg.WorkBlocks = addr(account("attacker")), math.NewInt(bond/2), "nonsense", types.MaxWorkBlocks
		must(f, f.msgs.PostTask, msg)
	}
	aim := must(f, f.msgs.PostTask, taskMsg(2)).Task
	f.to(f.ctx.BlockHeight() + 1)
	want := f.wouldDraw(aim)
	for id := uint64(1); id < aim; id++ {
		for _, node := range must(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: addr(account("attacker")), Task: id}).Nodes {
			_, _ = send(f, f.msgs.CommitResult, commitMsg(id, node, "nothing")) // as far as its bond goes
		}
	}
	require.Equal(t, want, must(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: aim}).Nodes)
}

// A draw nobody has asked for in time is made by a block, with the seed it always had: to leave it is no choice.
func TestTaskDrawIsMadeByABlock(t *testing.T) {
	f := newFixture(t, 6)
	id := must(f, f.msgs.PostTask, taskMsg(2)).Task
	closes := f.ctx.BlockHeight() + types.DrawBlocks
	require.Equal(t, closes, f.task(id).Closes)
	f.to(f.ctx.BlockHeight() + 1)
	want := f.wouldDraw(id)
	f.ctx = f.ctx.WithBlockHeight(closes)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Equal(t, types.TASK_STATUS_DRAWING, f.task(id).Status)
	require.Equal(t, want, f.wouldDraw(id))
	f.ctx = f.ctx.WithBlockHeight(closes + 1)
	refuse(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: id}, types.ErrWindow)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	got := f.task(id)
	require.Equal(t, []any{types.TASK_STATUS_WORKING, uint32(1), closes + 1 + workBlocks}, []any{got.Status, got.Draws, got.Closes})
	require.Equal(t, want, []uint64{got.Replicas[0].Node, got.Replicas[1].Node})
}

// Where there is no seed when a block wants to draw, the task waits for another one; each wait counts as a draw, so that it ends.
func TestTaskDrawWithoutASeed(t *testing.T) {
	f := newFixture(t, 6)
	id := must(f, f.msgs.PostTask, taskMsg(2)).Task
	late := func() { f.w.seedLate[f.ctx.BlockHeight()] = 1_000_000 }
	late()
	f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	got := f.task(id)
	require.Equal(t, []any{types.TASK_STATUS_DRAWING, uint32(1), f.ctx.BlockHeight(), f.ctx.BlockHeight() + types.DrawBlocks},
		[]any{got.Status, got.Draws, got.SinceHeight, got.Closes})
	f.events()
	for range types.MaxTaskDraws - 1 {
		late()
		f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
		require.NoError(t, f.keeper.EndBlock(f.ctx))
	}
	require.Equal(t, []any{types.TASK_OUTCOME_UNDRAWN, int64(0), int64(0), int64(5 * taskFee)}, f.settled())
}

// A bond is not put at stake twice: for tasks and for indices together a node has no more at stake than its bonds.
func TestABondIsNotAtStakeTwice(t *testing.T) {
	f := newFixture(t, 3)
	for id := uint64(1); id <= 3; id++ {
		f.edit(id, func(n *networktypes.Node) { n.OwnBond, n.Weight = math.NewInt(4*price), math.NewInt(4*price) })
	}
	f.drawn(f.open(3))
	id := must(f, f.msgs.PostTask, taskMsg(1)).Task
	node := f.drawTask(id)[0]
	refuse(f, f.msgs.CommitResult, commitMsg(id, node, "42"), types.ErrWrongState)
	e, err := f.keeper.Exposure(f.ctx, seq, node)
	require.NoError(t, err)
	bonds := f.w.nodes[node].TotalBond()
	require.True(t, e.LTE(bonds), "node %d can come to pay %s and has %s", node, e, bonds)
	f.edit(node, func(n *networktypes.Node) { n.OwnBond = e.AddRaw(taskStake) })
	must(f, f.msgs.CommitResult, commitMsg(id, node, "42"))
	after, err := f.keeper.Exposure(f.ctx, seq, node)
	require.NoError(t, err)
	require.Equal(t, e.AddRaw(taskStake).String(), after.String())
}

// The output of the result that counts is kept where somebody has revealed it, whoever was first.
func TestTheOutputThatCountsIsKept(t *testing.T) {
	f := newFixture(t, 5)
	id, nodes := f.posted(3)
	f.answers(id, nodes, "bogus", "42", "42")
	got := f.task(id)
	require.Equal(t, types.TASK_OUTCOME_MATCHED, got.Outcome)
	require.Equal(t, "42", string(got.Output))
}

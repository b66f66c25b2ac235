package keeper_test

import (
	"crypto/sha256"
	"fmt"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// taskFee is the fee of one replica, of which 201 are burnt; taskStake is what a replica puts at stake.
	taskFee, taskStake = 1_001, 2 * 1_001
	workBlocks         = 30
)

// taskMsg posts a sum to be worked out.
func taskMsg(replicas uint32) *types.MsgPostTask {
	return &types.MsgPostTask{
		Client: client(), Network: networkID, Work: types.Work{Kind: "sum", Input: []byte("20+22")}, Filter: types.Filter{MinBond: math.ZeroInt()},
		Fee: math.NewInt(taskFee), Replicas: replicas, WorkBlocks: workBlocks,
	}
}

// task returns a posted task.
func (f *fixture) task(id uint64) types.Task {
	rsp, err := f.queries.Task(f.ctx, &types.QueryTaskRequest{Task: id})
	require.NoError(f.t, err)
	return rsp.Task
}

// drawTask waits for the seed, draws, and returns the nodes that were drawn.
func (f *fixture) drawTask(id uint64) []uint64 {
	f.to(f.ctx.BlockHeight() + 1)
	return must(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: operator(1), Task: id}).Nodes
}

// posted posts a task and draws its nodes.
func (f *fixture) posted(replicas uint32) (uint64, []uint64) {
	id := must(f, f.msgs.PostTask, taskMsg(replicas)).Task
	nodes := f.drawTask(id)
	require.Len(f.t, nodes, int(replicas))
	return id, nodes
}

// unavailable is the output of a node that could not get the input.
const unavailable = ""

// answered is what a node found a task to come to, and the salt it chose.
func answered(task, node uint64, output string) (proof.Result, [32]byte) {
	r := proof.Result{Task: task, Node: node, Unavailable: output == unavailable}
	if !r.Unavailable {
		r.Digest = sha256.Sum256([]byte(output))
	}
	return r, sha256.Sum256(fmt.Append(nil, "salt", task, node))
}

func commitMsg(task, node uint64, output string) *types.MsgCommitResult {
	r, salt := answered(task, node, output)
	c, err := r.Commitment(proof.Domain{ChainID: chainID, Network: networkID}, salt)
	if err != nil {
		panic(err)
	}
	return &types.MsgCommitResult{Operator: operator(node), Network: networkID, Task: task, Commitment: c[:]}
}

func revealMsg(task, node uint64, output string) *types.MsgRevealResult {
	r, salt := answered(task, node, output)
	return &types.MsgRevealResult{
		Operator: operator(node), Network: networkID, Task: task, Result: r.Digest[:], Unavailable: r.Unavailable, Salt: salt[:], Output: []byte(output),
	}
}

// commits lets nodes commit to outputs, and answers lets them commit and reveal.
func (f *fixture) commits(task uint64, nodes []uint64, outputs ...string) {
	for i, output := range outputs {
		must(f, f.msgs.CommitResult, commitMsg(task, nodes[i], output))
	}
}

func (f *fixture) answers(task uint64, nodes []uint64, outputs ...string) {
	f.commits(task, nodes, outputs...)
	for i, output := range outputs {
		must(f, f.msgs.RevealResult, revealMsg(task, nodes[i], output))
	}
}

// settled returns what the events say of a task that is settled: outcome, paid, burnt and refund.
func (f *fixture) settled() []any {
	list := eventsOf[*types.EventTaskSettled](f.events())
	require.Len(f.t, list, 1)
	return []any{list[0].Outcome, list[0].Paid.Int64(), list[0].Burnt.Int64(), list[0].Refund.Int64()}
}

// undisputed lets the time pass in which an outcome could be disputed, if there is one.
func (f *fixture) undisputed(id uint64) {
	t := f.task(id)
	if t.Status != types.TASK_STATUS_JUDGED {
		return
	}
	f.ctx = f.ctx.WithBlockHeight(t.Closes + 1)
	require.NoError(f.t, f.keeper.EndBlock(f.ctx))
}

package keeper_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// Two nodes that nobody chose work the same thing out, each for itself, and are paid; the client gets back what was not needed.
func TestTaskMatches(t *testing.T) {
	f := newFixture(t, 6)
	rsp := must(f, f.msgs.PostTask, taskMsg(2))
	require.Equal(t, []int64{1, 5 * taskFee}, []int64{int64(rsp.Task), rsp.Escrow.Int64()})
	require.Equal(t, int64(funds-5*taskFee), f.has("client"))
	require.Equal(t, 1, f.w.duties)
	refuse(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: 1}, errSeed)
	nodes := f.drawTask(1)
	require.Len(t, nodes, 2)
	require.Equal(t, f.ctx.BlockHeight()+workBlocks, f.task(1).Closes)
	must(f, f.msgs.CommitResult, commitMsg(1, nodes[0], "42"))
	refuse(f, f.msgs.RevealResult, revealMsg(1, nodes[0], "42"), types.ErrWrongState)
	must(f, f.msgs.CommitResult, commitMsg(1, nodes[1], "42"))
	require.Equal(t, types.TASK_STATUS_REVEALING, f.task(1).Status)
	f.events()
	must(f, f.msgs.RevealResult, revealMsg(1, nodes[0], "42"))
	silent := revealMsg(1, nodes[1], "42")
	silent.Output = nil // delivered otherwise
	must(f, f.msgs.RevealResult, silent)
	require.Equal(t, []any{types.TASK_OUTCOME_MATCHED, int64(2 * taskFee), int64(0), int64(3 * taskFee)}, f.settled())
	require.Equal(t, int64(funds-2*taskFee), f.has("client"))
	require.Zero(t, f.escrowed())
	require.Zero(t, f.w.duties)
	for i, node := range nodes {
		require.Equal(t, types.Fee{Network: seq, Node: node, Kind: types.FeeTask, Epoch: 1, Burnt: math.NewInt(201), Earned: math.NewInt(800)}, f.w.fees[i])
		require.Empty(t, f.tasksOf(node))
	}
	got, sum := f.task(1), sha256.Sum256([]byte("42"))
	require.Equal(t, [][]byte{sum[:], []byte("42")}, [][]byte{got.Result, got.Output})
	require.Equal(t, []types.TaskStatus{types.TASK_STATUS_SETTLED}, []types.TaskStatus{got.Status})
	refuse(f, f.msgs.MoveTask, &types.MsgMoveTask{Sender: client(), Task: 1}, types.ErrWrongState)
	f.ctx = f.ctx.WithBlockHeight(got.Closes)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Len(t, f.export().Tasks, 1)
	f.ctx = f.ctx.WithBlockHeight(got.Closes + 1)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Empty(t, f.export().Tasks, "it is forgotten")
}

// tasksOf returns the ids of the tasks a node has something at stake for.
func (f *fixture) tasksOf(node uint64) (ids []uint64) {
	rsp, err := f.queries.TasksByNode(f.ctx, &types.QueryTasksByNodeRequest{Network: networkID, Node: node})
	require.NoError(f.t, err)
	for _, t := range rsp.Tasks {
		ids = append(ids, t.Id)
	}
	return ids
}

// Those who disagree are joined by others, until more than half of three or five agree; who does not is paid nothing.
func TestTaskEscalates(t *testing.T) {
	for _, tc := range []struct {
		name     string
		replicas uint32
		outputs  []string // in the order of the draws
		want     []any
	}{
		{"ok: one is paid for what it says", 1, []string{"a"}, []any{types.TASK_OUTCOME_MATCHED, int64(taskFee), int64(0), int64(0)}},
		{"ok: two agree", 2, []string{"a", "a"}, []any{types.TASK_OUTCOME_MATCHED, int64(2 * taskFee), int64(0), int64(3 * taskFee)}},
		{"ok: the third decides", 2, []string{"a", "b", "b"}, []any{types.TASK_OUTCOME_MATCHED, int64(2 * taskFee), int64(0), int64(3 * taskFee)}},
		{"ok: the fourth and fifth decide", 2, []string{"a", "b", "c", "b", "b"}, []any{types.TASK_OUTCOME_MATCHED, int64(3 * taskFee), int64(0), int64(2 * taskFee)}},
		{"ok: three of three", 3, []string{"a", "a", "a"}, []any{types.TASK_OUTCOME_MATCHED, int64(3 * taskFee), int64(0), int64(2 * taskFee)}},
		{"ok: three of five", 5, []string{"a", "b", "a", "c", "a"}, []any{types.TASK_OUTCOME_MATCHED, int64(3 * taskFee), int64(0), int64(2 * taskFee)}},
		{"fails: two and two and one", 2, []string{"a", "b", "c", "a", "b"}, []any{types.TASK_OUTCOME_DISAGREED, int64(0), int64(0), int64(5 * taskFee)}},
		{"fails: one has no input", 1, []string{unavailable}, []any{types.TASK_OUTCOME_UNAVAILABLE, int64(0), int64(201), int64(800)}},
		{"fails: two have no input", 2, []string{unavailable, unavailable}, []any{types.TASK_OUTCOME_UNAVAILABLE, int64(0), int64(401), int64(5*taskFee - 401)}},
		{"fails: most have no input", 2, []string{"a", unavailable, unavailable}, []any{types.TASK_OUTCOME_UNAVAILABLE, int64(0), int64(401), int64(5*taskFee - 401)}},
		{"ok: zeros are no missing input", 3, []string{"a", unavailable, "a"}, []any{types.TASK_OUTCOME_MATCHED, int64(2 * taskFee), int64(0), int64(3 * taskFee)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 8)
			bonds := f.bonds()
			id, nodes := f.posted(tc.replicas)
			f.events()
			for at := 0; at < len(tc.outputs); {
				if len(nodes) == at {
					more := f.drawTask(id)
					for _, n := range more {
						require.NotContains(t, nodes, n)
					}
					nodes = append(nodes, more...)
				}
				f.answers(id, nodes[at:], tc.outputs[at:len(nodes)]...)
				at = len(nodes)
			}
			f.undisputed(id)
			require.Equal(t, tc.want, f.settled())
			require.Equal(t, bonds, f.bonds(), "nobody pays for a result that does not count")
			require.Zero(t, f.escrowed())
			require.Zero(t, f.w.duties)
			paid := map[uint64]bool{}
			for _, fee := range f.w.fees {
				paid[fee.Node] = true
			}
			for i, output := range tc.outputs {
				result, _ := answered(id, nodes[i], output)
				counts := f.task(id).Outcome == types.TASK_OUTCOME_MATCHED && slices.Equal(f.task(id).Result, result.Digest[:])
				require.Equal(t, counts, paid[nodes[i]], "node %d said %q", nodes[i], output)
			}
		})
	}
}

// bonds returns what each node has bonded.
func (f *fixture) bonds() map[uint64]string {
	all := map[uint64]string{}
	for id, n := range f.w.nodes {
		all[id] = n.TotalBond().String()
	}
	return all
}

// Who does not commit loses its place and nothing else; another owner is drawn in its stead.
func TestTaskWithoutACommitment(t *testing.T) {
	f := newFixture(t, 4)
	id, nodes := f.posted(2)
	f.commits(id, nodes, "42")
	bonds := f.bonds()
	f.to(f.task(id).Closes)
	must(f, f.msgs.CommitResult, commitMsg(id, nodes[1], "42")) // at the last height
	f = newFixture(t, 4)
	id, nodes = f.posted(2)
	f.commits(id, nodes, "42")
	f.to(f.task(id).Closes + 1)
	refuse(f, f.msgs.CommitResult, commitMsg(id, nodes[1], "42"), types.ErrWindow)
	f.events()
	f.to(f.ctx.BlockHeight() + 1)
	require.Equal(t, []*types.EventReplicaLost{{Task: id, Network: networkID, Node: nodes[1], Status: types.REPLICA_STATUS_LOST, Slashed: math.ZeroInt()}},
		eventsOf[*types.EventReplicaLost](f.events()))
	require.Equal(t, types.TASK_STATUS_DRAWING, f.task(id).Status)
	refuse(f, f.msgs.CommitResult, commitMsg(id, nodes[1], "42"), types.ErrWrongState)
	again := f.drawTask(id)
	require.Len(t, again, 1)
	require.NotContains(t, nodes, again[0])
	f.commits(id, again, "42")
	for _, node := range []uint64{nodes[0], again[0]} {
		must(f, f.msgs.RevealResult, revealMsg(id, node, "42"))
	}
	require.Equal(t, types.TASK_OUTCOME_MATCHED, f.task(id).Outcome)
	require.Equal(t, bonds, f.bonds())
	require.Empty(t, f.tasksOf(nodes[1]))
}

// Who has committed and does not reveal pays what it put at stake, or it could look at the others' results and choose.
func TestTaskWithoutAReveal(t *testing.T) {
	f := newFixture(t, 4)
	id, nodes := f.posted(2)
	f.commits(id, nodes, "42", "43")
	must(f, f.msgs.RevealResult, revealMsg(id, nodes[0], "42"))
	f.to(f.task(id).Closes)
	f.events()
	f.to(f.ctx.BlockHeight() + 2)
	require.Equal(t, []*types.EventReplicaLost{{Task: id, Network: networkID, Node: nodes[1], Status: types.REPLICA_STATUS_SILENT, Slashed: math.NewInt(taskStake)}},
		eventsOf[*types.EventReplicaLost](f.events()))
	require.Equal(t, int64(bond-taskStake), f.w.nodes[nodes[1]].OwnBond.Int64())
	refuse(f, f.msgs.RevealResult, revealMsg(id, nodes[1], "43"), types.ErrWrongState)
	more := f.drawTask(id)
	require.Len(t, more, 2, "one for it, and one more")
	f.answers(id, more, "42", "42")
	require.Equal(t, types.TASK_OUTCOME_MATCHED, f.task(id).Outcome)
	require.Len(t, f.w.fees, 3)
}

// A task that finds nobody is given back whole.
func TestTaskThatFindsNobody(t *testing.T) {
	f := newFixture(t, 3)
	msg := taskMsg(2)
	msg.Filter.Region = "mars"
	id := must(f, f.msgs.PostTask, msg).Task
	f.events()
	for range types.MaxTaskDraws {
		require.Empty(t, f.drawTask(id))
	}
	require.Equal(t, []any{types.TASK_OUTCOME_UNDRAWN, int64(0), int64(0), int64(5 * taskFee)}, f.settled())
	require.Equal(t, int64(funds), f.has("client"))
}

// Of fewer nodes than are wanted those that there are do it; two cannot be more than half of five.
func TestTaskWithTooFewNodes(t *testing.T) {
	f := newFixture(t, 2)
	id := must(f, f.msgs.PostTask, taskMsg(5)).Task
	nodes := f.drawTask(id)
	require.Len(t, nodes, 2)
	f.commits(id, nodes, "42", "42")
	for f.task(id).Status == types.TASK_STATUS_DRAWING {
		require.Empty(t, f.drawTask(id))
	}
	f.events()
	for _, node := range nodes {
		must(f, f.msgs.RevealResult, revealMsg(id, node, "42"))
	}
	require.Equal(t, []any{types.TASK_OUTCOME_DISAGREED, int64(0), int64(0), int64(5 * taskFee)}, f.settled())
}

// Nobody is drawn who has not what the client asks for, or more at stake than its bond.
func TestTaskFilters(t *testing.T) {
	for _, tc := range []struct {
		name   string
		filter func(*types.MsgPostTask)
		edit   func(*networktypes.Node)
		ok     bool
	}{
		{"ok: no filter", func(*types.MsgPostTask) {}, func(*networktypes.Node) {}, true},
		{"ok: region", func(m *types.MsgPostTask) { m.Filter.Region = "eu" }, func(*networktypes.Node) {}, true},
		{"fails: region", func(m *types.MsgPostTask) { m.Filter.Region = "us" }, func(*networktypes.Node) {}, false},
		{"ok: memory", func(m *types.MsgPostTask) { m.Filter.MemoryBytes = 8 }, func(n *networktypes.Node) { n.Offer.MemoryBytes = 8 }, true},
		{"fails: memory", func(m *types.MsgPostTask) { m.Filter.MemoryBytes = 9 }, func(n *networktypes.Node) { n.Offer.MemoryBytes = 8 }, false},
		{"ok: disk", func(m *types.MsgPostTask) { m.Filter.StorageBytes = 1 << 40 }, func(*networktypes.Node) {}, true},
		{"fails: disk", func(m *types.MsgPostTask) { m.Filter.StorageBytes = 1<<40 + 1 }, func(*networktypes.Node) {}, false},
		{"ok: bond", func(m *types.MsgPostTask) { m.Filter.MinBond = math.NewInt(bond) }, func(*networktypes.Node) {}, true},
		{"fails: bond", func(m *types.MsgPostTask) { m.Filter.MinBond = math.NewInt(bond + 1) }, func(*networktypes.Node) {}, false},
		{"fails: no weight", func(*types.MsgPostTask) {}, func(n *networktypes.Node) { n.Weight = math.ZeroInt() }, false},
		{"ok: all of the bond at stake", func(m *types.MsgPostTask) { m.Fee = math.NewInt(bond / 2) }, func(*networktypes.Node) {}, true},
		{"fails: more than the bond at stake", func(m *types.MsgPostTask) { m.Fee = math.NewInt(bond/2 + 1) }, func(*networktypes.Node) {}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 1)
			f.edit(1, tc.edit)
			f.w.params.Bond.MinBond = math.NewInt(10 * bond) // so that no fee needs a jury
			msg := taskMsg(1)
			tc.filter(msg)
			id := must(f, f.msgs.PostTask, msg).Task
			require.Equal(t, tc.ok, len(f.drawTask(id)) == 1)
		})
	}
}

// What a node has at stake for the tasks it has committed to, and for its indices, never exceeds its bond, and keeps it from taking that out. To
// be drawn puts nothing at stake: nobody has asked for it.
func TestTaskExposure(t *testing.T) {
	f := newFixture(t, 3)
	f.edit(1, func(n *networktypes.Node) { n.Offer.Region = "moon" })
	f.w.params.Bond.MinBond = math.NewInt(10 * bond)
	msg := taskMsg(1)
	msg.Fee, msg.Filter.Region = math.NewInt(bond/4), "moon"
	exposure := func() int64 {
		e, err := f.keeper.Exposure(f.ctx, seq, 1)
		require.NoError(t, err)
		return e.Int64()
	}
	var ids []uint64
	for range 3 {
		id := must(f, f.msgs.PostTask, msg).Task
		require.Len(t, f.drawTask(id), 1)
		ids = append(ids, id)
	}
	require.Zero(t, exposure())
	f.commits(ids[0], []uint64{1}, "42")
	f.commits(ids[1], []uint64{1}, "42")
	require.Equal(t, int64(bond), exposure())
	refuse(f, f.msgs.CommitResult, commitMsg(ids[2], 1, "42"), types.ErrWrongState)
	require.NotContains(t, f.drawn(f.open(10)), uint64(1), "its bond is spent")
	must(f, f.msgs.RevealResult, revealMsg(ids[0], 1, "42"))
	require.Equal(t, int64(bond/2), exposure())
	f.commits(ids[2], []uint64{1}, "42")
	require.Equal(t, int64(bond), exposure())
	for _, id := range ids[1:] {
		must(f, f.msgs.RevealResult, revealMsg(id, 1, "42"))
	}
	require.Zero(t, exposure())
}

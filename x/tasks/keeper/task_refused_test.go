package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// errSeed is the error of a seed that is not there yet.
var errSeed = beacontypes.ErrSeedPending

func TestPostTaskIsRefused(t *testing.T) {
	f := newFixture(t, 3)
	deal, _ := f.held(10)
	for _, tc := range []struct {
		name   string
		change func(*types.MsgPostTask)
		want   error
	}{
		{"fails: no client", func(m *types.MsgPostTask) { m.Client = "" }, types.ErrInvalidRequest},
		{"fails: no such network", func(m *types.MsgPostTask) { m.Network = otherID }, networktypes.ErrNetworkNotFound},
		{"fails: no replica", func(m *types.MsgPostTask) { m.Replicas = 0 }, types.ErrInvalidTask},
		{"fails: four replicas", func(m *types.MsgPostTask) { m.Replicas = 4 }, types.ErrInvalidTask},
		{"fails: six replicas", func(m *types.MsgPostTask) { m.Replicas = 6 }, types.ErrInvalidTask},
		{"fails: no time", func(m *types.MsgPostTask) { m.WorkBlocks = 0 }, types.ErrInvalidTask},
		{"fails: too much time", func(m *types.MsgPostTask) { m.WorkBlocks = types.MaxWorkBlocks + 1 }, types.ErrInvalidTask},
		{"fails: no kind", func(m *types.MsgPostTask) { m.Work.Kind = "" }, types.ErrInvalidTask},
		{"fails: long kind", func(m *types.MsgPostTask) { m.Work.Kind = strings.Repeat("a", 33) }, types.ErrInvalidTask},
		{"fails: kind in capitals", func(m *types.MsgPostTask) { m.Work.Kind = "Sum" }, types.ErrInvalidTask},
		{"fails: half a program", func(m *types.MsgPostTask) { m.Work.Program = make([]byte, 31) }, types.ErrInvalidTask},
		{"fails: long input", func(m *types.MsgPostTask) { m.Work.Input = make([]byte, 4097) }, types.ErrInvalidTask},
		{"fails: bytes of no deal", func(m *types.MsgPostTask) { m.Work.Length = 1 }, types.ErrInvalidTask},
		{"fails: two inputs", func(m *types.MsgPostTask) { m.Work.Deal, m.Work.Length = deal, 1 }, types.ErrInvalidTask},
		{"fails: no byte of a deal", func(m *types.MsgPostTask) { m.Work = types.Work{Kind: "sum", Deal: deal} }, types.ErrInvalidTask},
		{"fails: more than the deal has", func(m *types.MsgPostTask) { m.Work = types.Work{Kind: "sum", Deal: deal, Offset: 1_569, Length: 2} }, types.ErrInvalidTask},
		{"fails: beyond the deal", func(m *types.MsgPostTask) { m.Work = types.Work{Kind: "sum", Deal: deal, Offset: 1_570, Length: 1} }, types.ErrInvalidTask},
		{"fails: no such deal", func(m *types.MsgPostTask) { m.Work = types.Work{Kind: "sum", Deal: 9, Length: 1} }, types.ErrDealNotFound},
		{"fails: a root of its own", func(m *types.MsgPostTask) { m.Work.LayoutRoot = make([]byte, 32) }, types.ErrInvalidTask},
		{"fails: measured", func(m *types.MsgPostTask) { m.Filter.Measured = true }, types.ErrInvalidTask},
		{"fails: long region", func(m *types.MsgPostTask) { m.Filter.Region = strings.Repeat("a", 17) }, types.ErrInvalidTask},
		{"fails: least bond below 0", func(m *types.MsgPostTask) { m.Filter.MinBond = math.NewInt(-1) }, types.ErrInvalidTask},
		{"fails: least bond above all there is", func(m *types.MsgPostTask) { m.Filter.MinBond = types.MaxAmount().AddRaw(1) }, types.ErrInvalidTask},
		{"fails: no fee", func(m *types.MsgPostTask) { m.Fee = math.ZeroInt() }, types.ErrInvalidDeal},
		{"fails: more than there can be", func(m *types.MsgPostTask) { m.Fee = types.MaxAmount().QuoRaw(4) }, types.ErrInvalidDeal},
		{"fails: more than without a jury", func(m *types.MsgPostTask) { m.Fee = math.NewInt(bond/10 + 1) }, types.ErrInvalidTask},
	} {
		t.Run(tc.name, func(*testing.T) {
			msg := taskMsg(2)
			tc.change(msg)
			refuse(f, f.msgs.PostTask, msg, tc.want)
		})
	}
	f.w.params.Bond.MinBond = math.NewInt(100 * bond)
	msg := taskMsg(2)
	msg.Fee = math.NewInt(funds / 5)
	refuse(f, f.msgs.PostTask, msg, types.ErrInsufficientFunds)
	msg = taskMsg(2)
	msg.Work = types.Work{Kind: "sum", Deal: deal, Offset: 1_569, Length: 1}
	id := must(f, f.msgs.PostTask, msg).Task
	require.Equal(t, f.deal(deal).Deal.Layout.Root, f.task(id).Work.LayoutRoot, "the input is fixed")
	unfiltered := taskMsg(2)
	unfiltered.Filter = types.Filter{}
	require.Equal(t, types.Filter{MinBond: math.ZeroInt()}, f.task(must(f, f.msgs.PostTask, unfiltered).Task).Filter)
	measured := taskMsg(2)
	measured.Filter.Measured = true
	_, err := f.msgs.PostTask(f.ctx, measured)
	require.ErrorContains(t, err, "nobody makes such records yet")
	f.ctx = f.ctx.WithBlockHeight(firstOpening - 1)
	refuse(f, f.msgs.PostTask, taskMsg(2), types.ErrWrongState)
}

// Nothing but what a node was drawn for and has committed to is taken from it.
func TestResultsAreRefused(t *testing.T) {
	f := newFixture(t, 4)
	id, nodes := f.posted(2)
	idle := 1 + 2 + 3 + 4 - nodes[0] - nodes[1]
	for !contains([]uint64{1, 2, 3, 4}, idle) || contains(nodes, idle) {
		idle--
	}
	refuse(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: id}, types.ErrWrongState)
	refuse(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: 9}, types.ErrTaskNotFound)
	refuse(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: "mesh1", Task: id}, types.ErrInvalidRequest)
	refuse(f, f.msgs.MoveTask, &types.MsgMoveTask{Sender: client(), Task: id}, types.ErrNotOver)
	refuse(f, f.msgs.MoveTask, &types.MsgMoveTask{Sender: "mesh1", Task: id}, types.ErrInvalidRequest)
	refuse(f, f.msgs.CommitResult, commitMsg(id, idle, "42"), types.ErrUnauthorized)
	refuse(f, f.msgs.CommitResult, commitMsg(9, nodes[0], "42"), types.ErrTaskNotFound)
	short := commitMsg(id, nodes[0], "42")
	short.Commitment = short.Commitment[:31]
	refuse(f, f.msgs.CommitResult, short, types.ErrInvalidResult)
	stolen := commitMsg(id, nodes[0], "42") // of the other, as its own
	stolen.Operator = operator(nodes[1])
	f.commits(id, nodes, "42")
	must(f, f.msgs.CommitResult, stolen)
	refuse(f, f.msgs.CommitResult, commitMsg(id, nodes[0], "42"), types.ErrWrongState)
	copied := revealMsg(id, nodes[0], "42")
	copied.Operator = operator(nodes[1])
	for _, tc := range []struct {
		name   string
		change func(*types.MsgRevealResult)
		want   error
	}{
		{"fails: another result", func(m *types.MsgRevealResult) { m.Result, m.Output = make([]byte, 32), nil }, types.ErrInvalidResult},
		{"fails: half a result", func(m *types.MsgRevealResult) { m.Result = m.Result[:31] }, types.ErrInvalidResult},
		{"fails: another salt", func(m *types.MsgRevealResult) { m.Salt = make([]byte, 32) }, types.ErrInvalidResult},
		{"fails: no salt", func(m *types.MsgRevealResult) { m.Salt = nil }, types.ErrInvalidResult},
		{"fails: another output", func(m *types.MsgRevealResult) { m.Output = []byte("43") }, types.ErrInvalidResult},
		{"fails: long output", func(m *types.MsgRevealResult) { m.Output = make([]byte, 4097) }, types.ErrInvalidResult},
		{"fails: unavailable after all", func(m *types.MsgRevealResult) { m.Unavailable, m.Result, m.Output = true, make([]byte, 32), nil }, types.ErrInvalidResult},
		{"fails: unavailable with a result", func(m *types.MsgRevealResult) { m.Unavailable = true }, types.ErrInvalidResult},
		{"fails: not drawn", func(m *types.MsgRevealResult) { m.Operator = operator(idle) }, types.ErrUnauthorized},
		{"fails: no such task", func(m *types.MsgRevealResult) { m.Task = 9 }, types.ErrTaskNotFound},
		{"fails: a commitment that was copied", func(m *types.MsgRevealResult) { *m = *copied }, types.ErrInvalidResult},
	} {
		t.Run(tc.name, func(*testing.T) {
			msg := revealMsg(id, nodes[0], "42")
			tc.change(msg)
			refuse(f, f.msgs.RevealResult, msg, tc.want)
		})
	}
	must(f, f.msgs.RevealResult, revealMsg(id, nodes[0], "42"))
	refuse(f, f.msgs.RevealResult, revealMsg(id, nodes[0], "42"), types.ErrWrongState)
	f.ctx = f.ctx.WithBlockHeight(f.task(id).Closes + 1)
	refuse(f, f.msgs.RevealResult, copied, types.ErrWindow)
}

func contains(list []uint64, n uint64) bool {
	for _, l := range list {
		if l == n {
			return true
		}
	}
	return false
}

// Every duty of a posted task is listed before it is due, with what it can cost.
func TestTaskDeadlines(t *testing.T) {
	f := newFixture(t, 2)
	id, nodes := f.posted(2)
	of := func(node uint64) (list []types.Deadline) {
		for _, d := range f.deadlines(node) {
			if d.Task != 0 {
				list = append(list, d)
			}
		}
		return list
	}
	until := f.task(id).Closes + 1
	require.Equal(t, []types.Deadline{{Duty: "commit", Task: id, Until: until, AtStake: math.NewInt(taskFee)}}, of(nodes[0]))
	f.commits(id, nodes, "42")
	require.Empty(t, of(nodes[0]))
	f.commits(id, nodes[1:], "42")
	until = f.task(id).Closes + 1
	want := []types.Deadline{{Duty: "reveal", Task: id, Until: until, AtStake: math.NewInt(taskStake + taskFee)}}
	require.Equal(t, want, of(nodes[0]))
	require.Equal(t, want, of(nodes[1]))
	must(f, f.msgs.RevealResult, revealMsg(id, nodes[0], "42"))
	require.Empty(t, of(nodes[0]))
	byClient, err := f.queries.TasksByClient(f.ctx, &types.QueryTasksByClientRequest{Client: client()})
	require.NoError(t, err)
	require.Len(t, byClient.Tasks, 1)
	_, err = f.queries.Task(f.ctx, &types.QueryTaskRequest{Task: 9})
	require.ErrorContains(t, err, "NotFound")
}

// Tasks whose time is over move on in blocks of 50; one that cannot be settled holds up no other.
func TestTasksMoveByThemselves(t *testing.T) {
	f := newFixture(t, 3)
	f.w.give(account("rival"), funds)
	stuck := taskMsg(1)
	stuck.Client, stuck.Filter.Region = addr(account("rival")), "mars"
	must(f, f.msgs.PostTask, stuck)
	for range 59 {
		msg := taskMsg(1)
		msg.Filter.Region = "mars"
		must(f, f.msgs.PostTask, msg)
	}
	for range types.MaxTaskDraws - 1 {
		f.to(f.ctx.BlockHeight() + 1)
		for id := uint64(1); id <= 60; id++ {
			must(f, f.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: id})
		}
	}
	f.w.closed = string(account("rival"))
	open := func() (n int) {
		for _, t := range f.export().Tasks {
			if t.IsOpen() {
				n++
			}
		}
		return n
	}
	f.ctx = f.ctx.WithBlockHeight(f.task(1).Closes)
	for _, left := range []int{60, 11, 1, 1} {
		require.NoError(t, f.keeper.EndBlock(f.ctx))
		require.Equal(t, left, open(), "height %d", f.ctx.BlockHeight())
		f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
	}
	why := eventsOf[*types.EventTaskStuck](f.events())
	require.Len(t, why, 1)
	require.Equal(t, []any{uint64(1), networkID}, []any{why[0].Task, why[0].Network})
	f.w.closed = ""
	f.w.duties = 1 // the world knows no branches: the task that failed counted its duty down
	must(f, f.msgs.MoveTask, &types.MsgMoveTask{Sender: operator(1), Task: 1})
	require.Equal(t, int64(funds), f.has("rival"))
}

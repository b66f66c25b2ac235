package keeper_test

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// outputs are what nodes of a history find tasks to come to.
func outputs() []string { return []string{"a", "a", "a", "a", "b", unavailable} }

// orderBook is what the test knows about a task.
type orderBook struct {
	escrow math.Int
	// said is what each node has committed to.
	said map[uint64]string
}

func (h *history) post() {
	if h.openTasks() >= 3 {
		return
	}
	msg := taskMsg(rapid.SampledFrom([]uint32{1, 2, 3, 5}).Draw(h.t, "replicas"))
	name := rapid.SampledFrom(h.clients).Draw(h.t, "client")
	msg.Client, msg.Fee = addr(account(name)), math.NewInt(rapid.Int64Range(1, 9_999).Draw(h.t, "fee"))
	msg.WorkBlocks = rapid.Uint64Range(1, 40).Draw(h.t, "work")
	if try(h, "post", h.msgs.PostTask, msg) {
		h.orders[uint64(len(h.orders))+1] = &orderBook{escrow: msg.Escrow(), said: map[uint64]string{}}
	}
}

func (h *history) openTasks() (n int) {
	for _, t := range h.export().Tasks {
		if t.IsOpen() {
			n++
		}
	}
	return n
}

// drawTasks asks for the draw of every task that waits for one.
func (h *history) drawTasks() {
	for _, t := range h.export().Tasks {
		if t.Status == types.TASK_STATUS_DRAWING || t.Status == types.TASK_STATUS_JURY_DRAWING {
			try(h, "draw task", h.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: t.Id})
		}
	}
}

// dispute asks a jury about the outcome of a task, if there is one that can be disputed.
func (h *history) dispute() {
	for _, t := range h.export().Tasks {
		if t.Status == types.TASK_STATUS_JUDGED && rapid.Bool().Draw(h.t, "disputes") {
			try(h, "dispute", h.msgs.DisputeTask, &types.MsgDisputeTask{Sender: addr(account(rapid.SampledFrom(h.clients).Draw(h.t, "who"))), Task: t.Id})
		}
	}
}

// results lets nodes do what Deadlines says of posted tasks, as far as they are not lazy; what it says must be accepted.
func (h *history) results() {
	for _, node := range slices.Sorted(maps.Keys(h.w.nodes)) {
		for _, d := range h.deadlines(node) {
			if d.Task == 0 || rapid.IntRange(0, 9).Draw(h.t, "does") < h.lazy[node] {
				continue
			}
			said := h.orders[d.Task].said
			switch d.Duty {
			case "commit":
				said[node] = rapid.SampledFrom(outputs()).Draw(h.t, "output")
				must(h.fixture, h.msgs.CommitResult, commitMsg(d.Task, node, said[node]))
				h.done["commit result"]++
			case "reveal":
				must(h.fixture, h.msgs.RevealResult, revealMsg(d.Task, node, said[node]))
				h.done["reveal result"]++
			}
		}
	}
}

// bookTask books what an event says of a task.
func (h *history) bookTask(e any) {
	switch e := e.(type) {
	case *types.EventTaskSettled:
		b := h.orders[e.Task]
		require.Equal(h.t, b.escrow.String(), e.Paid.Add(e.Burnt).Add(e.Refund).String(), "task %d", e.Task)
		b.escrow = math.ZeroInt()
		h.done[e.Outcome.String()]++
	case *types.EventReplicaLost:
		if e.Status == types.REPLICA_STATUS_LOST {
			require.True(h.t, e.Slashed.IsZero())
		}
		h.done[e.Status.String()]++
	case *types.EventSlashed:
		h.done[e.Offence]++
	case *types.EventSlashEnded:
		h.done["slash ended"]++
	}
}

// inTasks returns what is in the escrows of posted tasks, in the bonds of disputes, and held of slashes, and holds it and what nodes have at stake against the books.
func (h *history) inTasks(g *types.GenesisState) math.Int {
	sum, stakes := math.ZeroInt(), map[uint64]math.Int{}
	for node := range h.w.nodes {
		stakes[node] = h.owed(node, h.epoch()).Owed.Exposure
	}
	for _, t := range g.Tasks {
		require.Equal(h.t, h.orders[t.Id].escrow.String(), t.Escrow.String(), "task %d", t.Id)
		sum = sum.Add(t.Escrow)
		if t.Dispute != nil {
			sum = sum.Add(t.Dispute.Bond)
		}
		for _, r := range append(t.Replicas, t.Jurors()...) {
			if t.IsOpen() && r.Pledged() {
				stakes[r.Node] = stakes[r.Node].Add(types.TaskExposure(t.Fee))
			}
		}
	}
	for _, s := range g.Slashes {
		sum = sum.Add(s.Amount)
	}
	for node := range h.w.nodes {
		exposure, err := h.keeper.Exposure(h.ctx, seq, node)
		require.NoError(h.t, err)
		require.Equal(h.t, stakes[node].String(), exposure.String(), "what node %d has at stake", node)
	}
	return sum
}

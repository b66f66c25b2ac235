package storage

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	taskkeeper "github.com/mesh-protocol/mesh/x/tasks/keeper"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// Kinds of work that honest nodes know.
const (
	// Sum adds two whole numbers that the input has as "a+b".
	Sum = "sum"
	// Audit hashes bytes of a deal: the output has the BLAKE3-256 hash of the range on each index, in order.
	Audit = "audit"
)

// Answer is what a node says a posted task comes to.
type Answer struct {
	// Output of the work, nothing where Unavailable.
	Output []byte
	// Unavailable says that the input could not be had.
	Unavailable bool
}

// Digest is the result that is revealed: the SHA-256 hash of the output, or zeros.
func (a Answer) Digest() [32]byte {
	if a.Unavailable {
		return [32]byte{}
	}
	return sha256.Sum256(a.Output)
}

// Task returns a posted task by its id.
func (n *Network) Task(id uint64) tasktypes.Task {
	n.t.Helper()
	for _, t := range n.State().Tasks.Tasks {
		if t.Id == id {
			return t
		}
	}
	require.Fail(n.t, "no such task", "%d", id)
	return tasktypes.Task{}
}

// Solve does the work of a posted task as an honest node does.
func (n *Network) Solve(t tasktypes.Task) Answer {
	n.t.Helper()
	switch t.Work.Kind {
	case Sum:
		parts := bytes.Split(t.Work.Input, []byte("+"))
		require.Len(n.t, parts, 2, "%q", t.Work.Input)
		sum := new(big.Int)
		for _, p := range parts {
			v, ok := new(big.Int).SetString(string(p), 10)
			require.True(n.t, ok, "%q", t.Work.Input)
			sum.Add(sum, v)
		}
		return Answer{Output: []byte(sum.String())}
	case Audit:
		return n.audit(t.Work)
	}
	require.Fail(n.t, "nobody knows this kind of work", "%q", t.Work.Kind)
	return Answer{}
}

// audit hashes the range on each index of a deal. An index whose node has not got it is rebuilt, if k others have theirs.
func (n *Network) audit(w tasktypes.Work) Answer {
	d, content := n.Deal(w.Deal), n.contents[string(w.LayoutRoot)]
	layout, alive := tasktypes.Layout{Root: w.LayoutRoot}, uint32(0)
	for number, i := range n.Indices(w.Deal) {
		if i.HasNode() && n.Holders[i.Node-1].Has(layout, uint32(number)) {
			alive++
		}
	}
	if content == nil || alive < d.Profile.K {
		return Answer{Unavailable: true}
	}
	var out []byte
	for index := range d.Profile.N {
		all := bytes.Join(content.index(index), nil)
		sum := blake3.Sum256(all[w.Offset : w.Offset+w.Length])
		out = append(out, sum[:]...)
	}
	return Answer{Output: out}
}

// salt hides what a node commits to. Tests must be the same each time, so it is not random.
func (h *Holder) salt(task uint64) [proof.SaltSize]byte {
	return sha256.Sum256(fmt.Appendf(nil, "salt of %s for task %d", h.Operator, task))
}

// CommitResultMsg commits to an answer.
func (h *Holder) CommitResultMsg(task uint64, a Answer) *tasktypes.MsgCommitResult {
	h.net.t.Helper()
	r := proof.Result{Task: task, Node: h.ID, Digest: a.Digest(), Unavailable: a.Unavailable}
	c, err := r.Commitment(h.net.domain, h.salt(task))
	require.NoError(h.net.t, err)
	return &tasktypes.MsgCommitResult{Operator: h.Operator.String(), Network: h.net.Record.Id, Task: task, Commitment: c[:]}
}

// RevealResultMsg shows an answer.
func (h *Holder) RevealResultMsg(task uint64, a Answer) *tasktypes.MsgRevealResult {
	digest, salt := a.Digest(), h.salt(task)
	return &tasktypes.MsgRevealResult{
		Operator: h.Operator.String(), Network: h.net.Record.Id, Task: task, Result: digest[:], Unavailable: a.Unavailable,
		Salt: salt[:], Output: a.Output,
	}
}

// Commit does the work of a posted task and commits to what it comes to.
func (h *Holder) Commit(task uint64) {
	h.net.t.Helper()
	a := h.net.Solve(h.net.Task(task))
	h.answers[task] = a
	h.net.Send(h.Operator, h.CommitResultMsg(task, a))
}

// Reveal shows what the node has committed to.
func (h *Holder) Reveal(task uint64) {
	h.net.t.Helper()
	a, ok := h.answers[task]
	require.True(h.net.t, ok, "node %d has committed to nothing of task %d", h.ID, task)
	h.net.Send(h.Operator, h.RevealResultMsg(task, a))
}

// TaskDuties does what is due of posted tasks by the given steps.
func (h *Holder) TaskDuties(commit, reveal func(task uint64)) {
	if len(h.net.State().Tasks.Tasks) == 0 {
		return
	}
	for _, d := range h.Deadlines() {
		switch d.Duty {
		case "commit":
			commit(d.Task)
		case "reveal":
			reveal(d.Task)
		}
	}
}

// Liar is a holder that says of posted tasks what it is told to. Everything else it does as the honest ones do.
type Liar struct {
	*Holder
	// Say is what it says a task comes to.
	Say func(task uint64) Answer
}

// Act implements Actor.
func (l *Liar) Act() {
	l.TaskDuties(
		func(task uint64) { l.net.Send(l.Operator, l.CommitResultMsg(task, l.Say(task))) },
		func(task uint64) { l.net.Send(l.Operator, l.RevealResultMsg(task, l.Say(task))) },
	)
}

// PostMsg posts work for a fee a replica.
func (c *Client) PostMsg(work tasktypes.Work, replicas uint32, fee int64) *tasktypes.MsgPostTask {
	return &tasktypes.MsgPostTask{
		Client: c.String(), Network: c.net.Record.Id, Work: work, Filter: tasktypes.Filter{MinBond: math.ZeroInt()},
		Fee: math.NewInt(fee), Replicas: replicas, WorkBlocks: 20,
	}
}

// Post posts a task with the next block and returns its id. DrawTasks draws its nodes.
func (c *Client) Post(msg *tasktypes.MsgPostTask) uint64 {
	c.net.t.Helper()
	var made tasktypes.MsgPostTaskResponse
	c.net.Answer(c.net.Do(c.Account, msg), &made)
	return made.Task
}

// DrawTasks tries to draw the nodes, or the jury, of the client's tasks that wait for it.
func (c *Client) DrawTasks() {
	for _, t := range c.net.State().Tasks.Tasks {
		waits := t.Status == tasktypes.TASK_STATUS_DRAWING || t.Status == tasktypes.TASK_STATUS_JURY_DRAWING
		if t.Client == c.String() && waits {
			c.net.Try(c.Account, &tasktypes.MsgDrawTask{Sender: c.String(), Task: t.Id})
		}
	}
}

// WouldDraw returns the nodes that would be drawn for a task if somebody asked for the draw now, or the error. Nothing is changed.
func (n *Network) WouldDraw(sender string, task uint64) ([]uint64, error) {
	rsp, err := taskkeeper.NewMsgServer(n.keepers().Tasks).DrawTask(n.State().ask(), &tasktypes.MsgDrawTask{Sender: sender, Task: task})
	if err != nil {
		return nil, err
	}
	return rsp.Nodes, nil
}

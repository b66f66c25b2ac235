package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// trial is where outcomes of posted tasks are disputed: the nodes of the gang are in a region of their own, so that a task has replicas of the
// gang only, or none of it, while every owner with no part in the task can sit in its jury.
type trial struct {
	*posting
	disputer *storage.Client
}

// juror is a node of the gang. It does of each task what it is told.
type juror struct {
	*storage.Holder
	commit, reveal func(task uint64)
}

// Act implements storage.Actor.
func (j *juror) Act() {
	j.TaskDuties(j.commit, j.reveal)
	j.Withdraw()
}

// lie is what the gang says that each task comes to.
var lie = storage.Answer{Output: []byte("-1")}

// newTrial has honest nodes and those of the gang, who dispute with an account of their own.
func newTrial(t testing.TB, honest, gangsters int) *trial {
	t.Helper()
	p := newPosting(t, honest, gangsters)
	c := &trial{posting: p, disputer: p.NewClient()}
	p.move()
	p.addresses = append(p.addresses, c.disputer.String())
	p.ToEpoch(p.Epoch() + 1)
	p.begin()
	return c
}

// says has a node of the gang commit to an answer and reveal it.
func (c *trial) says(h *storage.Holder, a storage.Answer) *juror {
	return &juror{
		h, func(task uint64) { c.Send(h.Operator, h.CommitResultMsg(task, a)) },
		func(task uint64) { c.Send(h.Operator, h.RevealResultMsg(task, a)) },
	}
}

// dispute has the client post sums of two replicas in a region, one after the other, and somebody dispute each outcome; the region of the gang
// is "moon", and that of all others "eu".
func (c *trial) dispute(by *storage.Client, region string, tasks int) {
	c.t.Helper()
	for range tasks {
		number := len(c.tasks)
		msg := sumMsg(c.client, number%4, 2, postedFee)
		msg.Filter.Region = region
		c.post(msg)
		id := c.tasks[number]
		c.Until(100, func() bool { return c.Task(id).Status == tasktypes.TASK_STATUS_JUDGED })
		c.Do(by.Account, &tasktypes.MsgDisputeTask{Sender: by.String(), Task: id})
		c.Until(400, func() bool {
			t := c.Task(id)
			c.assertNoPartyJudges(t)
			return !t.IsOpen()
		})
	}
}

// assertNoPartyJudges holds that no replica of a task sits in its jury.
func (c *trial) assertNoPartyJudges(t tasktypes.Task) {
	c.t.Helper()
	for _, j := range t.Jurors() {
		_, is := t.Replica(j.Node)
		require.False(c.t, is, "node %d judges what it has done itself", j.Node)
	}
}

// assertNothingAtStake has all owners take out what they have left of their bonds, once all tasks are settled.
func (c *trial) assertNothingAtStake() {
	c.t.Helper()
	var txs []*storage.Tx
	for _, h := range c.Holders {
		txs = append(txs, c.Try(h.Owner, h.UnbondMsg(h.Node().OwnBond)))
	}
	c.Next()
	for _, tx := range txs {
		assert.NoError(c.t, tx.Err(), "something is still at stake: %s", tx)
	}
}

// seats returns how many seats of the last jury of a task are the gang's, and how many there are.
func (c *trial) seats(t tasktypes.Task) (mine, all uint32) {
	for _, j := range t.Jurors() {
		if c.has(j.Node) {
			mine += j.Seats
		}
	}
	return mine, t.Dispute.Seats
}

// outcomes counts the tasks that came out right, that came to the lie, and in which no jury has found anything.
func (c *trial) outcomes() (right, lies, hung int) {
	c.t.Helper()
	for number, id := range c.tasks {
		t := c.Task(id)
		switch string(t.Result) {
		case "":
			hung++
		case digestOf(sumOf(number % 4)):
			right++
		case digestOf(string(lie.Output)):
			lies++
		default:
			assert.Fail(c.t, "neither right nor the lie", "task %d: %+v", id, t)
		}
	}
	return right, lies, hung
}

// digestOf returns the result that an output stands for.
func digestOf(output string) string {
	digest := storage.Answer{Output: []byte(output)}.Digest()
	return string(digest[:])
}

// honestLost returns what was taken from the bonds of nodes that are not the gang's.
func (c *trial) honestLost() math.Int {
	sum := math.ZeroInt()
	for _, h := range c.Holders {
		if !c.has(h.ID) {
			sum = sum.Add(c.Books.Node(h.ID).Taken)
		}
	}
	return sum
}

// juryPay is what all seats of a jury together are paid before the burn.
func juryPay(seats int64) int64 { return 2 * postedFee / seats * seats }

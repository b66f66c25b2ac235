package storage

import (
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// TaskBook is what became of the money of one posted task, in base units.
type TaskBook struct {
	// Deposited by the client; Paid to nodes before the burn; Burnt where nobody was paid; Back to the client.
	Deposited, Paid, Burnt, Back math.Int
}

// left is what is still in escrow.
func (b TaskBook) left() math.Int { return b.Deposited.Sub(b.Paid).Sub(b.Burnt).Sub(b.Back) }

// Task returns the book of a posted task.
func (b *Books) Task(id uint64) *TaskBook {
	if b.Tasks[id] == nil {
		zero := math.ZeroInt()
		b.Tasks[id] = &TaskBook{Deposited: zero, Paid: zero, Burnt: zero, Back: zero}
	}
	return b.Tasks[id]
}

// readTasks books what became of posted tasks.
func (b *Books) readTasks(events []abci.Event) {
	each(b, events, func(e tasktypes.EventTaskPosted) { b.Task(e.Task).Deposited = e.Escrow })
	each(b, events, func(e tasktypes.EventSlashed) {
		n := b.Node(e.Node)
		n.Taken, b.Held = n.Taken.Add(e.Amount), b.Held.Add(e.Amount)
	})
	each(b, events, func(e tasktypes.EventSlashEnded) {
		b.Held, b.Burnt = b.Held.Sub(e.Reporter).Sub(e.Burnt).Sub(e.Returned), b.Burnt.Add(e.Burnt)
	})
	each(b, events, func(e tasktypes.EventTaskDisputed) { b.Disputes = b.Disputes.Add(e.Bond) })
	each(b, events, b.readJury)
	each(b, events, func(e tasktypes.EventTaskSettled) {
		d, t := b.Task(e.Task), b.net.Task(e.Task)
		require.True(b.net.t, d.left().Equal(d.Deposited), "task %d is settled twice", e.Task)
		d.Paid, d.Burnt, d.Back = e.Paid, e.Burnt, e.Refund
		b.net.holds(d.left().IsZero(), "task %d has not given back all that it had left: %+v", e.Task, d)
		b.Burnt = b.Burnt.Add(e.Burnt)
		paid := math.ZeroInt()
		for _, node := range Winners(t) {
			n, burnt := b.Node(node), tasktypes.Share(t.Fee, b.net.Terms().Pay.BurnBps)
			n.Worked, n.WorkedBurnt = n.Worked.Add(t.Fee), n.WorkedBurnt.Add(burnt)
			b.Burnt, paid = b.Burnt.Add(burnt), paid.Add(t.Fee)
		}
		b.net.equal(paid, e.Paid, "fees of those whose result counts")
	})
}

// readJury books what the jurors of a dispute were paid.
func (b *Books) readJury(e tasktypes.EventJuryDecided) {
	b.Disputes = b.Disputes.Sub(e.Paid).Sub(e.Refund)
	if e.Seats == 0 {
		return
	}
	each, paid := e.Paid.QuoRaw(int64(e.Seats)), math.ZeroInt()
	for _, j := range b.net.Task(e.Task).Dispute.Jurors {
		if !j.Says(e.Result) {
			continue
		}
		gross := each.MulRaw(int64(j.Seats))
		n, burnt := b.Node(j.Node), tasktypes.Share(gross, b.net.Terms().Pay.BurnBps)
		n.Worked, n.WorkedBurnt = n.Worked.Add(gross), n.WorkedBurnt.Add(burnt)
		b.Burnt, paid = b.Burnt.Add(burnt), paid.Add(gross)
	}
	b.net.equal(paid, e.Paid, "pay of the jurors who have found what counts")
}

// Winners returns the nodes whose result of a posted task counts.
func Winners(t tasktypes.Task) []uint64 {
	var list []uint64
	for _, r := range t.Replicas {
		if (t.Outcome == tasktypes.TASK_OUTCOME_MATCHED || t.Outcome == tasktypes.TASK_OUTCOME_FOUND) && r.Status == tasktypes.REPLICA_STATUS_REVEALED && string(r.Result) == string(t.Result) {
			list = append(list, r.Node)
		}
	}
	return list
}

// inTasks holds the escrow of each posted task, the bonds of disputes and what is held of slashes against the books, and returns what is in all
// of them.
func (n *Network) inTasks() math.Int {
	n.t.Helper()
	sum, disputes, held := math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	for _, t := range n.State().Tasks.Tasks {
		n.equal(n.Books.Task(t.Id).left(), t.Escrow, "escrow of a posted task")
		sum = sum.Add(t.Escrow)
		if t.Dispute != nil {
			disputes = disputes.Add(t.Dispute.Bond)
		}
	}
	for _, s := range n.State().Tasks.Slashes {
		held = held.Add(s.Amount)
	}
	n.equal(n.Books.Disputes, disputes, "bonds of disputes")
	n.equal(n.Books.Held, held, "what is held of slashes")
	return sum.Add(disputes).Add(held)
}

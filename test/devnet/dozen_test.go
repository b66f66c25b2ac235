package devnet_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// A network of twelve owners with equal bonds of which four are hostile, who lie together and play all roles at once: liar, lazy, copycat,
// withholder, forger, replayer and equivocator, with a client who is their friend. The same history is played with everybody honest, with the
// same keys, seeds and heights.
//
// Nothing is paid to hostile nodes beyond what each could earn by what it really held and did, which the test notes by looking into the
// nodes. No honest bond is cut. Books hold after every block in both histories (storage.Network).
//
// Honest nodes have at least 99 % of what they earn in the reference, by kind of work. Deals, requests and channels are theirs before the
// cheating begins, so what these pay is compared as it is, deals by the epoch: what is vacant later, and repaired, must not hide what
// is missing. So is uptime. What draws and answers decide is compared by the unit of work: posted tasks and juries by the fees of the places
// in which a node has worked, as lies have other nodes drawn; duties by the bonds of those that answered, as nobody can watch who does not
// answer. Places that no jury has decided about count for neither, and are logged. All kinds together are compared as they are.
//
// What is known to be possible (docs/limits.md, docs/protocol/tasks.md) is not played: friends who sign for each other what they are drawn for, a
// majority of replicas that says that an input is unavailable. Two things are as the rules have them. A watcher that was answered is paid for
// that, also where it keeps its attestation to itself. And whether a third of the owners have two thirds of the seats of a jury is for its draw
// to say: where three honest replicas are disputed, four of the nine owners who can judge have five of seven seats once in seven draws. Here no
// such jury is drawn; with other heights one may be, and then bonds of honest nodes are cut.
func TestHostileDozen(t *testing.T) {
	reference, hostile := playDozen(t, false), playDozen(t, true)
	for _, r := range hostile.nodes {
		if hostile.isHostile(r.ID) {
			over := hostile.overpaid(r.ID)
			assert.Zero(t, over.all(), "node %d is paid for what it has not done: %+v", r.ID, over)
			continue
		}
		assert.EqualValues(t, storage.Bond, r.Node().OwnBond.Int64(), "the bond of node %d, which is honest", r.ID)
		assert.Zero(t, hostile.Books.Node(r.ID).Taken.Int64(), "taken from node %d, which is honest", r.ID)
		assertEarned(t, r.ID, reference.pay(r.ID), hostile.pay(r.ID))
	}
	t.Log(hostile.table())
	assertDozenPlayed(t, reference, hostile)
}

// assertEarned compares what an honest node was paid in both histories.
func assertEarned(t *testing.T, node uint64, want, got paid) {
	t.Helper()
	t.Logf("node %d, reference and hostile: all %d %d, deals %d %d, answers and repairs %d %d, vouchers %d %d", node,
		want.all(), got.all(), want.rent, got.rent, want.repaired, got.repaired, want.vouchers, got.vouchers)
	t.Logf("    uptime %d %d, duties %d %d, tasks %d of %d and %d of %d, and %d that no jury decided",
		want.uptime, got.uptime, want.duties, got.duties, want.worked, want.due, got.worked, got.due, got.hung)
	most := func(what string, got, of, reference, ofReference int64) {
		t.Helper()
		assert.Positive(t, reference, "node %d earns by %s", node, what)
		// got/of is at least 99 % of reference/ofReference.
		left, right := float64(got)*float64(ofReference)*100, float64(reference)*float64(of)*99
		assert.GreaterOrEqual(t, left, right, "%s of node %d: %d of %d, in the reference %d of %d", what, node, got, of, reference, ofReference)
	}
	for epoch, e := range want.proven {
		assert.GreaterOrEqual(t, got.proven[epoch].Gross.Int64(), e.Gross.Int64(), "deals of node %d in epoch %d", node, epoch)
	}
	most("deals", got.rent, 1, want.rent, 1)
	most("answers", int64(got.answers), 1, int64(want.answers), 1)
	most("vouchers", got.vouchers, 1, want.vouchers, 1)
	most("uptime", got.uptime, 1, want.uptime, 1)
	most("duties", got.duties, got.watched, want.duties, want.watched)
	most("tasks", got.worked, got.due, 1, 1)
	most("all", got.all(), 1, want.all(), 1)
}

// assertDozenPlayed holds that the histories had in them what they are about.
func assertDozenPlayed(t *testing.T, reference, hostile *dozen) {
	t.Helper()
	for _, r := range reference.nodes {
		p := reference.pay(r.ID)
		assert.Equal(t, p.due, p.worked, "node %d of the reference is paid for all its places", r.ID)
		assert.Zero(t, reference.Books.Node(r.ID).Taken.Int64())
	}
	tally := hostile.tally()
	for _, as := range []role{liar, lazy, copycat, withholder, forger, replayer, equivocator} {
		assert.Positive(t, tally[as].attempts, as)
		assert.Zero(t, tally[as].paid, "paid to the %s", as)
	}
	for _, as := range []role{liar, lazy, copycat, withholder} {
		assert.Positive(t, tally[as].lost, "lost by the %s", as)
	}
	for _, as := range []role{copycat, forger, replayer} {
		assert.LessOrEqual(t, tally[as].accepted, tally[as].attempts/10, as)
	}
}

// came is what a role came to, in base units where it is money.
type came struct {
	attempts, accepted int
	paid, lost         int64
}

// tally adds up what each role came to.
func (d *dozen) tally() map[role]came {
	sums := map[role]came{}
	change := func(as role, do func(*came)) {
		c := sums[as]
		do(&c)
		sums[as] = c
	}
	for _, a := range d.attempts {
		change(a.role, func(c *came) {
			accepted, paid := d.gained(a)
			c.attempts, c.accepted, c.paid = c.attempts+1, c.accepted+accepted, c.paid+paid
		})
	}
	replayed, taken := d.inBlocksAgain()
	change(replayer, func(c *came) { c.attempts, c.accepted = c.attempts+replayed, c.accepted+taken })
	for _, task := range d.State().Tasks.Tasks {
		for _, node := range storage.Winners(task) {
			at, _ := task.Replica(node)
			if d.isHostile(node) && !d.says(task.Replicas[at], task) {
				change(liar, func(c *came) { c.paid += task.Fee.Int64() })
			}
		}
	}
	eachOf(d, func(e tasktypes.EventSlashed) {
		as := liar
		if e.Offence != tasktypes.OffenceWrongResult {
			as = map[uint64]role{lazyNode: copycat, silentNode: withholder, doubleNode: equivocator}[e.Node]
		}
		change(as, func(c *came) { c.lost += e.Amount.Int64() })
	})
	eachOf(d, func(e tasktypes.EventIndexLost) {
		as := map[uint64]role{lazyNode: lazy, silentNode: withholder, forgerNode: forger, doubleNode: equivocator}[e.Node]
		change(as, func(c *came) { c.lost += e.Paid.Int64() })
	})
	eachOf(d, func(e tasktypes.EventJuryDecided) {
		if d.Task(e.Task).Dispute.Sender == d.friend.String() {
			change(liar, func(c *came) { c.lost += e.Paid.Int64() })
		}
	})
	return sums
}

// gained returns whether the chain took an attempt, for each of its vouchers, and what it paid hostile nodes for it at once.
func (d *dozen) gained(a attempt) (accepted int, gross int64) {
	if a.tx == nil || a.tx.Err() != nil {
		return 0, 0
	}
	if _, vouchers := a.tx.Msgs[0].(*tasktypes.MsgRedeemVouchers); !vouchers {
		accepted = 1
	}
	for _, e := range typedOf[tasktypes.EventVoucherRedeemed](d, a.tx) {
		accepted++
		if e.Channel != d.channels[0] {
			gross += e.Gross.Int64()
		}
	}
	for _, e := range typedOf[tasktypes.EventProven](d, a.tx) {
		gross += e.Gross.Int64() + int64(e.UptimeSlots) + int64(e.DutyWorth)
	}
	for range typedOf[tasktypes.EventOpenAnswered](d, a.tx) {
		gross += d.answerPay().Int64()
	}
	return accepted, gross
}

// inBlocksAgain counts the transactions that were in a block before, and those that were executed again.
func (d *dozen) inBlocksAgain() (again, accepted int) {
	seen := map[string]bool{}
	for _, b := range d.Chain.Blocks {
		for i, tx := range b.Txs {
			if seen[string(tx)] {
				again++
				if b.Results[i].Code == 0 {
					accepted++
				}
			}
			seen[string(tx)] = true
		}
	}
	return again, accepted
}

// table prints what each role came to, and the outcomes of posted tasks.
func (d *dozen) table() string {
	var b strings.Builder
	tally := d.tally()
	fmt.Fprintf(&b, "\n%-12s %9s %9s %9s %12s\n", "role", "attempts", "accepted", "paid", "lost")
	for _, as := range []role{liar, lazy, copycat, withholder, forger, replayer, equivocator} {
		c := tally[as]
		fmt.Fprintf(&b, "%-12s %9d %9d %9d %12d\n", as, c.attempts, c.accepted, c.paid, c.lost)
	}
	outcomes, disputes := map[string]int{}, 0
	for _, task := range d.State().Tasks.Tasks {
		outcomes[strings.TrimPrefix(task.Outcome.String(), "TASK_OUTCOME_")]++
		if task.Dispute != nil {
			disputes++
		}
	}
	fmt.Fprintf(&b, "tasks by outcome: %v, disputes: %d\n", outcomes, disputes)
	fmt.Fprintf(&b, "indices lost by reason: %v, repairs: %d, height %d", d.Books.Losses, d.Books.Repairs, d.Chain.Height())
	return b.String()
}

package devnet_test

import (
	"github.com/cosmos/gogoproto/proto"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// work is what a node really did for an epoch, whatever it says.
type work struct {
	// held is what deals owe for pieces that it had, in base units.
	held int64
	// slots in which it was there, and what its watches of others were worth that were there as well.
	slots uint32
	worth uint64
	// watched adds up the bonds of the nodes that answered it, as of the opening and times its own, once for each slot.
	watched int64
}

// seat is one juror of one jury.
type seat struct {
	task, node uint64
	jury       uint32
}

// diary notes what everybody really did. It sees into the nodes, which no chain can.
type diary struct {
	d *dozen
	// works are by node and epoch.
	works map[uint64]map[uint64]work
	// seats are what the jurors who have committed are due, in base units.
	seats map[seat]int64
	// worked are the tasks and juries whose work a hostile node has done itself, answered the requests it could answer.
	worked   map[seat]bool
	answered map[uint64]int64
	done     uint64
}

func newDiary(d *dozen) *diary {
	return &diary{d: d, works: map[uint64]map[uint64]work{}, seats: map[seat]int64{}, worked: map[seat]bool{}, answered: map[uint64]int64{}}
}

// Act implements storage.Actor.
func (b *diary) Act() {
	d := b.d
	if e := d.Epoch() - 1; d.Epoch() > 1 && e > b.done && e <= dozenLast {
		b.done = e
		for _, r := range d.nodes {
			if b.works[r.ID] == nil {
				b.works[r.ID] = map[uint64]work{}
			}
			b.works[r.ID][e] = b.workOf(r, e)
		}
	}
	for _, t := range d.State().Tasks.Tasks {
		for _, j := range t.Jurors() {
			if j.Status == tasktypes.REPLICA_STATUS_COMMITTED || j.Status == tasktypes.REPLICA_STATUS_REVEALED {
				b.seats[seat{t.Id, j.Node, t.Dispute.Juries}] = tasktypes.DisputeBond(t.Fee).Int64() / int64(t.Dispute.Seats) * int64(j.Seats)
			}
		}
	}
}

// workOf looks at what a node did for an epoch that has just passed.
func (b *diary) workOf(r *resident, epoch uint64) (w work) {
	d := b.d
	for _, o := range d.Owing(r.ID, epoch) {
		if r.Has(o.Acked, o.Index) {
			w.held += o.Deal.Rate.Int64()
		}
	}
	if !d.isThere(r.ID, epoch) {
		return w
	}
	p := r.collect(epoch)
	w.slots, w.worth = uint32(p.Slots()), p.Worth()
	// A watch is worth 10^12 · bond · own bond / (all bonds)², as both sit where there are so few.
	tokens := d.PresenceTerms(epoch).Bonds.QuoRaw(storage.Token / 1_000).Int64()
	w.watched = int64(w.worth) / 1_000_000 * tokens / 1_000_000 * tokens
	return w
}

// paid is what the chain paid a node, before anything was burnt.
type paid struct {
	rent, uptime, duties, repaired, vouchers, worked int64
	// due is what its places in tasks and juries promised that came to something, hung what those did that no jury has decided, and watched
	// what its watches come to.
	due, hung, watched int64
	// proven is the rent by epoch, answers the number of requests.
	proven  map[uint64]tasktypes.EventProven
	answers int
}

// all returns the sum.
func (p paid) all() int64 { return p.rent + p.uptime + p.duties + p.repaired + p.vouchers + p.worked }

// place adds what a place in a task or jury promised.
func (p *paid) place(due int64, hung bool) {
	if hung {
		p.hung += due
		return
	}
	p.due += due
}

// pay reads what a node was paid out of books, state and events.
func (d *dozen) pay(node uint64) paid {
	b := d.Books.Node(node)
	p := paid{rent: b.Proven.Int64(), repaired: b.Repaired.Int64(), worked: b.Worked.Int64(), proven: map[uint64]tasktypes.EventProven{}}
	for _, of := range d.State().Rewards.Pays {
		if of.Node == node {
			p.uptime, p.duties = p.uptime+of.Pay.Uptime.Int64(), p.duties+of.Pay.Duties.Int64()
		}
	}
	for at, channel := range d.channels {
		if at == int(node) || at == 0 && node == 1 {
			p.vouchers += d.Books.Channel(channel).Redeemed.Int64()
		}
	}
	eachOf(d, func(e tasktypes.EventProven) {
		if e.Node == node {
			p.proven[e.Epoch] = e
		}
	})
	eachOf(d, func(e tasktypes.EventOpenAnswered) {
		if e.Node == node {
			p.answers++
		}
	})
	for _, t := range d.State().Tasks.Tasks {
		if at, is := t.Replica(node); is && len(t.Replicas[at].Commitment) > 0 {
			p.place(t.Fee.Int64(), t.Outcome == tasktypes.TASK_OUTCOME_HUNG)
		}
	}
	for s, due := range d.diary.seats {
		if t := d.Task(s.task); s.node == node {
			p.place(due, t.Outcome == tasktypes.TASK_OUTCOME_HUNG || s.jury < t.Dispute.Juries)
		}
	}
	for _, w := range d.diary.works[node] {
		p.watched += w.watched
	}
	return p
}

// eachOf calls a function with every event of a type in the whole history.
func eachOf[E any, P interface {
	*E
	proto.Message
}](d *dozen, do func(E)) {
	d.t.Helper()
	for _, b := range d.Chain.Blocks {
		list := devnet.TypedEvents[E, P](d.t, b.Events)
		for _, r := range b.Results {
			if r.Code == 0 {
				list = append(list, devnet.TypedEvents[E, P](d.t, r.Events)...)
			}
		}
		for _, e := range list {
			do(e)
		}
	}
}

// overpaid returns what a hostile node was paid beyond what it could have earned by what it really had and did.
func (d *dozen) overpaid(node uint64) (over paid) {
	d.t.Helper()
	p, works := d.pay(node), d.diary.works[node]
	for epoch, e := range p.proven {
		w := works[epoch]
		over.rent += max(0, e.Gross.Int64()-w.held)
		if e.UptimeSlots > w.slots {
			d.t.Logf("node %d was paid for %d slots of epoch %d, it was there in %d", node, e.UptimeSlots, epoch, w.slots)
			over.uptime += int64(e.UptimeSlots - w.slots)
		}
		if e.DutyWorth > w.worth {
			d.t.Logf("node %d was paid for duties worth %d in epoch %d, it did %d", node, e.DutyWorth, epoch, w.worth)
			over.duties += int64(e.DutyWorth - w.worth)
		}
	}
	over.repaired = max(0, p.repaired-d.diary.answered[node]*d.answerPay().Int64())
	over.vouchers = max(0, p.vouchers-d.promised[d.channels[node]])
	did := int64(0)
	for _, task := range d.State().Tasks.Tasks {
		if at, is := task.Replica(node); is && d.says(task.Replicas[at], task) && d.diary.worked[seat{task: task.Id, node: node}] {
			did += task.Fee.Int64()
		}
		if at, is := task.Juror(node); is && d.says(task.Jurors()[at], task) && d.diary.worked[seat{task.Id, node, task.Dispute.Juries}] {
			j := task.Jurors()[at]
			did += tasktypes.DisputeBond(task.Fee).Int64() / int64(task.Dispute.Saying(j.Result)) * int64(j.Seats)
		}
	}
	over.worked = max(0, p.worked-did)
	return over
}

// typedOf returns the events of a type of one transaction.
func typedOf[E any, P interface {
	*E
	proto.Message
}](d *dozen, tx *storage.Tx) []E {
	return devnet.TypedEvents[E, P](d.t, tx.Events())
}

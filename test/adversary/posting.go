package adversary

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// posting is where those cheat who are drawn for posted tasks, or post them: a network of honest nodes, nodes of a gang that do not act
// by themselves, and an honest client.
type posting struct {
	*gang
	client *storage.Client
	tasks  []uint64
}

// postedFee is the fee of a replica: no share of it that matters is rounded.
const postedFee = storage.Token

// newPosting has honest nodes and those of a gang, with the usual bond each, in the active set.
func newPosting(t testing.TB, honest, gangsters int) *posting {
	t.Helper()
	accounts := 2*(honest+gangsters) + 8 // an owner and an operator each, and those who post and dispute
	n := storage.New(t, storage.Config{Chain: devnet.Config{Accounts: max(40, accounts)}})
	n.JoinHonest(honest)
	p := &posting{gang: newGang(t, n, gangsters, storage.Bond), client: n.NewClient()}
	n.Next()
	n.Actors = append(n.Actors, p.client)
	n.ToEpoch(n.Epoch() + 1)
	p.begin()
	return p
}

// sumMsg has a client ask for a sum; its result is that of sumOf.
func sumMsg(c *storage.Client, number int, replicas uint32, fee int64) *tasktypes.MsgPostTask {
	return c.PostMsg(tasktypes.Work{Kind: storage.Sum, Input: fmt.Appendf(nil, "%d+1", number)}, replicas, fee)
}

func sumOf(number int) string { return fmt.Sprint(number + 1) }

// post has the client post tasks in one block each.
func (p *posting) post(msgs ...*tasktypes.MsgPostTask) {
	p.t.Helper()
	for _, m := range msgs {
		p.tasks = append(p.tasks, p.client.Post(m))
	}
}

// postSums has the client post sums of two replicas. They come to 1, 2, 3, 4 and again.
func (p *posting) postSums(tasks int) {
	p.t.Helper()
	for number := range tasks {
		p.post(sumMsg(p.client, number%4, 2, postedFee))
	}
}

// finish makes blocks until every task is settled, no slash is held and everything is withdrawn.
func (p *posting) finish() {
	p.t.Helper()
	p.Until(600, func() bool {
		for _, t := range p.State().Tasks.Tasks {
			if t.IsOpen() {
				return false
			}
		}
		return len(p.State().Tasks.Slashes) == 0
	})
	p.ToEpoch(p.Epoch() + 3)
}

// standing counts the places of the gang in the tasks that came to have a status.
func (p *posting) standing(s tasktypes.ReplicaStatus) (places int) {
	for _, id := range p.tasks {
		for _, r := range p.Task(id).Replicas {
			if p.has(r.Node) && r.Status == s {
				places++
			}
		}
	}
	return places
}

// assertSums holds that the sums came out right, and that nobody honest has lost anything by it.
func (p *posting) assertSums() {
	p.t.Helper()
	for number, id := range p.tasks {
		t := p.Task(id)
		assert.Equal(p.t, tasktypes.TASK_OUTCOME_MATCHED, t.Outcome, "task %d", id)
		assert.Equal(p.t, sumOf(number%4), string(t.Output), "task %d", id)
	}
	p.assertHonestKeepBonds()
}

// assertHonestKeepBonds holds that nothing was taken from nodes that are not the gang's.
func (p *posting) assertHonestKeepBonds() {
	p.t.Helper()
	for _, h := range p.Holders {
		if !p.has(h.ID) {
			assert.Equal(p.t, math.NewInt(storage.Bond).String(), h.Node().OwnBond.String(), "bond of node %d, which is honest", h.ID)
		}
	}
}

// move says that nodes of the gang are in a region, "moon", where nobody else is.
func (p *posting) move() {
	p.t.Helper()
	for _, h := range p.nodes {
		offer := h.Node().Offer
		offer.Region = "moon"
		p.Send(h.Owner, &networktypes.MsgUpdateNode{Owner: h.Owner.String(), Network: p.Record.Id, Node: h.ID, Offer: offer})
	}
	p.Next()
	for _, h := range p.nodes {
		require.Equal(p.t, "moon", h.Node().Offer.Region)
	}
}

// lost returns what was taken from the bonds of the gang.
func (p *posting) lost() math.Int {
	sum := math.ZeroInt()
	for _, h := range p.nodes {
		sum = sum.Add(p.Books.Node(h.ID).Taken)
	}
	return sum
}

// assertEachSilenceCosts holds that each place that was kept silent about cost twice the fee.
func (p *posting) assertEachSilenceCosts(fee int64) {
	p.t.Helper()
	silences := p.standing(tasktypes.REPLICA_STATUS_SILENT)
	assert.Positive(p.t, silences)
	assert.Equal(p.t, math.NewInt(2*fee*int64(silences)).String(), p.lost().String(), "what %d silences cost", silences)
}

// figure is what the gang came to, with what was burnt of its bonds.
func (p *posting) figure() Tally {
	t := p.tally(p.won())
	t.Burnt = p.lost()
	return t
}

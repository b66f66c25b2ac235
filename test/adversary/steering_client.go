package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// steerer is a client who owns some of the nodes, and would like them to be drawn. His nodes are honest.
type steerer struct {
	*posting
	// drawn are the nodes each task would draw, once its seed is there.
	drawn map[uint64][]uint64
	// asked counts how often and by whom he had the draw worked out.
	asked int
}

// Act implements storage.Actor.
func (s *steerer) Act() {
	for _, h := range s.nodes {
		h.Act()
	}
}

// look works out what would be drawn for a task that waits, in the name of each of his accounts: it is always the same.
func (s *steerer) look(task uint64) {
	for _, sender := range s.addresses {
		nodes, err := s.WouldDraw(sender, task)
		if err != nil {
			assert.Empty(s.t, s.drawn[task], "the seed is gone: %v", err)
			continue
		}
		if s.asked++; s.drawn[task] == nil {
			s.drawn[task] = nodes
		}
		assert.Equal(s.t, s.drawn[task], nodes, "task %d draws others as of height %d for %s", task, s.Chain.Height(), sender)
	}
}

// steer posts sums, and has each drawn only when he has looked at the draw for some blocks.
func (s *steerer) steer(tasks int) {
	for number := range tasks {
		s.post(sumMsg(s.client, number%4, 2, postedFee))
		id := s.tasks[number]
		for range 6 {
			s.look(id)
			s.Next()
		}
		s.Until(10, func() bool {
			s.client.DrawTasks()
			return s.Task(id).Status != tasktypes.TASK_STATUS_DRAWING
		})
		var drawn []uint64
		for _, r := range s.Task(id).Replicas {
			drawn = append(drawn, r.Node)
		}
		require.Equal(s.t, s.drawn[id], drawn)
	}
}

// ownFees returns what he paid his own nodes, and what others.
func (s *steerer) ownFees() (own, others math.Int) {
	own, others = math.ZeroInt(), math.ZeroInt()
	for _, h := range s.Holders {
		if worked := s.Books.Node(h.ID).Worked; s.has(h.ID) {
			own = own.Add(worked)
		} else {
			others = others.Add(worked)
		}
	}
	return own, others
}

func newSteerer(t testing.TB, honest, own int) *steerer {
	t.Helper()
	s := &steerer{posting: newPosting(t, honest, own), drawn: map[uint64][]uint64{}}
	s.client = s.ClientOf(s.nodes[0].Owner)
	s.Actors = append(s.Actors, s)
	return s
}

// playSteeringClient is a client with two of eight nodes. The draw is the same whoever asks for it and when, while nobody has put more at
// stake: decoys that fill the bonds of others between seed and draw are not played here. With all nodes his own, as far as his filter lets
// any be drawn, he pays himself, and loses τ(1−κ) of it.
func playSteeringClient(t testing.TB) Tally {
	t.Helper()
	const tau, kappa, unit = 2_000, 8_000, 10_000
	mixed := newSteerer(t, 6, 2)
	mixed.steer(6)
	mixed.finish()
	mixed.assertSums()
	own, others := mixed.ownFees()
	assert.True(t, others.IsPositive() && own.IsPositive(), "%s to his own, %s to others", own, others)
	assert.GreaterOrEqual(t, mixed.asked, 6*4)
	loss := func(own math.Int) math.Int { return own.MulRaw(tau * (unit - kappa)).QuoRaw(unit * unit) }
	assert.Equal(t, others.Add(loss(own)).Neg().String(), mixed.won().String())

	alone := newSteerer(t, 4, 5)
	alone.move()
	for number := range 2 {
		msg := sumMsg(alone.client, number, 5, 10*postedFee)
		msg.Filter.Region = "moon"
		alone.post(msg)
	}
	alone.Actors = append(alone.Actors, alone.client)
	alone.finish()
	alone.assertSums()
	own, others = alone.ownFees()
	assert.EqualValues(t, 2*5*10*postedFee, own.Int64())
	assert.True(t, others.IsZero())
	assert.True(t, loss(own).IsPositive())
	assert.Equal(t, loss(own).Neg().String(), alone.won().String())
	tally := alone.figure()
	tally.Burnt = own.MulRaw(tau).QuoRaw(unit)
	return tally
}

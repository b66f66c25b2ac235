package adversary

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// decoyFee is a fee of which a node's bond covers one only, and steeredFee one that the rest of the bond does not cover.
	decoyFee   = 95 * storage.Token
	steeredFee = 10 * storage.Token
)

// busy is an honest node that tries to commit although its bond may be at stake for other tasks already.
type busy struct {
	*storage.Holder
	p *posting
}

// Act implements storage.Actor.
func (b *busy) Act() {
	b.TaskDuties(
		func(task uint64) { b.p.Try(b.Operator, b.CommitResultMsg(task, b.p.Solve(b.p.Task(task)))) },
		func(task uint64) { b.p.Send(b.Operator, b.RevealResultMsg(task, b.p.Solve(b.p.Task(task)))) },
	)
	b.Withdraw()
}

// decoys has the client post tasks that only nodes of others may do, and have them drawn. It returns when all that can commit to them have done so.
func (s *steerer) decoys(number int) {
	s.t.Helper()
	var ids []uint64
	for at := range number {
		msg := sumMsg(s.client, at, 1, decoyFee)
		msg.Filter.Region = "eu"
		ids = append(ids, uint64(len(s.State().Tasks.Tasks)+at+1))
		s.Send(s.client.Account, msg)
	}
	s.Next()
	s.Until(10, func() bool {
		done := true
		for _, id := range ids {
			if t := s.Task(id); t.Status == tasktypes.TASK_STATUS_DRAWING {
				s.Try(s.client.Account, &tasktypes.MsgDrawTask{Sender: s.client.String(), Task: id})
				done = false
			}
		}
		return done
	})
	s.Next()
}

// places counts the places of a task that a status took, and how many of all are his.
func (s *steerer) places(task uint64, status tasktypes.ReplicaStatus) (with, own int) {
	for _, r := range s.Task(task).Replicas {
		if r.Status == status {
			with++
		}
		if s.has(r.Node) {
			own++
		}
	}
	return with, own
}

// playSteeredDraw is a client who knows the seed, sees that none or few of his own nodes would be drawn, and fills the bonds of others with
// decoys before the draw is made. The draw stays what it was: what a node has at stake does not count there. Who was drawn and has no bond
// left for it loses its place, so that decoys do make others pass; each costs him a fee that is half of a node's bond.
func playSteeredDraw(t testing.TB) Tally {
	t.Helper()
	s := newSteerer(t, 6, 2)
	s.Actors = nil
	for _, h := range s.Holders {
		if !s.has(h.ID) {
			s.Actors = append(s.Actors, &busy{h, s.posting})
		}
	}
	s.Actors = append(s.Actors, s)
	s.move()
	s.post(sumMsg(s.client, 0, 2, steeredFee))
	task := s.tasks[0]
	s.Until(10, func() bool {
		s.look(task)
		return s.drawn[task] != nil
	})
	s.decoys(8)
	require.Equal(t, tasktypes.TASK_STATUS_DRAWING, s.Task(task).Status, "the decoys came too late")
	s.look(task)
	s.Until(30, func() bool { return s.Task(task).Status != tasktypes.TASK_STATUS_DRAWING })
	for at, node := range s.drawn[task] {
		assert.Equal(t, node, s.Task(task).Replicas[at].Node)
	}
	s.Actors = append(s.Actors, s.client)
	s.finish()
	s.assertHonestKeepBonds()
	passed, own := s.places(task, tasktypes.REPLICA_STATUS_LOST)
	_, others := s.ownFees()
	assert.True(t, others.GTE(s.won().Neg().QuoRaw(2)), "he pays %s to others, and is left with %s", others, s.won())
	tally := s.figure()
	tally.Above = fmt.Sprintf("%d of the nodes drawn had no bond left beside the decoys and passed, %d places came to be his own, for %s paid to others", passed, own, others)
	return tally
}

package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// silentReplica does no work. It commits to a guess, looks at what others show, and shows its guess only if that is what they say.
type silentReplica struct {
	*storage.Holder
	p *posting
}

// Act implements storage.Actor.
func (s *silentReplica) Act() {
	guess := storage.Answer{Output: []byte("3")}
	s.TaskDuties(
		func(task uint64) { s.p.Send(s.Operator, s.CommitResultMsg(task, guess)) },
		func(task uint64) {
			for _, r := range s.p.Task(task).Replicas {
				if digest := guess.Digest(); r.Node != s.ID && string(r.Result) == string(digest[:]) {
					s.p.Send(s.Operator, s.RevealResultMsg(task, guess))
					return
				}
			}
		},
	)
	s.Withdraw()
}

// playSilentReplica is one owner among six, whose guess is right once in four. A guess that is right is paid one fee, less the burn; each
// look at one that was wrong costs two.
func playSilentReplica(t testing.TB) Tally {
	t.Helper()
	p := newPosting(t, 5, 1)
	p.Actors = append(p.Actors, &silentReplica{Holder: p.nodes[0], p: p})
	p.postSums(16)
	p.finish()
	p.assertSums()
	p.assertEachSilenceCosts(postedFee)
	assert.Positive(t, p.standing(tasktypes.REPLICA_STATUS_REVEALED), "its guess was never right")
	return p.figure()
}

// spentBond is a silent replica that tries to commit to all it is drawn for at once, and shows nothing.
type spentBond struct {
	*storage.Holder
	p       *posting
	commits []*storage.Tx
}

// Act implements storage.Actor.
func (s *spentBond) Act() {
	s.TaskDuties(
		func(task uint64) {
			s.commits = append(s.commits, s.p.Try(s.Operator, s.CommitResultMsg(task, storage.Answer{Output: []byte("3")})))
		},
		func(uint64) {},
	)
	s.Withdraw()
}

// playSpentBond is a node whose bond is just what one task puts at stake. The client asks for three at once that no other node may do. It is
// drawn for all of them, as to be drawn puts nothing at stake, but can commit to one only, so that no silence costs less than it must.
func playSpentBond(t testing.TB) Tally {
	t.Helper()
	const fee = storage.Bond / 2
	p := newPosting(t, 5, 1)
	s := &spentBond{Holder: p.nodes[0], p: p}
	p.Actors = append(p.Actors, s)
	p.move()
	for number := range 3 {
		msg := sumMsg(p.client, 100+number, 1, fee)
		msg.Filter.Region = "moon"
		p.post(msg)
	}
	p.finish()
	var outcomes []tasktypes.TaskOutcome
	for _, id := range p.tasks {
		outcomes = append(outcomes, p.Task(id).Outcome)
	}
	p.assertEachSilenceCosts(fee)
	assert.Equal(t, []tasktypes.TaskOutcome{
		tasktypes.TASK_OUTCOME_DISAGREED, tasktypes.TASK_OUTCOME_UNDRAWN, tasktypes.TASK_OUTCOME_UNDRAWN,
	}, outcomes, "nobody shows a result of the first, and nobody commits to the others")
	assert.NotEmpty(t, s.commits)
	require.NoError(t, s.commits[0].Err())
	assertRefused(t, s.commits[1:], tasktypes.ErrWrongState)
	p.assertHonestKeepBonds()
	return p.figure()
}

package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// restored is an honest node that comes back from an old backup before each block: it does not know what it has said, works the task out again
// and says it again.
type restored struct {
	*storage.Holder
	p     *posting
	again []*storage.Tx
}

// Act implements storage.Actor.
func (r *restored) Act() {
	for _, t := range r.p.State().Tasks.Tasks {
		at, is := t.Replica(r.ID)
		if !is || !t.IsOpen() {
			continue
		}
		answer := r.p.Solve(t)
		switch t.Replicas[at].Status {
		case tasktypes.REPLICA_STATUS_DRAWN:
			r.p.Send(r.Operator, r.CommitResultMsg(t.Id, answer))
		case tasktypes.REPLICA_STATUS_COMMITTED:
			r.again = append(r.again, r.p.Try(r.Operator, r.CommitResultMsg(t.Id, answer)))
		case tasktypes.REPLICA_STATUS_REVEALED:
			r.again = append(r.again, r.p.Try(r.Operator, r.RevealResultMsg(t.Id, answer)))
		}
	}
	r.TaskDuties(func(uint64) {}, func(task uint64) { r.p.Send(r.Operator, r.RevealResultMsg(task, r.p.Solve(r.p.Task(task)))) })
	r.Withdraw()
}

// backupRestorer commits to a guess, waits until another has shown its result, and pretends that the backup it has come back from knows of that one.
type backupRestorer struct {
	*storage.Holder
	p       *posting
	reveals []*storage.Tx
}

// Act implements storage.Actor.
func (b *backupRestorer) Act() {
	b.TaskDuties(
		func(task uint64) { b.p.Send(b.Operator, b.CommitResultMsg(task, lie)) },
		func(task uint64) {
			t := b.p.Task(task)
			if t.Unrevealed() < t.Committed() {
				b.reveals = append(b.reveals, b.p.Try(b.Operator, b.RevealResultMsg(task, b.p.Solve(t))))
			}
		},
	)
	b.Withdraw()
}

// playBackupRestorer has an honest node that is restored all the time, and loses nothing, and one that would use that to reveal what it has
// not committed to: it is refused, and its silence costs it what it has at stake.
func playBackupRestorer(t testing.TB) Tally {
	t.Helper()
	p := newPosting(t, 5, 1)
	honest := &restored{Holder: p.Holders[0], p: p}
	p.Actors[0] = honest
	cheat := &backupRestorer{Holder: p.nodes[0], p: p}
	p.Actors = append(p.Actors, cheat)
	p.postSums(8)
	p.finish()
	p.assertSums()
	assertRefused(t, honest.again, tasktypes.ErrWrongState)
	assert.True(t, p.Books.Node(honest.ID).Worked.IsPositive(), "it is paid for what it has done")
	assertRefused(t, cheat.reveals, tasktypes.ErrInvalidResult)
	p.assertEachSilenceCosts(postedFee)
	assert.Equal(t, p.lost().Neg().String(), p.won().String())
	return p.figure()
}

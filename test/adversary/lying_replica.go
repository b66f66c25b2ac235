package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// lyingReplica does no work. It says that every second task comes to what it does not, and that it could not get the input of the others.
type lyingReplica struct {
	*storage.Holder
	p *posting
}

// Act implements storage.Actor.
func (l *lyingReplica) Act() {
	l.TaskDuties(
		func(task uint64) { l.p.Send(l.Operator, l.CommitResultMsg(task, l.lie(task))) },
		func(task uint64) { l.p.Send(l.Operator, l.RevealResultMsg(task, l.lie(task))) },
	)
	l.Withdraw()
}

func (l *lyingReplica) lie(task uint64) storage.Answer {
	if task%2 == 0 {
		return storage.Answer{Unavailable: true}
	}
	return storage.Answer{Output: []byte("-1")}
}

// playLyingReplica is one owner among six. Another replica joins where it disagrees with the first, and it is paid nothing. Liars of
// several owners who say the same are believed where they are more than half of those drawn: a client that minds asks for more replicas.
func playLyingReplica(t testing.TB) Tally {
	t.Helper()
	p := newPosting(t, 5, 1)
	p.Actors = append(p.Actors, &lyingReplica{Holder: p.nodes[0], p: p})
	p.postSums(8)
	p.finish()
	p.assertSums()
	assert.Positive(t, p.standing(tasktypes.REPLICA_STATUS_REVEALED), "it was never drawn")
	assert.Equal(t, math.ZeroInt().String(), p.won().String(), "it is neither paid nor slashed")
	return p.figure()
}

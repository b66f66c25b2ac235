package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// copycat does no work. It commits to what another has committed to, waits until that one has shown its result, and shows the same.
type copycat struct {
	*storage.Holder
	p       *posting
	reveals []*storage.Tx
}

// Act implements storage.Actor.
func (c *copycat) Act() {
	c.TaskDuties(c.commit, c.reveal)
	c.Withdraw()
}

// commit copies the first commitment that there is. Until then it waits.
func (c *copycat) commit(task uint64) {
	for _, r := range c.p.Task(task).Replicas {
		if len(r.Commitment) > 0 {
			c.p.Send(c.Operator, &tasktypes.MsgCommitResult{
				Operator: c.Operator.String(), Network: c.p.Record.Id, Task: task, Commitment: r.Commitment,
			})
			return
		}
	}
}

// reveal shows what another has shown, salt and all, as it stands in the block for everybody.
func (c *copycat) reveal(task uint64) {
	t := c.p.Task(task)
	for _, r := range t.Replicas {
		if r.Status == tasktypes.REPLICA_STATUS_REVEALED {
			msg := c.p.Holders[r.Node-1].RevealResultMsg(task, c.p.Solve(t))
			msg.Operator = c.Operator.String()
			c.reveals = append(c.reveals, c.p.Try(c.Operator, msg))
			return
		}
	}
}

// playCopycat is one owner among six. A commitment is bound to its node, so that it has committed to nothing it can show.
func playCopycat(t testing.TB) Tally {
	t.Helper()
	p := newPosting(t, 5, 1)
	c := &copycat{Holder: p.nodes[0], p: p}
	p.Actors = append(p.Actors, c)
	p.postSums(8)
	p.finish()
	p.assertSums()
	assert.NotEmpty(t, c.reveals)
	assertRefused(t, c.reveals, tasktypes.ErrInvalidResult)
	p.assertEachSilenceCosts(postedFee)
	assert.Equal(t, p.lost().Neg().String(), p.won().String())
	return p.figure()
}

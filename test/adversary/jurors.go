package adversary

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// playFalseDisputer disputes outcomes that are right. Each time its bond pays the jury that says so; the replicas are paid all the same.
func playFalseDisputer(t testing.TB) Tally {
	t.Helper()
	const disputes = 3
	c := newTrial(t, 13, 0)
	c.dispute(c.disputer, "eu", disputes)
	c.finish()
	right, _, _ := c.outcomes()
	assert.Equal(t, disputes, right)
	for _, id := range c.tasks {
		assert.EqualValues(t, 2*postedFee, c.Books.Task(id).Paid.Int64())
	}
	c.assertHonestKeepBonds()
	assert.Equal(t, math.NewInt(-disputes*juryPay(9)).String(), c.won().String(), "what %d disputes of right outcomes cost", disputes)
	tally := c.figure()
	tally.Burnt = tasktypes.Share(math.NewInt(disputes*juryPay(9)), c.Terms().Pay.BurnBps)
	return tally
}

// lyingJurors is a coalition that disputes right outcomes of others, and says the same lie wherever it sits.
func lyingJurors(t testing.TB, honest, coalition, disputes int) *trial {
	t.Helper()
	c := newTrial(t, honest, coalition)
	for _, h := range c.nodes {
		c.Actors = append(c.Actors, c.says(h, lie))
	}
	c.dispute(c.disputer, "eu", disputes)
	for number, id := range c.tasks {
		task := c.Task(id)
		mine, all := c.seats(task)
		quorum, want := task.Dispute.Quorum(), ""
		switch {
		case mine >= quorum:
			want = digestOf(string(lie.Output))
		case all-mine >= quorum:
			want = digestOf(sumOf(number % 4))
		}
		assert.Equal(t, want, string(task.Result), "task %d with %d of %d seats", id, mine, all)
	}
	c.finish()
	return c
}

// playLyingJurors has four of sixteen owners with no part in a task: less than a third of the seats it can expect. It pays the juries, and its
// jurors are paid nothing. With more than a third of the seats a coalition can hang a jury, which costs everybody their time. With two
// thirds it is believed, and takes from those who were right what they had at stake: what it then gains is told and not counted,
// as nothing but the bonds of others stands against it, and appeals while the slashes are held.
func playLyingJurors(t testing.TB) Tally {
	t.Helper()
	below := lyingJurors(t, 14, 4, 6)
	right, lies, _ := below.outcomes()
	assert.Positive(t, right)
	assert.Zero(t, lies, "with a quarter of the owners it is believed")
	below.assertHonestKeepBonds()

	above := lyingJurors(t, 4, 12, 3)
	_, lies, hung := above.outcomes()
	taken := above.honestLost()
	require.Positive(t, lies, "with twelve of fourteen owners it is never believed")
	assert.Equal(t, 2*2*postedFee*int64(lies), taken.Int64(), "two replicas of each")
	assert.True(t, above.won().LTE(taken), "it gains %s, and %s was taken from others", above.won(), taken)
	tally := below.figure()
	tally.Above = fmt.Sprintf("with 12 of the 14 owners who can judge, %d of 3 right outcomes are overturned and %d hang: the coalition nets %s, honest replicas lose %s of bonds",
		lies, hung, above.won(), taken)
	return tally
}

// liarsOnTrial is a gang whose replicas lie about each task, and whose other nodes do in the jury what they are told. The client disputes
// each outcome.
func liarsOnTrial(t testing.TB, honest, gangsters, tasks int, sits func(c *trial, j *juror)) *trial {
	t.Helper()
	c := newTrial(t, honest, gangsters)
	for _, h := range c.nodes {
		replica, judge := c.says(h, lie), c.says(h, lie)
		sits(c, judge)
		either := func(asReplica, asJuror func(uint64)) func(uint64) {
			return func(task uint64) {
				if _, is := c.Task(task).Juror(h.ID); is {
					asJuror(task)
					return
				}
				asReplica(task)
			}
		}
		c.Actors = append(c.Actors, &juror{h, either(replica.commit, judge.commit), either(replica.reveal, judge.reveal)})
	}
	before := c.Wealth(c.client.String())
	c.dispute(c.client, "moon", tasks)
	c.finish()
	c.assertHonestKeepBonds()
	c.assertWhole(before)
	c.assertNothingAtStake()
	return c
}

// assertWhole holds what the client has: each jury that has found that the replicas lied has cost it nothing in the end, and it has a twentieth
// of the rest of what they lose. Where no jury has found anything it has all its money back.
func (c *trial) assertWhole(before math.Int) {
	c.t.Helper()
	right, lies, _ := c.outcomes()
	assert.Zero(c.t, lies)
	gains := math.ZeroInt()
	for _, id := range c.tasks {
		if t := c.Task(id); t.Outcome == tasktypes.TASK_OUTCOME_FOUND {
			seats := int64(t.Dispute.Saying(t.Result))
			// Of the first of two slashes the jury is made good.
			gains = gains.AddRaw((2*postedFee-juryPay(seats))/20 + 2*postedFee/20)
		}
	}
	assert.Equal(c.t, gains.String(), c.Wealth(c.client.String()).Sub(before).String(), "the client is made whole in %d of %d tasks", right, len(c.tasks))
	assert.EqualValues(c.t, 0, c.paidForTasks().Int64(), "the gang is paid for lies")
}

// paidForTasks returns the fees of posted tasks the gang was paid.
func (c *trial) paidForTasks() math.Int {
	sum := math.ZeroInt()
	for _, h := range c.nodes {
		sum = sum.Add(c.Books.Node(h.ID).Worked)
	}
	return sum
}

// playJuryStaller has jurors that never commit, so that liars of theirs are not found out. With less than a third of the seats they change nothing.
// With more no jury finds anything: the liars keep their bonds, are paid nothing, and the client has its money back.
func playJuryStaller(t testing.TB) Tally {
	t.Helper()
	c := liarsOnTrial(t, 8, 10, 4, func(_ *trial, j *juror) { j.commit = func(uint64) {} })
	right, _, hung := c.outcomes()
	assert.Positive(t, right, "no jury has found anything")
	assert.Positive(t, hung, "each jury has found something")
	assert.Equal(t, math.NewInt(-4*postedFee*int64(right)).String(), c.won().String(), "%d were found out", right)
	tally := c.figure()
	tally.Above = fmt.Sprintf("with 8 of the 16 owners who can judge, %d of %d lies go unpunished, and a client who stalled the juries of right outcomes would have had the work for nothing",
		hung, hung+right)
	return tally
}

// playSilentJurors has jurors that commit and never reveal: each silence costs what the task puts at stake, as that of a replica does.
func playSilentJurors(t testing.TB) Tally {
	t.Helper()
	silences := 0
	c := liarsOnTrial(t, 10, 6, 3, func(c *trial, j *juror) {
		done := map[uint64]bool{}
		j.reveal = func(task uint64) {
			// It is counted once for each jury it sits in.
			if key := task*10 + uint64(c.Task(task).Dispute.Juries); !done[key] {
				done[key] = true
				silences++
			}
		}
	})
	right, _, _ := c.outcomes()
	assert.Positive(t, silences)
	assert.Equal(t, math.NewInt(int64(2*postedFee)*int64(silences+2*right)).String(), c.lost().String(), "what %d silences cost, beside %d lies", silences, right)
	assert.Equal(t, c.lost().Neg().String(), c.won().String())
	return c.figure()
}

// playLiarDisputed has all replicas lie and agree. Who disputes that has all it has paid back, and more; the liars lose what they had at stake.
func playLiarDisputed(t testing.TB) Tally {
	t.Helper()
	const tasks = 3
	c := liarsOnTrial(t, 13, 2, tasks, func(*trial, *juror) {})
	right, _, _ := c.outcomes()
	assert.Equal(t, tasks, right)
	assert.Equal(t, math.NewInt(-4*postedFee*tasks).String(), c.won().String())
	return c.figure()
}

// playOwnDisputer has the liars dispute their lie themselves, before the client can, for what a reporter gets: it is less than they pay.
func playOwnDisputer(t testing.TB) Tally {
	t.Helper()
	const tasks = 2
	c := newTrial(t, 13, 2)
	for _, h := range c.nodes {
		c.Actors = append(c.Actors, c.says(h, lie))
	}
	before := c.Wealth(c.client.String())
	c.dispute(c.disputer, "moon", tasks)
	c.finish()
	right, _, _ := c.outcomes()
	assert.Equal(t, tasks, right)
	assert.Equal(t, before.String(), c.Wealth(c.client.String()).String(), "the client has its fees back")
	reward := (2*postedFee-juryPay(9))/20 + int64(2*postedFee/20)
	assert.Equal(t, math.NewInt(tasks*(reward-4*postedFee)).String(), c.won().String(), "what disputing oneself costs")
	return c.figure()
}

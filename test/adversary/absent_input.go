package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// playAbsentInput is a client that wastes others' time: it says what lies in its deal, gives it to nobody, and posts tasks about it. It pays
// of every fee what would have been burnt. Nodes lose nothing but their time.
func playAbsentInput(t testing.TB) Tally {
	t.Helper()
	p := newPosting(t, 6, 0)
	deal := p.client.Open(2, 4, 4)
	content := p.NewContent(deal, 1, 4, 1_500)
	p.Do(p.client.Account, &tasktypes.MsgCommitLayout{Client: p.client.String(), Deal: deal, Layout: content.Version(1)})
	p.addresses = []string{p.client.String()}
	p.begin()
	due := math.ZeroInt()
	for range 3 {
		p.post(p.client.PostMsg(tasktypes.Work{Kind: storage.Audit, Deal: deal, Length: 1_500}, 2, postedFee))
		due = due.Add(tasktypes.Share(math.NewInt(2*postedFee), p.Terms().Pay.BurnBps))
	}
	p.Do(p.client.Account, p.client.CancelMsg(deal))
	p.finish()
	finish(p.Network)
	burnt := math.ZeroInt()
	for _, id := range p.tasks {
		assert.Equal(t, tasktypes.TASK_OUTCOME_UNAVAILABLE, p.Task(id).Outcome)
		assert.True(t, p.Books.Task(id).Paid.IsZero())
		burnt = burnt.Add(p.Books.Task(id).Burnt)
	}
	assert.Equal(t, due.String(), burnt.String(), "what is burnt where nobody could get the input")
	assert.Equal(t, due.Neg().String(), p.won().String())
	p.assertHonestKeepBonds()
	tally := p.figure()
	tally.Burnt = burnt
	return tally
}

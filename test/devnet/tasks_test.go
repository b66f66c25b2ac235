package devnet_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// posting is a client that posts tasks on a network of eight owners, with a deal of four indices that is full.
type posting struct {
	*storage.Network
	t       *testing.T
	client  *storage.Client
	deal    uint64
	content *storage.Content
}

// newPosting has the deal drawn, filled and acknowledged in epoch 1.
func newPosting(t *testing.T, cfg devnet.Config, epochs uint64) *posting {
	t.Helper()
	n := storage.New(t, storage.Config{Chain: cfg})
	n.JoinHonest(8)
	p := &posting{Network: n, t: t, client: n.NewClient()}
	n.Actors = append(n.Actors, p.client)
	n.ToEpoch(1)
	p.deal = p.client.Open(2, 4, epochs)
	p.content = n.NewContent(p.deal, 1, 4, 20_000, 1_500, 70)
	n.Do(p.client.Account, p.client.ContentMsg(p.deal, p.content))
	return p
}

// sum posts an addition.
func sum(input string) tasktypes.Work { return tasktypes.Work{Kind: storage.Sum, Input: []byte(input)} }

// audited returns what an audit of a range must come to, from the bytes the test has put into the deal.
func (p *posting) audited(offset, length int) string {
	var out []byte
	for index := range 4 {
		var all []byte
		for _, segment := range p.content.Pieces {
			all = append(all, segment[index]...)
		}
		hash := blake3.Sum256(all[offset : offset+length])
		out = append(out, hash[:]...)
	}
	return string(out)
}

// settled makes blocks until a task is settled, and holds that nodes of distinct owners came to an output and were paid for it to the
// unit: the fee before the burn, the burn of it, and nothing yet of the emission that follows. It returns the task.
func (p *posting) settled(id uint64, output string) tasktypes.Task {
	p.t.Helper()
	msg := p.Task(id)
	fee, burnt := msg.Fee.Int64(), tasktypes.Share(msg.Fee, tau).Int64()
	worked, gone := map[uint64]int64{}, map[uint64]int64{}
	for _, h := range p.Holders {
		worked[h.ID], gone[h.ID] = p.Books.Node(h.ID).Worked.Int64(), p.Books.Node(h.ID).WorkedBurnt.Int64()
	}
	had := p.Balance(p.client.Account)
	p.Until(40+tasktypes.DisputeBlocks, func() bool { return !p.Task(id).IsOpen() })
	t, digest := p.Task(id), sha256.Sum256([]byte(output))
	require.Equal(p.t, tasktypes.TASK_OUTCOME_MATCHED, t.Outcome)
	require.Equal(p.t, output, string(t.Output))
	require.Equal(p.t, digest[:], t.Result)
	owners := map[string]bool{}
	for _, r := range t.Replicas {
		require.Equal(p.t, tasktypes.REPLICA_STATUS_REVEALED, r.Status)
		owners[p.Node(r.Node).Owner] = true
		require.Equal(p.t, fee, p.Books.Node(r.Node).Worked.Int64()-worked[r.Node])
		require.Equal(p.t, burnt, p.Books.Node(r.Node).WorkedBurnt.Int64()-gone[r.Node])
	}
	replicas := int64(msg.Wanted)
	require.Len(p.t, owners, int(replicas))
	require.Equal(p.t, storage.TaskBook{
		Deposited: msg.Escrow, Paid: math.NewInt(replicas * fee), Burnt: math.ZeroInt(), Back: math.NewInt((5 - replicas) * fee),
	}, *p.Books.Task(id))
	require.Equal(p.t, (5-replicas)*fee, p.Balance(p.client.Account).Sub(had).Int64(), "what is not needed is refunded")
	return t
}

// Nodes that nobody chose add two numbers, and hash a range of what a deal holds. All that they are paid reaches their owners, with
// the emission that follows the burn as for deals; the books hold after every block, on nodes of every executor.
func TestPostedTasks(t *testing.T) {
	p := newPosting(t, devnet.Config{Validators: 3, Accounts: 20, Nodes: []devnet.NodeConfig{
		devnet.DefaultNode(), {MempoolMaxTxs: 0, Executor: "block-stm", Workers: 4, Estimate: true}, {MempoolMaxTxs: -1, Executor: "block-stm", Workers: 2},
	}}, 24)
	first := p.client.Post(p.client.PostMsg(sum("20+22"), 2, 3*storage.Token))
	require.Equal(t, int64(5*3*storage.Token), p.Task(first).Escrow.Int64())
	p.settled(first, "42")
	big := p.client.Post(p.client.PostMsg(sum("99999999999999999999+1"), 5, storage.Token))
	p.settled(big, "100000000000000000000")
	// The range crosses from the first segment to the last.
	work := tasktypes.Work{Kind: storage.Audit, Deal: p.deal, Offset: 19_990, Length: 1_550}
	audit := p.client.Post(p.client.PostMsg(work, 3, 2*storage.Token))
	require.Equal(t, p.Deal(p.deal).Layout.Root, p.Task(audit).Work.LayoutRoot)
	p.settled(audit, p.audited(19_990, 1_550))

	p.Until(600, func() bool { return p.IsSettled(p.deal) })
	p.ToEpoch(p.Epoch() + 3) // the last fees and what followed them are withdrawn
	paid, burnt, matched := math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	for _, h := range p.Holders {
		b := p.Books.Node(h.ID)
		// Every fee is a whole number of tokens, so that no share of it is rounded: of each token a fifth is burnt, and four fifths
		// of that follow as emission.
		gross := b.Worked.Add(b.Proven)
		require.Equal(t, gross.MulRaw(2_000).QuoRaw(10_000), b.WorkedBurnt.Add(b.Burnt))
		require.Equal(t, gross.MulRaw(1_600).QuoRaw(10_000).String(), b.Matched.String())
		require.Equal(t, gross.MulRaw(9_600).QuoRaw(10_000).String(), b.Withdrawn.String())
		require.Equal(t, b.Withdrawn.AddRaw(storage.Funds-storage.Bond).String(), p.Balance(h.Owner).String())
		require.EqualValues(t, storage.Bond, h.Node().OwnBond.Int64(), "nothing is at stake any more, or was taken")
		paid, burnt, matched = paid.Add(b.Worked), burnt.Add(b.WorkedBurnt).Add(b.Burnt), matched.Add(b.Matched)
	}
	require.EqualValues(t, (2*3+5*1+3*2)*storage.Token, paid.Int64())
	require.Empty(t, p.State().Rewards.Fees)
	deal := p.Books.Deal(p.deal)
	supply := p.Chain.Nodes[0].App.Keepers.Bank.GetSupply(p.Chain.Nodes[0].Context(), p.Record.Token.Denom).Amount
	require.Equal(t, p.Record.Token.InitialAllocation.Add(matched).Sub(burnt).Sub(deal.Burnt).String(), supply.String())
	require.Equal(t, math.NewInt(storage.Funds).Sub(deal.Deposited).Add(deal.Back).Sub(paid).String(), p.Balance(p.client.Account).String())
	late := p.Chain.Join(devnet.NodeConfig{MempoolMaxTxs: -1, Executor: "block-stm", Workers: 8})
	require.Equal(t, p.Chain.Last().AppHash, late.App.LastCommitID().Hash)
}

// A fee that no share divides is burnt in favour of nobody: the burn is rounded up, the emission down.
func TestPostedTaskOfAnOddFee(t *testing.T) {
	p := newPosting(t, devnet.Config{Validators: 1, Accounts: 20}, 9)
	const fee = storage.Token + 3
	task := p.settled(p.client.Post(p.client.PostMsg(sum("1+1"), 2, fee)), "2")
	p.Until(600, func() bool { return p.IsSettled(p.deal) })
	p.ToEpoch(p.Epoch() + 3)
	for _, r := range task.Replicas {
		b := p.Books.Node(r.Node)
		proven := b.Proven.Int64()
		require.Zero(t, proven%storage.Token, "what deals pay is not rounded")
		require.EqualValues(t, 200_001, b.WorkedBurnt.Int64())
		require.Equal(t, 160_000+proven*1_600/10_000, b.Matched.Int64())
		require.Equal(t, 800_002+160_000+proven*9_600/10_000, b.Withdrawn.Int64())
	}
}

// An input of which too few nodes have anything left costs the client the burn of the fees, and no node anything.
func TestPostedTaskOfLostInput(t *testing.T) {
	p := newPosting(t, devnet.Config{Validators: 1, Accounts: 20}, 4)
	for number, i := range p.Indices(p.deal) {
		if number > 0 {
			h := p.Holders[i.Node-1]
			h.Drop(i.Acked, uint32(number))
			h.Away = number > 1 // two of them fall silent about it
		}
	}
	had := p.Balance(p.client.Account)
	id := p.client.Post(p.client.PostMsg(tasktypes.Work{Kind: storage.Audit, Deal: p.deal, Length: 9}, 2, storage.Token))
	p.Until(100, func() bool { return !p.Task(id).IsOpen() })
	require.Equal(t, tasktypes.TASK_OUTCOME_UNAVAILABLE, p.Task(id).Outcome)
	require.Equal(t, fmt.Sprint(2*storage.Token/5), had.Sub(p.Balance(p.client.Account)).String())
	for _, r := range p.Task(id).Replicas {
		require.True(t, p.Books.Node(r.Node).Worked.IsZero())
	}
}

// A chain that is exported in the middle of a task goes on with it: nodes reveal there what they have committed to here.
func TestPostedTaskGoesOnAfterExport(t *testing.T) {
	for _, status := range []tasktypes.TaskStatus{tasktypes.TASK_STATUS_WORKING, tasktypes.TASK_STATUS_REVEALING} {
		p := newPosting(t, devnet.Config{Validators: 1, Accounts: 20}, 4)
		id := p.client.Post(p.client.PostMsg(sum("3+4"), 5, storage.Token))
		p.Until(10, func() bool { return p.Task(id).Status == status })
		p.Actors = p.Actors[:8] // a client cannot move to another chain
		heir := p.Export("mesh-devnet-2")
		requireSameState(t, p.Network, heir)
		for p.Epoch() < 3 {
			p.Next()
			heir.Next()
			requireSameState(t, p.Network, heir)
		}
		require.Equal(t, tasktypes.TASK_OUTCOME_MATCHED, heir.Task(id).Outcome)
		require.Equal(t, "7", string(heir.Task(id).Output))
	}
}

// A node that was alone with a task lies about it. Its client, who knows better, asks a jury: the jury works it out, the liar pays what it had at
// stake, and the client is made whole and gets a twentieth of the rest when nobody can appeal any more. The chain is exported while the jury sits.
func TestDisputedTask(t *testing.T) {
	p := newPosting(t, devnet.Config{Validators: 1, Accounts: 20}, 12)
	lie := func(uint64) storage.Answer { return storage.Answer{Output: []byte("43")} }
	honest := p.Actors
	p.Actors = nil
	for _, h := range p.Holders {
		p.Actors = append(p.Actors, &storage.Liar{Holder: h, Say: lie})
	}
	p.Actors = append(p.Actors, p.client)
	const fee = storage.Token
	id := p.client.Post(p.client.PostMsg(sum("20+22"), 1, fee))
	p.Until(10, func() bool { return p.Task(id).Status == tasktypes.TASK_STATUS_JUDGED })
	require.Equal(t, "43", string(p.Task(id).Output))
	liar := p.Task(id).Replicas[0].Node
	had := p.Balance(p.client.Account)
	p.Actors = honest
	p.Do(p.client.Account, &tasktypes.MsgDisputeTask{Sender: p.client.String(), Task: id})
	p.Until(10, func() bool { return p.Task(id).Status == tasktypes.TASK_STATUS_JURY_WORKING })
	p.Actors = p.Actors[:8] // a client cannot move to another chain
	heir := p.Export("mesh-devnet-2")
	requireSameState(t, p.Network, heir)
	for p.Task(id).IsOpen() {
		p.Next()
		heir.Next()
		requireSameState(t, p.Network, heir)
	}
	got := p.Task(id)
	require.Equal(t, []any{tasktypes.TASK_OUTCOME_FOUND, "42"}, []any{got.Outcome, string(got.Output)})
	require.EqualValues(t, storage.Bond-2*fee, p.Node(liar).OwnBond.Int64())
	slashes := p.State().Tasks.Slashes
	require.Len(t, slashes, 1)
	require.Equal(t, []any{liar, tasktypes.OffenceWrongResult, int64(2 * fee)}, []any{slashes[0].Node, slashes[0].Offence, slashes[0].Amount.Int64()})
	jury := int64(2*fee) / int64(got.Dispute.Seats) * int64(got.Dispute.Seats)
	require.Equal(t, fee-jury, p.Balance(p.client.Account).Sub(had).Int64(), "its fee is back, and the jury is paid")
	p.To(slashes[0].Until + 2)
	require.Empty(t, p.State().Tasks.Slashes)
	require.Equal(t, fee+(2*fee-jury)/20, p.Balance(p.client.Account).Sub(had).Int64(), "whole, and a twentieth of the rest")
	require.True(t, p.Books.Node(liar).Worked.IsZero())
}

package devnet_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	dozenFirst = 2  // the epoch from which on the hostile nodes cheat
	dozenLast  = 10 // the last one that deals pay, and that anybody claims
	dozenTasks = 5  // the last one in which tasks are posted
)

// dozen is one history of twelve owners with a node and the same bond each. Four of them are honest in the reference only, and so is the
// last client, their friend.
type dozen struct {
	*storage.Network
	t       *testing.T
	hostile bool
	nodes   []*resident
	// clients have deals, poster has tasks done, payers pay by use: node i by channel i, channels[0] is that of the friend to node 1.
	clients  []*storage.Client
	friend   *storage.Client
	poster   *storage.Client
	payers   []*storage.Payer
	channels []uint64
	// promised is what vouchers were signed for, by channel.
	promised map[uint64]int64
	attempts []attempt
	diary    *diary
}

// playDozen lets everything happen that happens in both histories, with the same keys and seeds and at the same heights.
func playDozen(t *testing.T, hostile bool) *dozen {
	t.Helper()
	d := &dozen{
		Network: storage.New(t, storage.Config{Chain: devnet.Config{Accounts: 40}}), t: t, hostile: hostile, promised: map[uint64]int64{},
	}
	d.join()
	d.ToEpoch(1)
	d.buy()
	require.EqualValues(t, 1, d.Epoch(), "all is drawn before anybody cheats")
	d.begin()
	d.ToEpoch(dozenLast + 3) // what was claimed is proven and withdrawn
	d.Until(1_500, d.isOver)
	d.ToEpoch(d.Epoch() + 3)
	return d
}

// join has everybody in the network.
func (d *dozen) join() {
	var owners []*devnet.Account
	for range 12 {
		owners = append(owners, d.NewAccount(storage.Funds))
	}
	for range 4 {
		d.clients = append(d.clients, d.NewClient())
	}
	d.friend, d.poster = d.clients[3], d.NewClient()
	for range 2 {
		d.payers = append(d.payers, d.NewPayer())
	}
	d.Next()
	for _, o := range owners {
		r := &resident{Holder: d.Join(o, storage.Bond), d: d, seen: map[uint64]*storage.Presence{}}
		d.nodes = append(d.nodes, r)
	}
}

// begin has everybody act.
func (d *dozen) begin() {
	for _, r := range d.nodes {
		d.Actors = append(d.Actors, d.actorOf(r))
	}
	for _, c := range d.clients {
		d.Actors = append(d.Actors, c)
	}
	d.diary = newDiary(d)
	d.Actors = append(d.Actors, d.poster, schedule{d}, d.diary)
}

// buy opens deals and channels; the deals are drawn and full, and the channels open, in epoch 1.
func (d *dozen) buy() {
	var deals []uint64
	for _, c := range d.clients {
		d.Send(c.Account, c.OpenMsg(2, 4, dozenLast-1), c.OpenMsg(2, 4, dozenLast-1), c.OpenMsg(2, 4, dozenLast-1))
	}
	friend, far := d.PayerOf(d.friend.Account), d.Chain.Height()+2_000
	d.channels = make([]uint64, 13)
	d.Send(d.friend.Account, friend.OpenMsg(1, 100*storage.Token, far))
	for _, r := range d.nodes {
		p := d.payerOf(r.ID)
		d.Send(p.Account, p.OpenMsg(r.ID, 100*storage.Token, far))
	}
	d.Next()
	for i := range d.channels {
		d.channels[i] = uint64(i + 1)
	}
	for i, c := range d.clients {
		deals = append(deals, uint64(3*i+1), uint64(3*i+2), uint64(3*i+3))
		require.Equal(d.t, c.String(), d.Deal(deals[3*i]).Client)
	}
	d.Until(15, func() bool {
		drawn := true
		for _, id := range deals {
			if d.Indices(id)[0].Status == tasktypes.INDEX_STATUS_UNASSIGNED {
				d.Try(d.poster.Account, &tasktypes.MsgDrawDeal{Sender: d.poster.String(), Deal: id})
				drawn = false
			}
		}
		return drawn
	})
	for _, id := range deals {
		c := d.clientOf(id)
		d.Send(c.Account, c.CommitMsg(id, 20_000, 1_500))
	}
	d.Next()
	for _, id := range deals {
		for number, i := range d.Indices(id) {
			require.Equal(d.t, tasktypes.INDEX_STATUS_HELD, i.Status, "index %d of deal %d", number, id)
		}
	}
}

func (d *dozen) clientOf(deal uint64) *storage.Client     { return d.clients[(deal-1)/3] }
func (d *dozen) payerOf(node uint64) *storage.Payer       { return d.payers[node%2] }
func (d *dozen) isHostile(node uint64) bool               { return d.hostile && node%3 == 0 }
func (d *dozen) cheats() bool                             { return d.hostile && d.Epoch() >= dozenFirst }
func (d *dozen) answerPay() math.Int                      { return tasktypes.RepairPay(math.NewInt(storage.Token), 1) }
func (d *dozen) right(t tasktypes.Task) (result [32]byte) { return d.Solve(t).Digest() }
func (d *dozen) says(r tasktypes.Replica, t tasktypes.Task) bool {
	digest := d.right(t)
	return string(r.Result) == string(digest[:])
}

// isOver tells whether deals and tasks are settled and no slash is held.
func (d *dozen) isOver() bool {
	s := d.State()
	for _, deal := range s.Tasks.Deals {
		if deal.IsOpen() {
			return false
		}
	}
	for _, t := range s.Tasks.Tasks {
		if t.IsOpen() {
			return false
		}
	}
	return len(s.Tasks.Slashes) == 0
}

// schedule has the clients do what they do at heights of their own.
type schedule struct{ *dozen }

// Act implements storage.Actor.
func (s schedule) Act() {
	s.dispute()
	e, block := s.Epoch(), 20-(s.Calendar().RollsAt-s.Chain.Height())
	if e < dozenFirst || e > dozenLast {
		return
	}
	switch {
	case block == 0:
		s.promise()
	case block%3 == 2 && e <= dozenTasks:
		s.post()
	case block == 10 && e < dozenLast:
		s.ask()
	case block == 6 && e == 5:
		for _, id := range []uint64{10, 11} {
			s.Send(s.friend.Account, s.friend.CommitMsg(id, 9_000, 40_000))
		}
	}
}

// promise pays for what was used: each node is of use until epoch 5, the honest ones to the end.
func (s schedule) promise() {
	s.promised[s.channels[0]] += 2 * storage.Token
	for _, r := range s.nodes {
		if r.ID%3 != 0 || s.Epoch() <= 5 {
			s.promised[s.channels[r.ID]] += 3 * storage.Token
		}
	}
}

// post asks for sums by one, two, three and five replicas in turn.
func (s schedule) post() {
	number := len(s.State().Tasks.Tasks)
	s.Send(s.poster.Account, s.poster.PostMsg(sum(fmt.Sprintf("%d+1", number)), []uint32{3, 2, 5, 3, 1, 3}[number%6], storage.Token))
}

// dispute asks a jury wherever the poster, who can add, sees that an outcome is not what the task comes to.
func (s schedule) dispute() {
	for _, t := range s.State().Tasks.Tasks {
		if t.Status != tasktypes.TASK_STATUS_JUDGED {
			continue
		}
		if digest := s.right(t); t.Outcome != tasktypes.TASK_OUTCOME_MATCHED || string(t.Result) != string(digest[:]) {
			s.Send(s.poster.Account, &tasktypes.MsgDisputeTask{Sender: s.poster.String(), Task: t.Id})
		}
	}
}

// ask has each client look at one index of each deal, a different one in each epoch.
func (s schedule) ask() {
	for _, d := range s.State().Tasks.Deals {
		number := uint32(s.Epoch()+d.Id) % d.Profile.N
		if i := s.Indices(d.Id)[number]; i.Status == tasktypes.INDEX_STATUS_HELD {
			s.Try(s.clientOf(d.Id).Account, s.clientOf(d.Id).RequestMsg(d.Id, number, s.Epoch()*7%i.Acked.Bytes))
		}
	}
}

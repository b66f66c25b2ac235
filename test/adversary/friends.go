package adversary

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// friends have most of the nodes. They keep all their pieces and say in every epoch that they have lost one, so
// that another of them may be paid for rebuilding it.
type friends struct {
	*gang
	// lostIn is the last epoch in which one of them reported a loss.
	lostIn uint64
	// games counts the losses.
	games int
}

// Act implements storage.Actor.
func (f *friends) Act() {
	for _, h := range f.nodes {
		h.Store()
		h.Duties(h.Claim, h.Prove)
		h.Withdraw()
		h.Take()
	}
	if f.lostIn < f.Epoch() {
		f.lose()
	}
}

// lose reports an index lost that one of them has been paid for.
func (f *friends) lose() {
	for _, h := range f.nodes {
		for _, s := range held(f.Network, h) {
			if f.Books.Node(h.ID).Epochs[s.Index.FromEpoch] && f.Epoch()+2 < f.Deal(s.Deal).LastEpoch {
				f.Send(h.Operator, h.ReportMsg(s.Deal, s.Number))
				f.lostIn = f.Epoch()
				f.games++
				return
			}
		}
	}
}

// playLossAndRepairFriends is a clique with six of eight nodes in a deal of somebody else.
func playLossAndRepairFriends(t testing.TB) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{})
	n.JoinHonest(2)
	f := &friends{gang: newGang(t, n, 6, 3*storage.Bond)}
	victim := n.NewClient()
	n.ToEpoch(1)
	f.requireMostBonds()
	f.begin()
	n.Actors = append(n.Actors, f, victim)
	for _, d := range openDeals(n, victim, 2, 14) {
		victim.Put(d, 20_000, 1_500)
	}
	finish(n)
	require.Greater(t, f.games, 4)
	paid := func(of func(*storage.NodeBook) math.Int) bool {
		return slices.ContainsFunc(f.nodes, func(h *storage.Holder) bool { return of(n.Books.Node(h.ID)).IsPositive() })
	}
	assert.True(t, paid(func(b *storage.NodeBook) math.Int { return b.Taken }), "none of them paid for a loss")
	assert.True(t, paid(func(b *storage.NodeBook) math.Int { return b.Repaired }), "none of them was paid for a repair")
	assertVictimsLoseNothing(t, n, victim.String())
	return f.tally(f.won().Sub(f.honestPay()))
}

// assertVictimsLoseNothing holds that of all a client paid in, beside the burns of the openings, only epochs
// that were proven are gone: what repairs took was paid by those who lost.
func assertVictimsLoseNothing(t testing.TB, n *storage.Network, client string) {
	t.Helper()
	for _, d := range n.State().Tasks.Deals {
		if d.Client != client {
			continue
		}
		assert.Equal(t, tasktypes.DEAL_STATUS_SETTLED, d.Status)
		b := n.Books.Deal(d.Id)
		assert.True(t, b.Repaired.LTE(b.Taken), "deal %d paid %s for repairs and got %s from bonds", d.Id, b.Repaired, b.Taken)
		assert.True(t, b.Back.GTE(b.Deposited.Sub(b.Burnt).Sub(b.Paid)), "deal %d: %+v", d.Id, b)
	}
}

package adversary

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// founder has most of the nodes of his own network and wants the escrows of its clients. He sends every message
// he may not, and plays one of two parts with the nodes that were drawn; the others are as honest as they must be
// to be paid for repairs.
type founder struct {
	*gang
	victim *storage.Client
	// liars hold nothing and claim all the same.
	liars []*storage.Holder
	// fleers take their bonds out and give up what they hold when the bonds are gone, by the epoch in which they
	// began: then nothing is left to pay for the repair with.
	fleers map[*storage.Holder]uint64
	// refused are messages that nobody may accept, proofs those of the liars.
	refused, proofs []*storage.Tx
}

// Act implements storage.Actor.
func (f *founder) Act() {
	f.dropPieces()
	for _, h := range f.nodes {
		if slices.Contains(f.liars, h) {
			h.Duties(h.Claim, func(epoch uint64) { f.forge(h, epoch) })
			h.Withdraw()
			continue
		}
		h.Store()
		h.Duties(h.Claim, h.Prove)
		h.Withdraw()
		h.Take()
		f.flee(h)
	}
	if len(f.State().Tasks.Deals) > 0 && f.Chain.Height()%10 == 0 {
		f.grab()
	}
}

// cast gives every second node that was drawn the part of a liar, or of one that flees.
func (f *founder) cast(lying bool) {
	drawn := slices.DeleteFunc(slices.Clone(f.nodes), func(h *storage.Holder) bool { return len(held(f.Network, h)) == 0 })
	for at, h := range drawn {
		switch {
		case at%2 == 1:
		case lying:
			f.liars = append(f.liars, h)
		default:
			f.fleers[h] = 0
		}
	}
	require.NotEmpty(f.t, drawn)
}

// dropPieces lets the liars forget what they have just acknowledged.
func (f *founder) dropPieces() {
	for _, h := range f.liars {
		for _, s := range held(f.Network, h) {
			h.Drop(s.Index.Acked, s.Number)
		}
	}
}

func (f *founder) forge(h *storage.Holder, epoch uint64) {
	msg := h.ProofBytes(epoch, Forge(f.t, h, epoch, h.Trie(h.Leaves(epoch))))
	f.proofs = append(f.proofs, f.Try(h.Operator, msg))
}

// flee takes a bond out as soon as an index has been paid for once, and reports the index lost when the bond is
// back. If it cannot have the bond it leaves.
func (f *founder) flee(h *storage.Holder) {
	out, flees := f.fleers[h]
	if !flees {
		return
	}
	for _, s := range held(f.Network, h) {
		switch {
		case !f.Books.Node(h.ID).Epochs[s.Index.FromEpoch] || f.Epoch()+2 >= f.Deal(s.Deal).LastEpoch:
		case out == 0:
			f.Try(h.Owner, h.UnbondMsg(h.Node().OwnBond))
			f.fleers[h], out = f.Epoch(), f.Epoch()
		case f.Epoch() <= out+1 || h.Node().Status == networktypes.NODE_STATUS_LEFT:
		case h.Node().TotalBond().IsZero():
			f.Send(h.Operator, h.ReportMsg(s.Deal, s.Number))
		default: // the chain has not let the bond go
			f.Send(h.Owner, h.LeaveMsg())
			return
		}
	}
}

// tighten announces every change of terms that might trip others up or look less closely at himself.
func (f *founder) tighten() {
	msg := &networktypes.MsgUpdateNetwork{Founder: f.Founder.String(), Network: f.Record.Id}
	for _, c := range []struct {
		name  string
		value int64
	}{
		{"epoch.claim_window_blocks", 4}, {"epoch.proof_window_blocks", 6}, {"bond.min_bond", 125 * storage.Token},
		{"pay.burn_bps", 1_500}, {"storage.openings", 6}, {"storage.reserve_bps", 625}, {"storage.answer_blocks", 15},
		{"storage.repair_turn_blocks", 4},
	} {
		msg.Changes = append(msg.Changes, networktypes.TermChange{Name: c.name, Value: math.NewInt(c.value)})
	}
	f.Send(f.Founder, msg)
}

// grab sends what is not the founder's to send.
func (f *founder) grab() {
	me := f.Founder.String()
	params := f.State().Network.Params
	params.DefaultParams.Pay.BurnBps = 100
	f.refuse(f.Founder, &networktypes.MsgUpdateParams{Authority: me, Params: params})
	f.refuse(f.Founder, &networktypes.MsgSunsetNetwork{Founder: me, Network: f.Record.Id})
	for _, d := range f.State().Tasks.Deals {
		if !d.IsOpen() {
			continue
		}
		f.refuse(f.Founder, &tasktypes.MsgCancelDeal{Client: me, Deal: d.Id})
		f.refuse(f.Founder, &tasktypes.MsgExtendDeal{Client: me, Deal: d.Id, Epochs: 1})
		f.refuse(f.Founder, &tasktypes.MsgCommitLayout{Client: me, Deal: d.Id, Layout: f.nextLayout(d)})
		f.refuse(f.Founder, &tasktypes.MsgRequestOpen{Requester: me, Deal: d.Id})
		if f.Epoch() <= d.LastEpoch {
			f.refuse(f.Founder, &tasktypes.MsgSettleDeal{Sender: me, Deal: d.Id})
		}
		for number, i := range f.Indices(d.Id) {
			if i.Status == tasktypes.INDEX_STATUS_HELD && !f.has(i.Node) {
				f.refuse(f.Founder, &tasktypes.MsgDeclareLoss{Sender: me, Deal: d.Id, Index: uint32(number)})
				mine := f.nodes[0]
				f.refuse(mine.Operator, mine.ReportMsg(d.Id, uint32(number)), mine.AckMsg(d.Id, uint32(number)))
			}
		}
	}
}

func (f *founder) nextLayout(d tasktypes.Deal) tasktypes.Layout {
	l := d.Layout
	l.Version++
	return l
}

func (f *founder) refuse(from *devnet.Account, msgs ...sdk.Msg) {
	f.refused = append(f.refused, f.Try(from, msgs...))
}

// playFounder is a founder with nine of twelve nodes and nine tenths of the bonds against one client. The figure
// is that of the part that comes off better.
func playFounder(t testing.TB) Tally {
	t.Helper()
	lying, fleeing := playFounderAs(t, true), playFounderAs(t, false)
	if lying.Net.GT(fleeing.Net) {
		return lying
	}
	return fleeing
}

func playFounderAs(t testing.TB, lying bool) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{})
	n.JoinHonest(3)
	f := &founder{gang: newGang(t, n, 9, 3*storage.Bond), victim: n.NewClient(), fleers: map[*storage.Holder]uint64{}}
	n.Next()
	f.addresses = append(f.addresses, n.Founder.String())
	n.ToEpoch(1)
	f.requireMostBonds()
	f.begin()
	for _, d := range openDeals(n, f.victim, 3, 10) {
		f.victim.Put(d, 20_000, 1_500)
	}
	f.cast(lying)
	f.tighten()
	n.Actors = append(n.Actors, f, f.victim)
	finish(n)
	assertRefused(t, f.refused, nil)
	if lying {
		assertNone(t, f.proofs)
	}
	assert.EqualValues(t, 15, n.Terms().Storage.AnswerBlocks, "the terms have changed while the deals ran")
	assertVictimsLoseNothing(t, n, f.victim.String())
	assertHoldersOnly(t, n, f)
	return f.tally(f.won().Sub(f.honestPay()))
}

// assertHoldersOnly holds that the founder's nodes without pieces have got nothing, that honest nodes have paid
// nothing, and that the client has lost no more than the burns of the openings and what was proven.
func assertHoldersOnly(t testing.TB, n *storage.Network, f *founder) {
	t.Helper()
	for _, h := range n.Holders {
		b := n.Books.Node(h.ID)
		if !f.has(h.ID) {
			assert.True(t, b.Taken.IsZero(), "node %d is honest and has paid %s", h.ID, b.Taken)
			continue
		}
		if !slices.Contains(f.liars, h) {
			continue
		}
		assert.True(t, b.Proven.IsZero() && b.Withdrawn.IsZero(), "node %d: %+v", h.ID, b)
	}
	spent := math.NewInt(storage.Funds).Sub(n.Balance(f.victim.Account))
	due := math.ZeroInt()
	for _, b := range n.Books.Deals {
		due = due.Add(b.Burnt).Add(b.Paid)
	}
	assert.True(t, spent.LTE(due), "the client has spent %s for %s", spent, due)
}

package adversary

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// absentFriends are owners whose nodes are not there. Where one is drawn to watch another they sign attestation and answer all the same.
type absentFriends struct{ *gang }

// collect makes what one of them claims of an epoch: every slot that any of the others can attest, and the duties to watch them.
func (a *absentFriends) collect(node *storage.Holder, epoch uint64) *storage.Presence {
	nobody := func(*storage.Holder) bool { return false }
	p := node.Presence(epoch, nobody, func(h *storage.Holder) bool { return a.has(h.ID) })
	for _, slot := range node.Watched(epoch).Slots {
		var seals []proof.Seal
		for _, s := range slot.Seats {
			if a.has(s.Node) {
				w := proof.Watch{Epoch: epoch, Slot: slot.Slot, Node: node.ID, Watcher: s.Node}
				seals = append(seals, a.Holders[s.Node-1].Seal(w))
			}
		}
		if len(seals) > 0 {
			p.Attested(slot.Slot, seals...)
		}
	}
	return p
}

// playAbsentFriends has a fifth of the bonds in the hands of four of twenty owners. One of them who is away has a seat of the other three
// with 3/19, so that these are enough for a slot, eight of 15 seats, in one of 1,150; TestHostileWatchers has that figure for large
// networks. Each claims all its slots, three are drawn: that all drawn have enough is farther away still.
//
// What they are paid for duties they sign for each other is taken off: no signature can tell that nobody asked (ADR 0014). It is
// what they are drawn for among themselves, of which they can expect less than the square of their share of all bonds.
func playAbsentFriends(t testing.TB) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{Chain: devnet.Config{Accounts: 60}})
	joinEach(n, slices.Repeat([]int64{storage.Bond}, 16)...)
	a := &absentFriends{newGang(t, n, 4, storage.Bond)}
	n.ToEpoch(n.Epoch() + 1)
	a.begin()
	epoch := n.Epoch()
	n.ToEpoch(epoch + 1)
	var seen []*storage.Presence
	for _, h := range a.nodes {
		seen = append(seen, a.collect(h, epoch))
	}
	claimAll(n, seen)
	assertNone(t, proveAll(n, seen))
	// What is not shown is given up: the duties alone.
	for _, p := range seen {
		msg := p.ProofMsg()
		msg.Uptime = nil
		n.Try(p.Holder.Operator, msg)
	}
	n.Next()
	withdrawAll(n)
	terms, duties := n.PresenceTerms(epoch), math.ZeroInt()
	for _, p := range seen {
		duties = duties.Add(terms.Duties(terms.Bonds.Sub(p.Holder.Node().Weight), p.Worth(), duties))
	}
	assert.True(t, duties.IsPositive())
	assert.Equal(t, duties.String(), a.won().String(), "they are paid for duties and nothing else")
	return a.tally(a.won().Sub(duties))
}

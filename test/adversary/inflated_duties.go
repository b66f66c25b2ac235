package adversary

import (
	"slices"
	"testing"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// dutyInflater is an owner of a small node and a large one, who claims duties of which something is wrong. Its large node sits for it in
// nearly all slots. All others answer whatever they are asked.
type dutyInflater struct {
	*gang
	small, large *storage.Holder
	others       []*storage.Holder
}

// inflation makes the duties that a node claims of an epoch.
type inflation struct {
	node *storage.Holder
	fill func(p *storage.Presence)
}

// inflations returns what it tries, one of the small node after one of the large node.
func (d *dutyInflater) inflations() []inflation {
	return []inflation{
		// What it did, worth twice as much.
		{d.large, func(p *storage.Presence) {
			d.duties(p, func(other *storage.Holder, w proof.Watch, worth uint64) { p.Did(w, 2*worth, other.Reply(w)) })
		}},
		// What the large node was drawn for.
		{d.small, func(p *storage.Presence) {
			d.duties(p, func(other *storage.Holder, w proof.Watch, worth uint64) {
				w.Watcher = d.small.ID
				p.Did(w, worth, other.Reply(w))
			})
		}},
		// What it was drawn for and did not do: it signs the answers itself.
		{d.large, func(p *storage.Presence) {
			d.duties(p, func(_ *storage.Holder, w proof.Watch, worth uint64) { p.Did(w, worth, d.large.Reply(w)) })
		}},
		// To have watched a node of its own owner.
		{d.small, func(p *storage.Presence) {
			for slot := range d.Terms().Epoch.UptimeSlots {
				w := proof.Watch{Epoch: p.Epoch, Slot: slot, Node: d.large.ID, Watcher: d.small.ID}
				p.Did(w, networktypes.Whole/10, d.large.Reply(w))
			}
		}},
		// What it was drawn for, with answers of the epoch before.
		{d.large, func(p *storage.Presence) {
			d.duties(p, func(other *storage.Holder, w proof.Watch, worth uint64) {
				w.Epoch--
				p.Did(w, worth, other.Reply(w))
			})
		}},
		// To have watched in slots after the last.
		{d.small, func(p *storage.Presence) {
			for _, other := range d.others {
				w := proof.Watch{Epoch: p.Epoch, Slot: d.Terms().Epoch.UptimeSlots, Node: other.ID, Watcher: d.small.ID}
				p.Did(w, networktypes.Whole/10, other.Reply(w))
			}
		}},
	}
}

// duties calls a function for each duty that the large node was drawn for.
func (d *dutyInflater) duties(p *storage.Presence, do func(other *storage.Holder, w proof.Watch, worth uint64)) {
	for _, other := range d.others {
		d.large.Watches(other, p.Epoch, func(w proof.Watch, worth uint64) { do(other, w, worth) })
	}
}

// playInflatedDuties counts every payment as a gain, also that for what its large node really did: all duties of a claim are false, so
// that no draw can spare it.
func playInflatedDuties(t testing.TB) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{})
	others := joinEach(n, storage.Bond, storage.Bond)
	g := newOwner(t, n, storage.Bond/2, 9*storage.Bond/2)
	d := &dutyInflater{gang: g, small: g.nodes[0], large: g.nodes[1], others: others}
	n.ToEpoch(n.Epoch() + 1)
	d.begin()
	var proofs []*storage.Tx
	for both := range slices.Chunk(d.inflations(), 2) {
		proofs = append(proofs, pass(n, func(epoch uint64) []*storage.Presence {
			var seen []*storage.Presence
			for _, i := range both {
				p := i.node.NewPresence(epoch)
				i.fill(p)
				seen = append(seen, p)
			}
			return seen
		})...)
	}
	assertNone(t, proofs)
	return d.tally(d.won())
}

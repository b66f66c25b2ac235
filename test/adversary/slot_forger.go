package adversary

import (
	"slices"
	"testing"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// slotForger is an owner whose nodes are not there. They claim all slots of an epoch with attestations of which something is wrong.
type slotForger struct {
	*gang
	// watchers are the nodes of all other owners: each watches in every slot, and both must attest it.
	watchers []*storage.Holder
}

// forgery makes the seals of a slot that a node was not there in. Without any the node does not claim the slot.
type forgery func(node *storage.Holder, w proof.Watch) []proof.Seal

// forgeries returns what it tries, so that each breaks one rule alone.
func (f *slotForger) forgeries() []forgery {
	return []forgery{
		// Signed in the watchers' names by itself.
		func(node *storage.Holder, w proof.Watch) []proof.Seal { return f.signed(w, node) },
		// By one watcher, who is bribed.
		func(_ *storage.Holder, w proof.Watch) []proof.Seal { return f.signed(w)[:1] },
		// By one watcher and a node of its own.
		func(node *storage.Holder, w proof.Watch) []proof.Seal {
			other := f.other(node)
			seals := f.signed(w)[:1]
			w.Watcher = other.ID
			return append(seals, other.Seal(w))
		},
		// For the epoch before, in which it was there.
		func(_ *storage.Holder, w proof.Watch) []proof.Seal {
			w.Epoch--
			return f.signed(w)
		},
		// For the first slot, in which it was there.
		func(_ *storage.Holder, w proof.Watch) []proof.Seal {
			if w.Slot == 0 {
				return nil
			}
			w.Slot = 0
			return f.signed(w)
		},
		// For another of its nodes, which was there.
		func(node *storage.Holder, w proof.Watch) []proof.Seal {
			w.Node = f.other(node).ID
			return f.signed(w)
		},
	}
}

// signed returns attestations of both watchers, signed by themselves or all by somebody else.
func (f *slotForger) signed(w proof.Watch, by ...*storage.Holder) []proof.Seal {
	var seals []proof.Seal
	for _, watcher := range f.watchers {
		w.Watcher = watcher.ID
		signer := watcher
		if len(by) > 0 {
			signer = by[0]
		}
		seals = append(seals, signer.Seal(w))
	}
	return seals
}

// other returns another of its nodes.
func (f *slotForger) other(node *storage.Holder) *storage.Holder {
	return f.nodes[(slices.Index(f.nodes, node)+1)%len(f.nodes)]
}

// collect makes what a node claims of an epoch.
func (f *slotForger) collect(node *storage.Holder, epoch uint64, lie forgery) *storage.Presence {
	p := node.NewPresence(epoch)
	for slot := range f.Terms().Epoch.UptimeSlots {
		if seals := lie(node, proof.Watch{Epoch: epoch, Slot: slot, Node: node.ID}); len(seals) > 0 {
			p.Attested(slot, seals...)
		}
	}
	return p
}

// playSlotForger has each forgery tried by a node of its own. All slots of a claim are false, so that no draw can spare it.
func playSlotForger(t testing.TB) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{})
	watchers := joinEach(n, storage.Bond, storage.Bond)
	f := &slotForger{gang: newOwner(t, n, storage.Bond, storage.Bond, storage.Bond), watchers: watchers}
	n.ToEpoch(n.Epoch() + 1)
	f.begin()
	var proofs []*storage.Tx
	for some := range slices.Chunk(f.forgeries(), len(f.nodes)) {
		proofs = append(proofs, pass(n, func(epoch uint64) []*storage.Presence {
			var seen []*storage.Presence
			for i, lie := range some {
				seen = append(seen, f.collect(f.nodes[i], epoch, lie))
			}
			return seen
		})...)
	}
	assertNone(t, proofs)
	return f.tally(f.won())
}

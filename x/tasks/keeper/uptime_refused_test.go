package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// A proof of slots must show, for those that are drawn, attestations of enough seats of those who were drawn to watch.
func TestProofOfSlotsIsRefused(t *testing.T) {
	f := newFixture(t, 60)
	f.toEpoch(2)
	honest := f.witness(1, 1)
	quorum := f.watch(1, 1).Quorum
	require.Equal(t, uint32(8), quorum)
	seats := map[uint32]map[uint64]uint32{}
	for _, s := range f.watch(1, 1).Slots {
		seats[s.Slot] = map[uint64]uint32{}
		for _, seat := range s.Seats {
			seats[s.Slot][seat.Node] = seat.Seats
		}
	}
	stranger := func(slot uint32) uint64 {
		for id := uint64(2); ; id++ {
			if seats[slot][id] == 0 {
				return id
			}
		}
	}
	decode := func(slot uint32) []proof.Seal {
		seals, err := proof.DecodeSeals(honest.seals[uint64(slot)])
		require.NoError(t, err)
		return seals
	}
	sorted := func(seals []proof.Seal) []proof.Seal {
		slices.SortFunc(seals, func(a, b proof.Seal) int { return int(a.Watcher) - int(b.Watcher) })
		return seals
	}
	watch := func(slot uint32, watcher uint64) proof.Watch {
		return proof.Watch{Epoch: 1, Slot: slot, Node: 1, Watcher: watcher}
	}
	for _, tc := range []struct {
		name string
		// seals of a slot; the claim is made with them, so that only the chain's look at them can refuse it.
		seals func(slot uint32) []proof.Seal
		ok    bool
	}{
		{"ok: as few as are enough", decode, true},
		{"fails: one too few", func(slot uint32) []proof.Seal { return decode(slot)[1:] }, false},
		{"fails: one who does not watch in place of one who does", func(slot uint32) []proof.Seal {
			return sorted(append(decode(slot)[1:], f.seal(watch(slot, stranger(slot)))))
		}, false},
		{"fails: the node itself", func(slot uint32) []proof.Seal { return sorted(append(decode(slot)[1:], f.seal(watch(slot, 1)))) }, false},
		{"fails: a node that is not there", func(slot uint32) []proof.Seal {
			return sorted(append(decode(slot)[1:], f.seal(watch(slot, 61))))
		}, false},
		{"fails: of another slot", func(slot uint32) []proof.Seal {
			seals := decode(slot)
			seals[0] = f.seal(watch(slot+1, seals[0].Watcher))
			return seals
		}, false},
		{"fails: of another epoch", func(slot uint32) []proof.Seal {
			seals := decode(slot)
			seals[0] = f.seal(proof.Watch{Epoch: 2, Slot: slot, Node: 1, Watcher: seals[0].Watcher})
			return seals
		}, false},
		{"fails: of another node", func(slot uint32) []proof.Seal {
			seals := decode(slot)
			seals[0] = f.seal(proof.Watch{Epoch: 1, Slot: slot, Node: 2, Watcher: seals[0].Watcher})
			return seals
		}, false},
		{"fails: an answer is no attestation", func(slot uint32) []proof.Seal {
			seals := decode(slot)
			sig, err := watch(slot, seals[0].Watcher).Answer(hostKey(seals[0].Watcher), f.domain())
			require.NoError(t, err)
			seals[0].Sig = [64]byte(sig)
			return seals
		}, false},
		{"fails: signed by another", func(slot uint32) []proof.Seal {
			seals := decode(slot)
			seals[0].Sig = seals[1].Sig
			return seals
		}, false},
		{"fails: more than are enough", func(slot uint32) []proof.Seal {
			var all []proof.Seal
			for id := uint64(2); id <= 60; id++ {
				if seats[slot][id] > 0 {
					all = append(all, f.seal(watch(slot, id)))
				}
			}
			require.Greater(t, len(all), int(quorum))
			return all
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := &witness{f: f, node: 1, epoch: 1, seals: map[uint64][]byte{}}
			for slot := range uint32(4) {
				w.attested(slot, tc.seals(slot)...)
			}
			w.requireProven(tc.ok)
		})
	}
}

// requireProven claims what the witness has and requires that its proof is accepted, or refused, and leaves the chain as it is.
func (w *witness) requireProven(ok bool) {
	f := w.f
	f.apart(f.t, func() {
		must(f, f.msgs.Claim, w.claimMsg())
		f.toProofs(1)
		if ok {
			must(f, f.msgs.Prove, w.proveMsg())
			return
		}
		refuseAsTx(f, f.msgs.Prove, w.proveMsg(), types.ErrInvalidProof)
	})
}

// A proof of duties must show, for those that are drawn, that the node had them, that they are worth what it says, and the answer.
func TestProofOfDutiesIsRefused(t *testing.T) {
	f := newFixture(t, 20)
	f.toEpoch(2)
	honest := f.witness(1, 1)
	at := honest.duties[0]
	node, slot := at.Item/proof.MaxSlots, uint32(at.Item%proof.MaxSlots)
	notMine := uint64(0)
	for id := uint64(2); notMine == 0; id++ {
		mine := slices.ContainsFunc(f.watch(id, 1).Slots[0].Seats, func(s types.WatchSeat) bool { return s.Node == 1 })
		if !mine {
			notMine = id
		}
	}
	for _, tc := range []struct {
		name string
		make func(*witness)
		ok   bool
	}{
		{"ok: one duty", func(w *witness) { w.did(node, slot, at.Weight.Lo) }, true},
		{"fails: worth more", func(w *witness) { w.did(node, slot, at.Weight.Lo+1) }, false},
		{"fails: worth less", func(w *witness) { w.did(node, slot, at.Weight.Lo-1) }, false},
		{"fails: somebody else's duty", func(w *witness) { w.did(notMine, 0, 66_666) }, false},
		{"fails: a slot beyond the last", func(w *witness) { w.did(node, 4, 66_666) }, false},
		{"fails: its own node", func(w *witness) { w.did(1, 0, 66_666) }, false},
		{"fails: a node that is not there", func(w *witness) { w.did(21, 0, 66_666) }, false},
		{"fails: another's answer", func(w *witness) {
			w.did(node, slot, at.Weight.Lo)
			w.duties[0].Data = honest.duties[len(honest.duties)-1].Data
		}, false},
		{"fails: an attestation is no answer", func(w *witness) {
			w.did(node, slot, at.Weight.Lo)
			sig, err := proof.Watch{Epoch: 1, Slot: slot, Node: node, Watcher: 1}.Attest(hostKey(node), f.domain())
			require.NoError(t, err)
			w.duties[0].Data = sig
		}, false},
	} {
		t.Run(tc.name, func(*testing.T) {
			w := &witness{f: f, node: 1, epoch: 1}
			tc.make(w)
			w.requireProven(tc.ok)
		})
	}
	// Who was not in the active set was watched by nobody, whatever it signs.
	f.apart(f.t, func() {
		w := &witness{f: f, node: 1, epoch: 1}
		w.did(node, slot, at.Weight.Lo)
		must(f, f.msgs.Claim, w.claimMsg())
		f.toProofs(1)
		f.edit(node, func(n *networktypes.Node) { n.Weight = math.ZeroInt() })
		refuseAsTx(f, f.msgs.Prove, w.proveMsg(), types.ErrInvalidProof)
	})
}

package duty_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// collect has the node watched in every epoch: it has so many slots, and did as many duties.
func (w *world) collect(slots uint32) {
	w.now.watched = true
	w.present = func(epoch uint64) work.Attested {
		var a work.Attested
		for slot := range slots {
			a.Slots = append(a.Slots, work.AttestedSlot{Slot: slot, Seals: []proof.Seal{{Watcher: epoch, Sig: [64]byte{byte(slot)}}, {Watcher: epoch + 1}}})
			a.Duties = append(a.Duties, proof.Duty{Node: epoch, Slot: slot, Weight: proof.U64(1_000), Answer: [64]byte{byte(slot)}})
		}
		return a
	}
	w.show()
}

// What a node collected is claimed and proven with its deals, and alone where no deal owes anything.
func TestPresenceIsClaimedAndProven(t *testing.T) {
	for name, p := range map[string]params{"devnet": devnet(), "hours": wide()} {
		t.Run("ok: "+name, func(t *testing.T) {
			w := newWorld(t, p)
			w.collect(4)
			w.add(1, 0, 3, 100, 2, 3)
			w.run(4*p.epoch + p.epoch - 1)
			require.Equal(t, []uint64{1, 2, 3, 4}, w.proven())
			for epoch, deals := range map[uint64]uint64{1: 0, 2: 100, 3: 100, 4: 0} {
				c := w.now.claims[epoch]
				require.Equal(t, []proof.U128{proof.U64(deals), proof.U64(4), proof.U64(4_000)}, []proof.U128{c.Deals.Sum, c.Slots.Sum, c.Duties.Sum})
				require.Equal(t, []uint64{4, 4_000}, []uint64{c.slots, c.worth})
				require.Equal(t, deals == 0, c.Deals.IsEmpty())
			}
			require.Len(t, w.outbox.keys("claim"), 4)
			require.Len(t, w.outbox.keys("proof"), 4)
			require.NotContains(t, w.log.String(), "half of the time")
		})
	}
}

// Who has nothing to claim claims nothing, and raises no alarm.
func TestNothingCollectedIsNotClaimed(t *testing.T) {
	w := newWorld(t, devnet())
	w.collect(0)
	w.run(99)
	require.Empty(t, w.outbox.keys("claim"))
	require.NotContains(t, w.log.String(), "half of the time")
	require.Less(t, w.calls["Held"], 25, "indices are not asked for because of what no deal is about")
}

// A claim that no deal is about and that does not reach the chain raises the alarm as others do.
func TestAlarmOfPresence(t *testing.T) {
	w := newWorld(t, wide())
	w.collect(2)
	w.refuse = func(p work.Post) bool { return p.Claim != nil }
	w.run(800)
	require.Contains(t, w.log.String(), "half of the time")
}

// What comes after the close but before the claim is in it; the claim waits for that, but not long.
func TestLateAttestationsAreClaimed(t *testing.T) {
	w := newWorld(t, wide())
	w.collect(4)
	all := w.present
	w.present = func(epoch uint64) work.Attested {
		a := all(epoch)
		if w.now.height < int64(epoch)*720+3 {
			a.Slots = a.Slots[:3]
		}
		return a
	}
	w.run(2*720 - 1)
	require.Equal(t, []uint64{1}, w.proven())
	require.Equal(t, uint64(4), w.now.claims[1].slots)
	require.Len(t, w.outbox.keys("claim"), 1)
}

// Where the seed of the watchers was late more may come for as long as a slot is: the claim waits for it, until half of its window.
func TestAClaimWaitsForLateSlots(t *testing.T) {
	for late, slots := range map[int64]uint64{40: 4, 60: 3} {
		w := newWorld(t, wide())
		w.collect(4)
		w.add(1, 0, 3, 100, 1, 90)
		w.late = late
		all := w.present
		w.present = func(epoch uint64) work.Attested {
			a := all(epoch)
			if w.now.height < int64(epoch)*720+late {
				a.Slots = a.Slots[:3]
			}
			return a
		}
		w.run(2*720 - 1)
		require.Equal(t, []uint64{1}, w.proven())
		require.Equal(t, slots, w.now.claims[1].slots, "late by %d blocks", late)
	}
}

// Where it cannot be known what was collected, deals are claimed without it, but late; a claim that was made is proven whatever is
// collected later.
func TestDealsDoNotWaitForPresence(t *testing.T) {
	w := newWorld(t, wide())
	w.collect(4)
	w.add(1, 0, 3, 100, 1, 90)
	w.fails = func(call string) error {
		if call == "Collected" && w.now.height < 2*720 {
			return errHangs
		}
		return nil
	}
	for w.now.height < 720+70 {
		_ = w.round()
		w.block()
	}
	require.Empty(t, w.outbox.keys("claim"))
	for w.now.height < 3*720-1 {
		_ = w.round()
		w.block()
	}
	require.Equal(t, []uint64{1, 2}, w.proven())
	require.Zero(t, w.now.claims[1].slots)
	require.Contains(t, w.log.String(), "an epoch is claimed without uptime")
	require.Equal(t, uint64(4), w.now.claims[2].slots)
}

// Whatever the chain has against the slots or the duties of a claim, or of its proof, what deals owe does not go with them.
func TestWhatDealsOweDoesNotGoWithUptime(t *testing.T) {
	for name, refuse := range map[string]func(work.Post) bool{
		"claim": func(p work.Post) bool { return p.Claim != nil && !p.Claim.Slots.IsEmpty() },
		"proof": func(p work.Post) bool { return p.Proof != nil && len(p.Proof.Duties) > 0 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, wide())
			w.collect(4)
			w.add(1, 0, 3, 100, 1, 90)
			w.refuse = refuse
			w.run(2*720 - 1)
			require.Equal(t, []uint64{1}, w.proven())
			require.Zero(t, w.now.claims[1].slots)
			require.Contains(t, w.log.String(), "uptime is given up")
		})
	}
}

// What a claim was made of is in the book, after a crash at every step as well; without the book the deals are proven alone.
func TestPresenceAfterACrash(t *testing.T) {
	clean := newWorld(t, devnet())
	clean.collect(4)
	clean.add(1, 0, 3, 100, 1, 90)
	clean.run(39)
	require.Equal(t, uint64(4), clean.now.claims[1].slots)
	for step := 1; step <= clean.calls[""]; step++ {
		w := newWorld(t, devnet())
		w.collect(4)
		w.add(1, 0, 3, 100, 1, 90)
		w.runDying(step, 39)
		require.Equal(t, []uint64{1}, w.proven(), "crash at call %d", step)
		require.Equal(t, []uint64{4, 4_000}, []uint64{w.now.claims[1].slots, w.now.claims[1].worth}, "crash at call %d", step)
	}

	w := newWorld(t, devnet())
	w.collect(4)
	w.add(1, 0, 3, 100, 1, 90)
	for len(w.now.claims) == 0 {
		require.NoError(t, w.round())
		w.block()
	}
	clear(w.book)
	w.run(39)
	require.Equal(t, []uint64{1}, w.proven())
	require.Zero(t, w.now.claims[1].slots)
	require.Contains(t, w.log.String(), "are given up")

	alone := newWorld(t, devnet())
	alone.collect(4)
	for len(alone.now.claims) == 0 {
		require.NoError(t, alone.round())
		alone.block()
	}
	clear(alone.book)
	var failed error
	for alone.now.height < 39 {
		failed = errors.Join(failed, alone.round())
		alone.block()
	}
	require.ErrorContains(t, failed, "prove the claim of epoch 1")
	require.Empty(t, alone.outbox.keys("proof"))
}

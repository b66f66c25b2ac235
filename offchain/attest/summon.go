package attest

import (
	"context"
	"maps"
	"math/bits"
	"slices"
)

// summonsDue returns what is to be done to summon the watchers that have not taken the summons for a slot that is on or to come, each
// for all of its slots that can still be attested. The first of a watcher in an epoch is for all of its slots; with each of them it is
// called again unless it has probed in the one before, since it may have been started anew and know nothing of the first.
func (a *Attest) summonsDue() []errand {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.own.known {
		return nil
	}
	slots := map[uint64]uint64{} // of each watcher, bit i for slot i
	all := map[uint64]uint64{}   // with those that are over
	var on uint32                // the slot that is on, or the first
	for _, s := range a.own.Slots {
		over := a.height >= a.own.until(s)
		if !over && a.height >= a.own.from(s) {
			on = s.Slot
		}
		for _, seat := range s.Seats {
			if all[seat.Node] |= 1 << s.Slot; !over {
				slots[seat.Node] |= 1 << s.Slot
			}
		}
	}
	var due []errand
	for _, watcher := range slices.Sorted(maps.Keys(slots)) {
		s := Summons{Epoch: a.epoch.Number, Node: a.cfg.Node, Slots: slots[watcher]}
		with, before := a.summoned[watcher]
		knows := a.heard[watcher]>>slotBefore(all[watcher], on)&1 == 1
		if !before || with != on && s.Slots>>on&1 == 1 && !knows {
			due = append(due, errand{
				goal{epoch: s.Epoch, node: watcher, summons: true}, func(ctx context.Context) { a.summon(ctx, watcher, on, s) },
			})
		}
	}
	return due
}

// slotBefore returns the last slot of some before one, or that one where there is none.
func slotBefore(some uint64, slot uint32) uint32 {
	if before := some & (1<<slot - 1); before != 0 {
		return uint32(bits.Len64(before) - 1)
	}
	return slot
}

// summon summons a watcher, and takes note with which slot if it comes.
func (a *Attest) summon(ctx context.Context, watcher uint64, slot uint32, s Summons) {
	key, err := a.deps.Chain.PeerKey(ctx, watcher)
	if err == nil {
		err = a.deps.Peers.Summon(ctx, key, s)
	}
	if err != nil {
		a.deps.Log.Debug("a watcher does not take its summons", "node", watcher, "epoch", s.Epoch, "error", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch.Number == s.Epoch {
		a.summoned[watcher] = slot
	}
}

package attest

import (
	"context"
	"maps"
	"slices"
)

// summonsDue returns what is to be done to summon the watchers that have not taken the summons for a slot that is on or to come, each
// for all of its slots that can still be attested. The first of a watcher in an epoch is for all of its slots, and with each of them it
// is called again, since it may have been started anew and know nothing of the first.
func (a *Attest) summonsDue() []errand {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.own.known {
		return nil
	}
	slots := map[uint64]uint64{} // of each watcher, bit i for slot i
	var on uint32                // the slot that is on, or the first
	for _, s := range a.own.Slots {
		if a.height >= a.own.until(s) {
			continue
		}
		if a.height >= a.own.from(s) {
			on = s.Slot
		}
		for _, seat := range s.Seats {
			slots[seat.Node] |= 1 << s.Slot
		}
	}
	var due []errand
	for _, watcher := range slices.Sorted(maps.Keys(slots)) {
		s := Summons{Epoch: a.epoch.Number, Node: a.cfg.Node, Slots: slots[watcher]}
		with, before := a.summoned[watcher]
		if !before || with != on && s.Slots>>on&1 == 1 {
			due = append(due, errand{
				goal{epoch: s.Epoch, node: watcher, summons: true}, func(ctx context.Context) { a.summon(ctx, watcher, on, s) },
			})
		}
	}
	return due
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

package attest

import (
	"context"
	"maps"
	"slices"
)

// call names a summons: the first of a watcher in an epoch is for all of its slots, and with each of them it is called again, since it
// may have been started anew and know nothing of the first.
type call struct {
	watcher uint64
	slot    uint32
}

// summonsDue returns what is to be done to summon the watchers that have not taken the summons for a slot that is on or to come, each
// for all of its slots that can still be attested.
func (a *Attest) summonsDue() []func(context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.own.known {
		return nil
	}
	slots, due := map[uint64]uint64{}, map[uint64]bool{}
	var on uint32 // the slot that is on, or the first
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
	for watcher, of := range slots {
		_, before := a.summoned[watcher]
		due[watcher] = !before || of>>on&1 == 1 && a.summoned[watcher] != on
	}
	var tasks []func(context.Context)
	for _, watcher := range slices.Sorted(maps.Keys(slots)) {
		if due[watcher] {
			s := Summons{Epoch: a.epoch.Number, Node: a.cfg.Node, Slots: slots[watcher]}
			tasks = append(tasks, func(ctx context.Context) { a.summon(ctx, call{watcher, on}, s) })
		}
	}
	return tasks
}

// summon summons a watcher, and takes note if it comes.
func (a *Attest) summon(ctx context.Context, c call, s Summons) {
	key, err := a.deps.Chain.PeerKey(ctx, c.watcher)
	if err == nil {
		err = a.deps.Peers.Summon(ctx, key, s)
	}
	if err != nil {
		a.deps.Log.Debug("a watcher does not take its summons", "node", c.watcher, "epoch", s.Epoch, "error", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch.Number == s.Epoch {
		a.summoned[c.watcher] = c.slot
	}
}

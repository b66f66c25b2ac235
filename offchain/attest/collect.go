package attest

import (
	"cmp"
	"context"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Collected returns what the node can claim of an epoch: the slots for which it has attestations of enough seats, each with as few of
// them as are enough, and its duties; nothing where the chain does not know who watched. until is the height from which on no more
// comes. Errors are those of the chain.
func (a *Attest) Collected(ctx context.Context, epoch uint64) (got work.Attested, until int64, err error) {
	seals, duties := a.deps.Book.Of(epoch)
	if len(seals)+len(duties) == 0 {
		return got, 0, nil
	}
	p, err := a.ask(ctx, a.cfg.Node, epoch)
	if err != nil || !p.known {
		return got, 0, err
	}
	got.Duties = duties
	for _, slot := range p.Slots {
		until = max(until, p.until(slot))
		if enough := fewest(slot, seals[slot.Slot], p.Quorum); enough != nil {
			got.Slots = append(got.Slots, work.AttestedSlot{Slot: slot.Slot, Seals: enough})
		}
	}
	return got, until, nil
}

// fewest returns the seals of those watchers of a slot that have most seats, as many as make a quorum, watchers ascending; nil if all
// together are too few.
func fewest(slot work.WatchedSlot, seals []proof.Seal, quorum uint32) []proof.Seal {
	seats := func(s proof.Seal) uint32 {
		seat, _ := slot.Seat(s.Watcher)
		return seat.Seats
	}
	byWeight := slices.SortedFunc(slices.Values(seals), func(x, y proof.Seal) int {
		return cmp.Or(cmp.Compare(seats(y), seats(x)), cmp.Compare(x.Watcher, y.Watcher))
	})
	var sum uint32
	for i, s := range byWeight {
		if sum += seats(s); sum >= quorum && quorum > 0 {
			enough := byWeight[:i+1]
			slices.SortFunc(enough, func(x, y proof.Seal) int { return cmp.Compare(x.Watcher, y.Watcher) })
			return enough
		}
	}
	return nil
}

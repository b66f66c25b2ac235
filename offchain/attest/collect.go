package attest

import (
	"cmp"
	"context"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Collected returns what the node can claim of an epoch: the slots for which it has attestations of enough seats, each with as few of
// them as are enough, and its duties. Errors are those of the chain.
func (a *Attest) Collected(ctx context.Context, epoch uint64) (work.Attested, error) {
	seals, duties := a.deps.Book.Of(epoch)
	got := work.Attested{Duties: duties}
	if len(seals) == 0 {
		return got, nil
	}
	p, err := a.ask(ctx, a.cfg.Node, epoch)
	if err != nil || !p.known {
		return got, err
	}
	for _, slot := range p.Slots {
		if enough := fewest(slot, seals[slot.Slot], p.Quorum); enough != nil {
			got.Slots = append(got.Slots, work.AttestedSlot{Slot: slot.Slot, Seals: enough})
		}
	}
	return got, nil
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

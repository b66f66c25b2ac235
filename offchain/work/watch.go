package work

import "github.com/mesh-protocol/mesh/proof"

// Watch is who watches a node in the slots of an epoch.
type Watch struct {
	Quorum uint32        // seats that must attest a slot; 0 = nobody watches
	Slots  []WatchedSlot // in their order
}

// WatchedSlot is one slot of an epoch of a node.
type WatchedSlot struct {
	Slot        uint32
	From, Until int64 // its first height, and the first after it
	Seats       []WatchSeat
}

// Seat returns what a node has of the slot.
func (s WatchedSlot) Seat(node uint64) (WatchSeat, bool) {
	for _, seat := range s.Seats {
		if seat.Node == node {
			return seat, true
		}
	}
	return WatchSeat{}, false
}

// WatchSeat is what a watcher has of a slot.
type WatchSeat struct {
	Node  uint64 // number of the watcher
	Seats uint32
	Worth uint64 // what the duty counts for
}

// Attested is what a node collected of an epoch: the slots that enough watchers attested, by their number, each with as few seals as
// are enough, and what it did as a watcher.
type Attested struct {
	Slots  []AttestedSlot
	Duties []proof.Duty
}

// AttestedSlot is a slot with its seals, watchers ascending.
type AttestedSlot struct {
	Slot  uint32
	Seals []proof.Seal
}

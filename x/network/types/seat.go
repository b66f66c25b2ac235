package types

import "github.com/mesh-protocol/mesh/proof"

// Whole bounds what all seats are worth together in which the nodes of an active set are watched once.
const Whole = 1_000_000_000_000

// Seating is a choice of those who watch or judge: seats are drawn among the owners of an active set but one, weighted by bond
// and with replacement, so that seats are bond shares exactly. Where there are fewer other owners than seats, each of them has one.
// It is a pure function of its fields and the set as of the opening.
type Seating struct {
	// Network is the seq of the network.
	Network uint64
	// Opening is the epoch as of whose opening the set is taken.
	Opening uint64
	// Owners is the number of owners in that set.
	Owners uint64
	// Seed is the beacon's value, bound to what is watched or judged.
	Seed [32]byte
	// Seats is their number.
	Seats uint32
	// Without is the slot of the owner who has none.
	Without uint64
	// Watched is the bond of the node that is watched, which a seat's worth depends on; 0 where nobody asks for that.
	Watched proof.U128
}

// Seat is what a node has of a seating.
type Seat struct {
	// Node is the number of the node that sits for its owner, drawn among the owner's by bond.
	Node uint64
	// Seats is the number of times the owner was drawn, or 1 where all sit.
	Seats uint32
	// Worth is what it counts for if it does what it has to: Whole · its part of the seats, or of their bonds where all sit ·
	// watched bond · bonds of those who can sit / square of all bonds, rounded down. Over all nodes watched it comes to
	// Whole · own bond · bonds of others / square of all bonds, in expectation where seats are drawn.
	Worth uint64
}

// Quorum returns how many of the seats must agree: quorum where all of the seats are drawn, and the majority of the others where there
// are fewer other owners, who then all sit. Without others it returns 0: nobody can agree to anything.
func Quorum(others uint64, seats, quorum uint32) uint32 {
	switch {
	case others == 0:
		return 0
	case others < uint64(seats):
		return uint32(others/2) + 1
	}
	return quorum
}

package types

import (
	"context"

	"cosmossdk.io/math"
)

// Kinds of fees.
const (
	FeeProof   = "proof"   // an accepted proof of storage
	FeeRepair  = "repair"  // an index that was rebuilt and proven
	FeeAnswer  = "answer"  // an answer to a request to open
	FeeVoucher = "voucher" // vouchers of channels
	FeeTask    = "task"    // results of posted tasks
	FeeJury    = "jury"    // seats of juries
)

// Fee is one payment of a client to a node, after the burn.
type Fee struct {
	// Network is the seq of the network, Node the number of the node.
	Network, Node uint64
	// Kind says in one word what for.
	Kind string
	// Epoch is the one that was open when it was settled.
	Epoch uint64
	// Burnt is gone, Earned is the owner's, in base units.
	Burnt, Earned math.Int
}

// Presence is what a node has proven of being there in an epoch.
type Presence struct {
	// Network is the seq of the network, Node the number of the node.
	Network, Node uint64
	// Epoch is the one the node was there in; Settled is the one that was open when it was proven.
	Epoch, Settled uint64
	// Slots is the number of slots in which enough watchers attested it.
	Slots uint32
	// Duties is what it did as a watcher, as networktypes.Seat.Worth counts.
	Duties uint64
	// Weight is what it weighed in the active set as of the opening of Epoch, Others what the nodes of all other owners did, in base
	// units.
	Weight, Others math.Int
}

// IsNothing tells whether nothing was proven.
func (p Presence) IsNothing() bool { return p.Slots == 0 && p.Duties == 0 }

// Hooks are what x/tasks tells the modules to its right.
type Hooks interface {
	// AfterFeeSettled is called when the earned part of a fee has arrived in the account of the
	// module that pays it out.
	AfterFeeSettled(ctx context.Context, fee Fee) error
	// AfterPresenceProven is called when a node has proven that it was there, or did its duties as a watcher.
	AfterPresenceProven(ctx context.Context, p Presence) error
}

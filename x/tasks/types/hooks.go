package types

import (
	"context"

	"cosmossdk.io/math"
)

// Fee is one payment of a client to a node, after the burn.
type Fee struct {
	// Network is the seq of the network, Node the number of the node.
	Network, Node uint64
	// Epoch is the one that was open when it was settled.
	Epoch uint64
	// Burnt is gone, Earned is the owner's, in base units.
	Burnt, Earned math.Int
}

// Hooks are what x/tasks tells the modules to its right.
type Hooks interface {
	// AfterFeeSettled is called when the earned part of a fee has arrived in the account of the
	// module that pays it out.
	AfterFeeSettled(ctx context.Context, fee Fee) error
}

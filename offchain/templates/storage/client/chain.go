package client

import (
	"context"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Chain is what the client asks of the chain, for one network and one account. Its methods may be called by several
// goroutines at once. Transactions return once they are in a block: ErrRejected if the chain refused them for good, any other
// error if that is not known. Until is the height of the last block they may be in.
type Chain interface {
	// Height returns the height of the latest block.
	Height(ctx context.Context) (int64, error)
	// WaitHeight returns once the chain has a block of that height.
	WaitHeight(ctx context.Context, height int64) error
	// Network returns the network's facts of the moment.
	Network(ctx context.Context) (Network, error)
	// Deals returns the account's deals on the network that are not settled, in the order of their ids, and the height of the
	// last block that the answer knows, 0 if that is not known.
	Deals(ctx context.Context) (deals []work.Deal, height int64, err error)
	// Deal returns a deal with its indices, or ErrNoDeal.
	Deal(ctx context.Context, id uint64) (Deal, error)
	// OpenDeal opens a deal and returns its id.
	OpenDeal(ctx context.Context, terms Terms, until int64) (uint64, error)
	// CancelDeal ends a deal with the epoch that is open; what it has not cost comes back.
	CancelDeal(ctx context.Context, id uint64) error
	// Draw assigns nodes to indices of a deal that wait for one, as many as there are. Errors: ErrSeedPending; ErrRejected if
	// none waits.
	Draw(ctx context.Context, id uint64) error
	// Member returns a node of the network.
	Member(ctx context.Context, node uint64) (work.Member, error)
	// CommitLayout makes a layout the deal's latest. Acks are in the order of their indices.
	CommitLayout(ctx context.Context, deal uint64, layout work.Layout, acks []Ack, until int64) error
	// Sign signs a preimage with the account's key and returns its public key, 33 bytes, and the signature, 64 bytes.
	Sign(ctx context.Context, preimage []byte) (key, signature []byte, err error)
}

// Network is what a client must know of a network before it pays.
type Network struct {
	Epoch       uint64     // that is open, at least 1
	Owners      int        // with at least one live node
	Price       proof.U128 // of a GiB on one index, in base units, for PriceEpochs
	PriceEpochs uint64     // at least 1
}

// Deal is a deal with its indices, in their order.
type Deal struct {
	work.Deal
	Indices []work.Index
	Height  int64 // of the last block that is in this; 0 if that is not known
}

// Terms are what a deal is opened for.
type Terms struct {
	Profile work.Profile
	Space   uint64     // bytes on each index
	Epochs  uint64     // counted from the next opening
	MaxRate proof.U128 // the most the client pays for one index and epoch, in base units
}

// Ack is a holder's signature under its proof.Ack, 64 bytes.
type Ack struct {
	Index     int
	Signature []byte
}

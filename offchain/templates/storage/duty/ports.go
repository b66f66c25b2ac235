package duty

import (
	"context"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Chain is what the node asks of the chain, about its network and itself.
type Chain interface {
	// Epoch returns the latest epoch and the height it opened at; 0 before the first.
	Epoch(ctx context.Context) (number uint64, opened int64, err error)
	// Duties returns what the node must send and has not sent yet.
	Duties(ctx context.Context) ([]work.Duty, error)
	// Held returns the indices the node was drawn for, holds or rebuilds: one of a deal at most.
	Held(ctx context.Context) ([]work.Held, error)
	// Ended returns the stints of the node that have ended and are owed for an epoch.
	Ended(ctx context.Context, epoch uint64) ([]work.Stint, error)
	// Claimed returns the node's claim for an epoch.
	Claimed(ctx context.Context, epoch uint64) (work.Claim, error)
	// Challenge returns what the proof of that claim must show.
	Challenge(ctx context.Context, epoch uint64) (work.Challenge, error)
	// OpenRequests returns the requests the node has not answered.
	OpenRequests(ctx context.Context) ([]work.OpenRequest, error)
	// Vacant returns indices of the network that wait for a node to take them.
	Vacant(ctx context.Context) ([]work.Vacant, error)
	// Deal returns a deal with its indices by number.
	Deal(ctx context.Context, id uint64) (work.Deal, []work.Index, error)
	// LastProven returns the last epoch a node has proven, and how it takes part.
	LastProven(ctx context.Context, node uint64) (epoch uint64, status work.MemberStatus, err error)
	// Suspended tells whether the node was taken out and may resume.
	Suspended(ctx context.Context) (bool, error)
}

// Outbox takes what must reach the chain.
type Outbox interface {
	// Post returns once the post is durable. What was posted under its key before is not posted again; posts of one key
	// are always the same.
	Post(ctx context.Context, p work.Post) error
}

// Book remembers what claims were made of.
type Book interface {
	// Write returns once it is durable.
	Write(ctx context.Context, c work.Claim, made work.Made) error
	// Read returns what a claim was made of, if that is known.
	Read(c work.Claim) (work.Made, bool)
}

// Presence is what the node did beside its deals: it was there, and watched others.
type Presence interface {
	// Collected returns what can be claimed of an epoch, and the height from which on no more comes; 0 where nothing does.
	Collected(ctx context.Context, epoch uint64) (got work.Attested, until int64, err error)
}

// Shelf is what the node has on disk. Its methods may be called while Reconcile runs.
type Shelf interface {
	// Holdings returns what the claim for an epoch is proven from: the versions that were acknowledged when it was made,
	// as the chain has them, and the pieces. Its errors wrap ErrLost where something of them is missing or damaged.
	Holdings(ctx context.Context, epoch uint64) proof.Holdings
	// Reconcile forgets what nobody owes any more, and returns the indices of which something is missing that the
	// chain counts on.
	Reconcile(ctx context.Context, held []work.Held) (missing []work.IndexRef, err error)
	// Has tells whether the layout's list and all pieces of the index are durable here.
	Has(ref work.IndexRef, l work.Layout) (bool, error)
	// Open returns the openings of the block at a byte of an index: of its piece in the layout, and of the block. The
	// version of the layout is 0 where only its root is known. The error wraps ErrLost where it is missing or damaged.
	Open(ref work.IndexRef, l work.Layout, position uint64) (layout, chunk []byte, err error)
}

// Rebuilder makes what is missing of an index out of what its fellows hold.
type Rebuilder interface {
	// Rebuild returns nil once list and pieces of the deal's latest layout are durable here. It ends with ctx, and
	// what it had done by then need not be done again.
	Rebuild(ctx context.Context, h work.Held) error
}

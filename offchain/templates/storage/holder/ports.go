package holder

import (
	"context"
	"io"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Pieces is the store of pieces. Its methods may be called by several goroutines at once.
type Pieces interface {
	// Put begins a piece for a deal. Errors: ErrHeld if the store can serve it already; ErrMismatch if it has it with
	// another length; ErrNoRoom.
	Put(ctx context.Context, deal uint64, root [32]byte, length uint64) (Writer, error)
	// Get opens a piece. Errors: ErrUnknown, ErrDamaged.
	Get(root [32]byte) (Reader, error)
	// Has says whether the store can serve a piece.
	Has(root [32]byte) (bool, error)
	// Link adds references of a deal to pieces, all or none, durably. Errors: ErrUnknown, ErrDamaged.
	Link(deal uint64, roots ...[32]byte) error
	// Drop removes references, durably. Those that are not there are no error.
	Drop(deal uint64, roots ...[32]byte) error
	// DropDeal removes all references of a deal, durably.
	DropDeal(deal uint64) error
	// Pieces calls fn for every piece a deal refers to, damaged ones included. fn may call the store.
	Pieces(deal uint64, fn func(root [32]byte) error) error
	// Buffer returns n bytes of memory that a Reader fills fastest.
	Buffer(n int) []byte
}

// Writer takes the bytes of one piece. It ends with Commit or Abort.
type Writer interface {
	io.Writer
	// Commit returns once the piece is durable and the deal refers to it. Errors: ErrMismatch, ErrNoRoom.
	Commit() error
	// Abort gives the piece up; after Commit it does nothing.
	Abort()
}

// Reader reads one piece. It stays readable until it is closed, even if the piece is dropped.
type Reader interface {
	// ReaderAt reads without verifying.
	io.ReaderAt
	// ReadGroup reads a group into p, which has room for proof.GroupSize bytes, and verifies it. Errors: ErrDamaged.
	ReadGroup(p []byte, group uint64) ([]byte, error)
	// Length is that of the piece, in bytes.
	Length() uint64
	// List returns the CVs of all groups, 32 bytes each. It must not be changed.
	List() []byte
	Close() error
}

// Deals is what the chain says about deals, as late as a block or a few.
type Deals interface {
	// Deal returns a deal with its indices in order, or ErrNoDeal.
	Deal(ctx context.Context, id uint64) (work.Deal, []work.Index, error)
	// Height is the latest block known.
	Height() uint64
	// Node is the number of this node in its network, 0 before it is known.
	Node() uint64
}

// Till takes payment for reading. Its methods may be called by several goroutines at once.
type Till interface {
	// Cost returns what bytes cost now, in base units; nothing where reading is free.
	Cost(bytes uint64) proof.U128
	// Account returns where the channel of a payer, who is known by the key of its host, stands.
	Account(ctx context.Context, payer [32]byte, channel uint64) (work.Account, error)
	// Take takes a voucher and returns, once it is durable, where the channel stands.
	Take(ctx context.Context, payer [32]byte, v work.Voucher) (work.Account, error)
	// Charge takes a cost off what was promised. The error says why it cannot.
	Charge(ctx context.Context, payer [32]byte, channel uint64, cost proof.U128) error
	// Return gives back what was charged for something that was not sent.
	Return(channel uint64, cost proof.U128)
}

// Fellows knows who holds or rebuilds an index of a deal.
type Fellows interface {
	// IsFellow tells whether the node with that host is one of them.
	IsFellow(ctx context.Context, deal uint64, host [32]byte) (bool, error)
}

// Accounts knows the keys of accounts.
type Accounts interface {
	// VerifyAccount checks that a key is the one of an address and has signed a preimage.
	VerifyAccount(address string, key, preimage, signature []byte) error
}

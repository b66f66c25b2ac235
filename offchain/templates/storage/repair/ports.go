package repair

import (
	"context"
	"io"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Fellows knows who holds the other indices of a deal.
type Fellows interface {
	// Deal returns a deal with its indices by number.
	Deal(ctx context.Context, id uint64) (work.Deal, []work.Index, error)
	// Member returns a node.
	Member(ctx context.Context, node uint64) (work.Member, error)
}

// Readers reads from fellow holders.
type Readers interface {
	// Reader returns a reader for the repair of an index of a deal.
	Reader(deal uint64) Reader
}

// Reader reads from holders; what it returns was verified. Its methods may be called by several goroutines at once.
type Reader interface {
	// Fetch fills dst with the bytes of a piece from an offset on.
	Fetch(ctx context.Context, from work.Member, root [32]byte, length, offset uint64, dst []byte) error
	// Layout reads the list of a deal with n pieces a segment that has the given root.
	Layout(ctx context.Context, from work.Member, deal uint64, want work.Layout, n int) (*record.List, error)
	// Close ends what the reader has opened.
	Close() error
}

// Store is where pieces are kept.
type Store interface {
	// Has tells whether the store can serve a piece.
	Has(root [32]byte) (bool, error)
	// Put begins a piece for a deal. An error that wraps ErrHeld of package holder is none.
	Put(ctx context.Context, deal uint64, root [32]byte, length uint64) (Writer, error)
}

// Writer takes the bytes of a piece.
type Writer interface {
	io.Writer
	// Commit returns once the piece is durable.
	Commit() error
	// Abort gives the piece up.
	Abort()
}

// Shelf keeps lists.
type Shelf interface {
	// Adopt keeps the list of a deal's layout on chain, whose pieces are durable.
	Adopt(ctx context.Context, deal, version uint64, list *record.List) error
}

package client

import (
	"context"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Holder is who keeps an index of a deal.
type Holder struct {
	Index int
	Node  uint64
	Peer  string   // libp2p name
	Key   [32]byte // ed25519 public key of its host, which signs acks
}

// Holders reaches holders. Its methods may be called by several goroutines at once; ctx bounds every call, also where a
// holder hangs, and a call has let go of the caller's memory when it returns.
type Holders interface {
	// Write opens a session in which pieces of one index can be stored. ctx bounds the opening only.
	Write(ctx context.Context, to Holder, grant Grant) (Writer, error)
	// Read returns a reader for one retrieval. It opens what it needs as it is asked.
	Read() Reader
}

// Writer is a session with a holder that stores. After an error that is no *wire.Refusal it is of no use any more.
type Writer interface {
	// Put stores a piece and returns once it is durable. Up to MaxInFlight calls may be under way at once.
	Put(ctx context.Context, root [32]byte, piece []byte) error
	// Store makes a new version of the deal's layout and returns the holder's signature under its ack, not verified.
	Store(ctx context.Context, change Change) ([]byte, error)
	// Close ends the session. Calls that are under way fail.
	Close() error
}

// Reader reads from holders of a deal. What it returns was verified. Its methods may be called by several goroutines at once.
type Reader interface {
	// Reach opens the way to a holder, which the other methods do as well if need be.
	Reach(ctx context.Context, holder Holder) error
	// Fund sees to it that so many bytes can be paid to each of some holders before they are asked for, where reading costs
	// something.
	Fund(ctx context.Context, holders []Holder, bytes uint64) error
	// Fetch reads len(dst) bytes of a piece from an offset on.
	Fetch(ctx context.Context, from Holder, piece Piece, offset uint64, dst []byte) error
	// Layout reads the list of a deal with n pieces a segment that has the given root.
	Layout(ctx context.Context, from Holder, deal uint64, want work.Layout, n int) (*record.List, error)
	// Close ends what the reader has opened. No call may be under way.
	Close() error
}

// Piece names a piece.
type Piece struct {
	Root   [32]byte
	Length uint64 // bytes
}

// Grant is the client's word that its peer may store for an index.
type Grant struct {
	Deal      uint64
	Index     int
	Height    int64  // at which it was signed
	Key       []byte // of the client's account, 33 bytes
	Signature []byte // 64 bytes
}

// Change is a new version of a deal's layout: the segments that stay, in their order, and then new ones.
type Change struct {
	Deal  uint64
	Index int
	Base  work.Layout // that segments are kept of; version 0 for none
	Kept  []record.Range
	Added *record.List
	Made  work.Layout // what comes of it
}

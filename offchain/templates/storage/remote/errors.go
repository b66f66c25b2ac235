package remote

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is. What a holder refuses is a *wire.Refusal; one that hangs, context.DeadlineExceeded.
var (
	// ErrInvalid: an argument breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrBadBytes: a holder sent something that is not what its name says: bytes, CVs, a list, a signature.
	ErrBadBytes = errors.New("holder sent other bytes than were asked for")
	// ErrProtocol: a holder breaks the protocol.
	ErrProtocol = errors.New("holder breaks the protocol")
	// ErrEnded: the stream ended before the answer, because of another call, or was closed. Asking again on a new stream
	// makes sense.
	ErrEnded = errors.New("stream has ended")
)

// HolderError says who was asked for what in vain.
type HolderError struct {
	Peer string // libp2p name of the holder
	Op   string // what was asked for
	Err  error
}

// Error names operation, holder and reason.
func (e *HolderError) Error() string { return fmt.Sprintf("%s at %s: %v", e.Op, e.Peer, e.Err) }

// Unwrap returns the reason.
func (e *HolderError) Unwrap() error { return e.Err }

package attest

import "errors"

var (
	// ErrInvalid is a configuration or dependency that cannot work.
	ErrInvalid = errors.New("invalid configuration")
	// ErrStranger is a peer that is not the node it says to be.
	ErrStranger = errors.New("not the node it says to be")
	// ErrNotDrawn is a watcher that was not drawn for what it asks or signs, or a node that nobody watches.
	ErrNotDrawn = errors.New("not drawn to watch")
	// ErrNotNow is a slot that has not begun, or is over for too long.
	ErrNotNow = errors.New("not the time of the slot")
)

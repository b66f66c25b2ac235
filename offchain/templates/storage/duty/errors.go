package duty

import "errors"

// Sentinels, for errors.Is.
var (
	// ErrInvalid: a setting breaks a documented bound.
	ErrInvalid = errors.New("invalid setting")
	// ErrLost is what a Shelf's error wraps that says that something of an acknowledged layout is not there any more, or
	// damaged: it has to be rebuilt, or reported. Every other error of a Shelf may pass.
	ErrLost = errors.New("not here any more")
)

// Reasons of this package, which no caller can act on.
var (
	errTotal   = errors.New("what the node knows it is owed is not what the chain owes")
	errUnknown = errors.New("what the claim was made of is not known")
)

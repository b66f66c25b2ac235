package repair

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is.
var (
	// ErrInvalid: an argument breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrNoList: no fellow gave the layout list that is on chain.
	ErrNoList = errors.New("no fellow has the layout")
	errNobody = errors.New("nobody else holds an index")
	// ErrTooFew is what a *TooFewError wraps.
	ErrTooFew = errors.New("too few fellows have a piece")
	// ErrInconsistent: pieces that have their roots do not give the piece of the index: the client coded them wrongly.
	ErrInconsistent = errors.New("the pieces of the layout do not belong together")
)

// TooFewError says that a piece cannot be made for want of others.
type TooFewError struct {
	Segment    int
	Need, Have int
	Err        error // the last thing that went wrong with a fellow; may be nil
}

// Error gives the segment, both figures and the last failure.
func (e *TooFewError) Error() string {
	s := fmt.Sprintf("%v: segment %d, %d needed, %d there", ErrTooFew, e.Segment, e.Need, e.Have)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns ErrTooFew and the last failure.
func (e *TooFewError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrTooFew}
	}
	return []error{ErrTooFew, e.Err}
}

package segment

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is.
var (
	// ErrProfile: no profile has this name, or a profile without 1 ≤ k < n ≤ 256.
	ErrProfile = errors.New("unknown profile")
	// ErrOwners is what an *OwnersError wraps.
	ErrOwners = errors.New("too few owners")
	// ErrKey: text that is not an object key.
	ErrKey = errors.New("invalid object key")
	// ErrLength: plain bytes or content of a length that no segment has.
	ErrLength = errors.New("invalid length of a segment")
	// ErrRange: bytes beyond the end of the segment, or none at all; an index that the profile does not have.
	ErrRange = errors.New("out of range")
	// ErrPieces: not one place for each index, or pieces that are not of one length or not of the one needed.
	ErrPieces = errors.New("pieces do not fit together")
	// ErrTooFew is what a *TooFewError wraps.
	ErrTooFew = errors.New("too few pieces")
	// ErrSealed is what a *SealedError wraps.
	ErrSealed = errors.New("block does not open under the key")
)

// OwnersError says how many distinct owners a profile needs and how many there are.
type OwnersError struct {
	Need, Have int
}

// Error gives both numbers.
func (e *OwnersError) Error() string {
	return fmt.Sprintf("%v: %d are needed, there are %d", ErrOwners, e.Need, e.Have)
}

// Unwrap returns ErrOwners.
func (e *OwnersError) Unwrap() error { return ErrOwners }

// TooFewError says how many pieces are needed and how many were given.
type TooFewError struct {
	Need, Have int
}

// Error gives both numbers.
func (e *TooFewError) Error() string {
	return fmt.Sprintf("%v: %d are needed, there are %d", ErrTooFew, e.Need, e.Have)
}

// Unwrap returns ErrTooFew.
func (e *TooFewError) Unwrap() error { return ErrTooFew }

// SealedError says which block of a segment did not open: its bytes were changed, or the key is another one.
type SealedError struct {
	Block int
}

// Error names the block.
func (e *SealedError) Error() string { return fmt.Sprintf("block %d: %v", e.Block, ErrSealed) }

// Unwrap returns ErrSealed.
func (e *SealedError) Unwrap() error { return ErrSealed }

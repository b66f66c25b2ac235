package piece

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is.
var (
	// ErrClosed: the store was closed before or during the call.
	ErrClosed = errors.New("piece store is closed")
	// ErrFailed: an earlier sync of a volume or of the index failed; nothing can be written until the store is opened
	// anew. The error also wraps that first failure. Reading goes on.
	ErrFailed = errors.New("piece store has failed")
	// ErrInvalid: an argument breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrQuota is what a *QuotaError wraps.
	ErrQuota = errors.New("quota exceeded")
	// ErrFull: the file system has no room. Nothing of the piece is visible and its space is given back.
	ErrFull = errors.New("disk is full")
	// ErrHeld: the store has the piece already. Link adds a reference without sending the bytes again.
	ErrHeld = errors.New("piece is held already")
	// ErrUnknown: the store does not have the piece.
	ErrUnknown = errors.New("unknown piece")
	// ErrLength: a piece of another length than announced, or a range beyond its end.
	ErrLength = errors.New("wrong length")
	// ErrMismatch is what a *MismatchError wraps.
	ErrMismatch = errors.New("bytes do not have the announced root")
	// ErrFinished: the writer was committed or aborted before.
	ErrFinished = errors.New("writer is finished")
	// ErrDamaged: the piece was stored, but its bytes are no longer those of its root. It is in quarantine until it is
	// dropped or put again.
	ErrDamaged = errors.New("piece is damaged")
	// ErrLocked is what a *LockedError wraps.
	ErrLocked = errors.New("piece store is locked")
	// ErrCorrupt: bytes in a volume or in the index are not what this package writes.
	ErrCorrupt = errors.New("piece store is corrupt")
)

// QuotaError says how much was asked for and what there is. All are bytes on disk, padding and lists included.
type QuotaError struct {
	Quota int64 // the most that may be used
	Used  int64 // taken by pieces and by writers that are still open
	Need  int64 // what the refused piece would have taken
}

// Error gives the three figures.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("%v: %d bytes needed, %d of %d used", ErrQuota, e.Need, e.Used, e.Quota)
}

// Unwrap returns ErrQuota.
func (e *QuotaError) Unwrap() error { return ErrQuota }

// MismatchError says which root was announced and which one the bytes have.
type MismatchError struct {
	Want, Got [32]byte
}

// Error shows both roots.
func (e *MismatchError) Error() string {
	return fmt.Sprintf("%v: want %x, got %x", ErrMismatch, e.Want, e.Got)
}

// Unwrap returns ErrMismatch.
func (e *MismatchError) Unwrap() error { return ErrMismatch }

// LockedError says that another process has the store open.
type LockedError struct {
	Dir string
	PID int // of the holder; 0 when it has not written it yet
}

// Error names the directory and the process.
func (e *LockedError) Error() string {
	return fmt.Sprintf("%v by process %d: %s", ErrLocked, e.PID, e.Dir)
}

// Unwrap returns ErrLocked.
func (e *LockedError) Unwrap() error { return ErrLocked }

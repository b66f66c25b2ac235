package journal

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is.
var (
	// ErrClosed: the journal was closed before the call.
	ErrClosed = errors.New("journal is closed")
	// ErrFull: the record would not fit into MaxBytes, or the intent not into MaxOutboxBytes. Nothing was
	// written. Compact, after Forget where there is something to forget, makes room.
	ErrFull = errors.New("journal is full")
	// ErrFailed: an earlier write or sync failed, and nothing can be written until the journal is opened anew.
	// The error also wraps that first failure.
	ErrFailed = errors.New("journal has failed")
	// ErrInvalid: an argument breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrConflict: the key is known with another payload, kind or outcome.
	ErrConflict = errors.New("key is taken by another intent")
	// ErrUnknownKey: no intent of that key is known.
	ErrUnknownKey = errors.New("unknown key")
	// ErrAlreadyDone is what an *AlreadyDoneError wraps.
	ErrAlreadyDone = errors.New("intent is already done")
	// ErrLocked is what a *LockedError wraps.
	ErrLocked = errors.New("journal is locked")
	// ErrCorrupt is what a *CorruptError wraps.
	ErrCorrupt = errors.New("journal is corrupt")
)

// AlreadyDoneError answers for a key whose intent was finished earlier.
type AlreadyDoneError struct {
	Key     string
	Outcome []byte // what Done was given
}

// Error names the key.
func (e *AlreadyDoneError) Error() string { return fmt.Sprintf("%q: %v", e.Key, ErrAlreadyDone) }

// Unwrap returns ErrAlreadyDone.
func (e *AlreadyDoneError) Unwrap() error { return ErrAlreadyDone }

// LockedError says that another process has the journal open.
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

// CorruptError says where a journal is damaged.
type CorruptError struct {
	File   string // its name inside the directory
	Offset int64  // of the first byte that cannot be believed
	Reason error
}

// Error names file, offset and reason.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("%v: %s at offset %d: %v", ErrCorrupt, e.File, e.Offset, e.Reason)
}

// Unwrap returns ErrCorrupt and the reason.
func (e *CorruptError) Unwrap() []error { return []error{ErrCorrupt, e.Reason} }

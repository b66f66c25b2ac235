package client

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is.
var (
	// ErrInvalid: an argument breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrClosed: the client was closed.
	ErrClosed = errors.New("client is closed")
	// ErrLocked is what a *LockedError wraps.
	ErrLocked = errors.New("objects are locked")
	// ErrReadOnly: the client's directory cannot be written to, which even reading needs.
	ErrReadOnly = errors.New("objects cannot be written")
	// ErrNotFound: no such object, or it is in no layout of its deal.
	ErrNotFound = errors.New("object not found")
	// ErrOver: the deal of the object is over, and its holders keep nothing of it any more.
	ErrOver = errors.New("deal is over")
	// ErrKey: the key does not open the object.
	ErrKey = errors.New("wrong key")
	// ErrDamaged: what the holders have under the committed roots is not the object.
	ErrDamaged = errors.New("object is damaged")
	// ErrChanged: a source gave another number of bytes than announced.
	ErrChanged = errors.New("source has changed")
	// ErrTooLarge: more segments than the list of a deal can have, however much space it has.
	ErrTooLarge = errors.New("too large for a deal")
	// ErrHolders is what a *HoldersError wraps.
	ErrHolders = errors.New("not enough holders")
	// ErrFull is what a *HoldersError wraps where it was only for want of room that holders were too few.
	ErrFull = errors.New("holders have no room")
	// ErrOwners is what an *OwnersError wraps.
	ErrOwners = errors.New("not enough owners")
	// ErrConflict: others have committed layouts of the deal again and again meanwhile.
	ErrConflict = errors.New("deal was changed meanwhile")
	// ErrUncertain: the chain's answer was lost, and what it decided is not known yet. The objects are pending.
	ErrUncertain = errors.New("commit is uncertain")
	// ErrUnopened: the chain's answer to the opening of a deal was lost. Nothing of the objects is stored or pending; a later Put
	// finds out whether the deal was opened, and uses it then.
	ErrUnopened = errors.New("opening of a deal is uncertain")
	// ErrExpired: the chain has not included the transaction in time, and now never will.
	ErrExpired = errors.New("commit was not included in time")
	// ErrUnprepared: it is not known whether a deal is ready for a put. Nothing of the objects is stored.
	ErrUnprepared = errors.New("deal is not ready")
	// ErrSlow: a holder took longer than it may.
	ErrSlow = errors.New("holder is too slow")
	// ErrCorrupt: the database holds what this package does not write.
	ErrCorrupt = errors.New("objects are corrupt")
)

// Sentinels that implementations of Chain return.
var (
	// ErrRejected: the chain refused the transaction, now and for ever.
	ErrRejected = errors.New("transaction was rejected")
	// ErrSeedPending: the draw's seed is not fixed yet; a later block has it.
	ErrSeedPending = errors.New("seed is pending")
	// ErrNoDeal: the chain has no such deal.
	ErrNoDeal = errors.New("deal not found")
)

// HoldersError says that too few holders were reached.
type HoldersError struct {
	Need int   // k of a segment, or what makes a layout current
	Have int   // were reached
	Full int   // were reached and had no room
	Err  error // the last thing that went wrong with another; nil where the chain knows of no more
}

// Error gives both figures and the last failure.
func (e *HoldersError) Error() string {
	s := fmt.Sprintf("%v: %d needed, %d reached", ErrHolders, e.Need, e.Have)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns ErrHolders, ErrFull where it is that, and the last failure.
func (e *HoldersError) Unwrap() []error {
	list := []error{ErrHolders}
	if e.Full > 0 && e.Have+e.Full >= e.Need {
		list = append(list, ErrFull)
	}
	if e.Err != nil {
		list = append(list, e.Err)
	}
	return list
}

// OwnersError says that the draw ran out of owners: of those that are there, too few have the room, or the bond.
type OwnersError struct {
	Deal      uint64
	Need      int   // n of the deal
	Missing   int   // indices without a node
	Cancelled error // why the deal, which is of no use, could not be cancelled; nil if it was
}

// Error names the deal and gives both figures.
func (e *OwnersError) Error() string {
	s := fmt.Sprintf("%v: %d of %d indices of deal %d have no node", ErrOwners, e.Missing, e.Need, e.Deal)
	if e.Cancelled != nil {
		s += fmt.Sprintf(", and it could not be cancelled: %v", e.Cancelled)
	}
	return s
}

// Unwrap returns ErrOwners.
func (e *OwnersError) Unwrap() error { return ErrOwners }

// LockedError says that another process has the objects open.
type LockedError struct {
	Dir string
	PID int // of that process; 0 when it has not written it yet
}

// Error names the directory and the process.
func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%v by another process: %s", ErrLocked, e.Dir)
	}
	return fmt.Sprintf("%v by process %d: %s", ErrLocked, e.PID, e.Dir)
}

// Unwrap returns ErrLocked.
func (e *LockedError) Unwrap() error { return ErrLocked }

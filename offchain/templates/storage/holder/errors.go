package holder

import (
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Sentinels, for errors.Is.
var (
	// ErrInvalid: a configuration breaks a documented bound.
	ErrInvalid = errors.New("invalid argument")
	// ErrRefused: a stream was ended because of what the other side asked for.
	ErrRefused = errors.New("request refused")
	// ErrNoList: a list that was acknowledged is not on disk.
	ErrNoList = errors.New("no such list")
	// ErrListDamaged: a list on disk is not what was written.
	ErrListDamaged = errors.New("list is damaged")
	// ErrNotOurs: no index of the deal is with this node.
	ErrNotOurs = errors.New("no index of the deal is ours")
)

// What the interfaces of this package answer, for errors.Is: their implementations wrap these.
var (
	// ErrNoDeal: the chain has no such deal.
	ErrNoDeal = errors.New("no such deal")
	// ErrHeld: the store has the piece already.
	ErrHeld = errors.New("piece is held already")
	// ErrUnknown: the store does not have the piece.
	ErrUnknown = errors.New("unknown piece")
	// ErrDamaged: the piece was stored and cannot be read any more.
	ErrDamaged = errors.New("piece is damaged")
	// ErrNoRoom: the quota or the disk is full.
	ErrNoRoom = errors.New("no room for the piece")
	// ErrQuota is ErrNoRoom where dropping pieces makes room at once.
	ErrQuota = fmt.Errorf("%w: quota", ErrNoRoom)
	// ErrMismatch: the bytes do not have the root, or the root belongs to another length.
	ErrMismatch = errors.New("bytes do not have the root")
)

// LossError says that something a node has acknowledged is not there any more: to be reported, or rebuilt.
type LossError struct {
	Ref     work.IndexRef
	Layout  work.Layout // that was acknowledged
	Missing int         // pieces that cannot be served; 0 if it is the list, or not counted
	Segment int         // the first segment whose piece is missing; −1 if it is the list
	Err     error       // wraps ErrNoList, ErrListDamaged, ErrUnknown or ErrDamaged
}

// Error names deal, index, version and what is wrong.
func (e *LossError) Error() string {
	what := fmt.Sprintf("index %d of deal %d, version %d", e.Ref.Index, e.Ref.Deal, e.Layout.Version)
	if e.Segment < 0 {
		return fmt.Sprintf("%s: %v", what, e.Err)
	}
	return fmt.Sprintf("%s: piece of segment %d: %v", what, e.Segment, e.Err)
}

// Unwrap returns the reason.
func (e *LossError) Unwrap() error { return e.Err }

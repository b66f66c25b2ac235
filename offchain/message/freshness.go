package message

import (
	"fmt"
	"time"

	"github.com/mesh-protocol/mesh/proof"
)

// Freshness says how old or how far ahead a message may be, and how long it may keep us busy.
type Freshness struct {
	// MaxSkew is the largest difference between the height of a message and our own, blocks.
	MaxSkew uint64
	// DefaultDeadline is the deadline of a message that names none.
	DefaultDeadline time.Duration
	// MaxDeadline is the longest deadline; what asks for more gets this.
	MaxDeadline time.Duration
}

// DefaultFreshness is 20 blocks and deadlines of 15 s, at most 60 s.
func DefaultFreshness() Freshness {
	return Freshness{MaxSkew: 20, DefaultDeadline: 15 * time.Second, MaxDeadline: time.Minute}
}

// Deadline is how long after its arrival the message is of use. It is clamped to MaxDeadline, whatever the sender wrote.
func (f Freshness) Deadline(e *Envelope) time.Duration {
	if e.DeadlineMs == 0 {
		return f.DefaultDeadline
	}
	if e.DeadlineMs > uint64(f.MaxDeadline.Milliseconds()) {
		return f.MaxDeadline
	}
	return time.Duration(e.DeadlineMs) * time.Millisecond
}

// CheckHeight compares the height of a message with our own, 0 = we know none yet. It returns ErrStale if they are
// further apart than MaxSkew. A sender who knows no height cannot be compared; since nothing then tells how old his
// message is, only unsigned ones, which live as long as their stream, may do without.
func (f Freshness) CheckHeight(e *Envelope, own uint64) error {
	if e.Height == 0 && !e.Signed() || own == 0 {
		return nil
	}
	if skew := max(e.Height, own) - min(e.Height, own); skew > f.MaxSkew {
		return fmt.Errorf("%w: message of height %d, ours is %d", ErrStale, e.Height, own)
	}
	return nil
}

// Checker decides whether an envelope may be believed now.
type Checker struct {
	Domain    proof.Domain  // what signatures must be for
	Freshness Freshness     // how far heights may differ
	Height    func() uint64 // our own height; 0 = none known yet
}

// Check returns ErrStale for a height too far from ours, and the errors of Envelope.Verify for a signature that does
// not hold. It does not ask for a signature.
func (c Checker) Check(e *Envelope) error {
	if err := c.Freshness.CheckHeight(e, c.Height()); err != nil {
		return err
	}
	if !e.Signed() {
		return nil
	}
	return e.Verify(c.Domain)
}

package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Kinds of what is written into the journal.
const (
	kindPost  = 1 // an intent: a work.Post as JSON
	kindClaim = 2 // a record: what a claim was made of
	kindSeal  = 3 // a record: an attestation of this node
	kindDuty  = 4 // a record: a duty this node did as a watcher
	// kindVoucher is a record: the latest voucher of a channel that pays this node.
	kindVoucher = 5
)

// Outbox keeps what must be brought to the chain until it is there. Its methods may be called by several goroutines at
// once.
type Outbox struct {
	journal *journal.Journal
	wake    chan struct{} // holds one: something new is waiting
}

// New returns the outbox in a journal, which the caller closes.
func New(j *journal.Journal) *Outbox { return &Outbox{journal: j, wake: make(chan struct{}, 1)} }

// Post returns when the post is durable. The first post under a key stands: another one, even if it says something else,
// is not posted. Errors are those of the journal.
func (o *Outbox) Post(ctx context.Context, p work.Post) error {
	payload, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write down what to post: %w", err)
	}
	err = o.journal.Put(ctx, journal.Intent{Key: p.Key, Kind: kindPost, Payload: payload, NotAfter: uint64(max(0, p.NotAfter))})
	if errors.Is(err, journal.ErrAlreadyDone) || errors.Is(err, journal.ErrConflict) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("write down %s: %w", p.Key, err)
	}
	select {
	case o.wake <- struct{}{}:
	default:
	}
	return nil
}

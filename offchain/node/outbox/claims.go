package outbox

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// KeptClaims is for how many epochs it is known what a claim was made of, or can be made of: as many as the chain takes claims of, where
// seeds are late. Mostly proofs come in the next one.
const KeptClaims = 16

// Claims remembers what the latest claims were made of, which their proofs have to show again. Write is called by one
// goroutine at a time, the other methods by any.
type Claims struct {
	journal *journal.Journal
	open    part // that is being read from the journal

	mu      sync.Mutex
	made    map[work.Claim]work.Made // of an epoch there may be several, of which the chain takes one
	writing work.Claim               // its records are on their way into the journal; zero for none
}

// read takes in a record of the journal. A claim that was not written to its end is not known.
func (c *Claims) read(r journal.Record) error {
	if r.Kind != kindClaim {
		return nil
	}
	p, err := decodePart(r.Payload)
	if err != nil {
		return err
	}
	switch {
	case p.first():
		c.open = p
	case p.claim == c.open.claim && c.open.first():
		c.open = c.open.join(p)
	default:
		return nil // the records before it were forgotten
	}
	if p.last() {
		c.keep(c.open.claim, c.open.made)
		c.open = part{}
	}
	return nil
}

// Write returns when it is durable what a claim is made of. After an error the claim is not known.
func (c *Claims) Write(ctx context.Context, of work.Claim, made work.Made) error {
	c.mark(of)
	defer c.mark(work.Claim{})
	for _, p := range partsOf(of, made) {
		payload, err := p.encode()
		if err != nil {
			return fmt.Errorf("write down the claim of epoch %d: %w", of.Epoch, err)
		}
		if _, err := c.journal.Append(ctx, kindClaim, payload); err != nil {
			return fmt.Errorf("write down the claim of epoch %d: %w", of.Epoch, err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(of, made)
	return nil
}

// mark says which claim's records Needed must not let go of although the claim is not known yet.
func (c *Claims) mark(claim work.Claim) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = claim
}

// Read returns what a claim is made of, if that is known. It is not to be changed.
func (c *Claims) Read(of work.Claim) (work.Made, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	made, ok := c.made[of]
	return made, ok
}

// keep remembers a claim and forgets those of epochs long before it.
func (c *Claims) keep(claim work.Claim, made work.Made) {
	c.made[claim] = made
	maps.DeleteFunc(c.made, func(k work.Claim, _ work.Made) bool {
		return k.Epoch < claim.Epoch && claim.Epoch-k.Epoch >= KeptClaims
	})
}

// Needed tells the journal's compaction whether a record is still of use. What this type did not write stays.
func (c *Claims) Needed(r journal.Record) bool {
	if r.Kind != kindClaim {
		return true
	}
	p, err := decodePart(r.Payload)
	if err != nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.made[p.claim]
	return ok || p.claim == c.writing
}

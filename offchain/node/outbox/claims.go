package outbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

const (
	// KeptClaims is for how many epochs it is known what a claim was made of; proofs come in the next one.
	KeptClaims = 8
	// leavesPerRecord keeps a record far below the journal's limit: a leaf takes at most 120 bytes.
	leavesPerRecord = 2_000
)

// errClaimRecord: a record of a claim that this version did not write.
var errClaimRecord = errors.New("malformed record of a claim")

// Claims remembers what the latest claims were made of, which their proofs have to show again. Write is called by one
// goroutine at a time, the other methods by any.
type Claims struct {
	journal *journal.Journal

	mu      sync.Mutex
	leaves  map[claimKey][]proof.Leaf
	writing claimKey // its records are on their way into the journal; zero for none
}

// claimKey names a claim: of one epoch there may be several, of which the chain takes one.
type claimKey struct {
	epoch uint64
	root  [32]byte
}

// OpenClaims reads what the journal has. A claim that was not written to its end is not known. Errors are those of the
// journal, and a record that this version did not write.
func OpenClaims(j *journal.Journal) (*Claims, error) {
	c := &Claims{journal: j, leaves: map[claimKey][]proof.Leaf{}}
	var open part // the claim that is being read
	err := j.Read(1, func(r journal.Record) error {
		if r.Kind != kindClaim {
			return nil
		}
		p, err := decodeClaim(r.Payload)
		if err != nil {
			return fmt.Errorf("read record %d of the journal: %w", r.Seq, err)
		}
		switch {
		case p.first():
			open = p
		case p.key == open.key && open.first():
			open.leaves = append(open.leaves, p.leaves...)
		default:
			return nil // the records before it were forgotten
		}
		if p.last() {
			c.keep(open.key, open.leaves)
			open = part{}
		}
		return nil
	})
	return c, err
}

// Write returns when it is durable what a claim is made of. After an error the claim is not known.
func (c *Claims) Write(ctx context.Context, of work.Claim, leaves []proof.Leaf) error {
	key := claimKey{epoch: of.Epoch, root: of.Root}
	c.mark(key)
	defer c.mark(claimKey{})
	for at := 0; at == 0 || at < len(leaves); at += leavesPerRecord {
		p := part{key: key, leaves: leaves[at:min(len(leaves), at+leavesPerRecord)]}
		if at == 0 {
			p.place |= firstPart
		}
		if at+leavesPerRecord >= len(leaves) {
			p.place |= lastPart
		}
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
	c.keep(key, leaves)
	return nil
}

// mark says which claim's records Needed must not let go of although the claim is not known yet.
func (c *Claims) mark(key claimKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = key
}

// Read returns what a claim is made of, if that is known. The leaves are not to be changed.
func (c *Claims) Read(epoch uint64, root [32]byte) ([]proof.Leaf, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	leaves, ok := c.leaves[claimKey{epoch: epoch, root: root}]
	return leaves, ok
}

// keep remembers a claim and forgets those of epochs long before it.
func (c *Claims) keep(key claimKey, leaves []proof.Leaf) {
	c.leaves[key] = leaves
	maps.DeleteFunc(c.leaves, func(k claimKey, _ []proof.Leaf) bool {
		return k.epoch < key.epoch && key.epoch-k.epoch >= KeptClaims
	})
}

// Needed tells the journal's compaction whether a record is still of use. What this package did not write stays.
func (c *Claims) Needed(r journal.Record) bool {
	if r.Kind != kindClaim {
		return true
	}
	p, err := decodeClaim(r.Payload)
	if err != nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.leaves[p.key]
	return ok || p.key == c.writing
}

// Where the leaves of a record stand among those of its claim.
const (
	firstPart = 1 << iota
	lastPart
)

// part is one record of a claim: some of its leaves.
type part struct {
	key    claimKey
	place  byte // firstPart, lastPart, both or neither
	leaves []proof.Leaf
}

func (p part) first() bool { return p.place&firstPart != 0 }

func (p part) last() bool { return p.place&lastPart != 0 }

// encode writes epoch, root, place, and the leaves, each behind its length; all numbers are varints.
func (p part) encode() ([]byte, error) {
	bz := append(binary.AppendUvarint(nil, p.key.epoch), p.key.root[:]...)
	bz = append(bz, p.place)
	for _, l := range p.leaves {
		leaf, err := l.AppendTo(nil)
		if err != nil {
			return nil, fmt.Errorf("encode deal %d: %w", l.Item, err)
		}
		bz = append(binary.AppendUvarint(bz, uint64(len(leaf))), leaf...)
	}
	return bz, nil
}

// decodeClaim reads what encode writes. The result does not alias bz.
func decodeClaim(bz []byte) (part, error) {
	epoch, n := binary.Uvarint(bz)
	if n <= 0 || len(bz) < n+33 || bz[n+32] > firstPart|lastPart {
		return part{}, errClaimRecord
	}
	p := part{key: claimKey{epoch: epoch, root: [32]byte(bz[n : n+32])}, place: bz[n+32]}
	for rest := bz[n+33:]; len(rest) > 0; {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return part{}, errClaimRecord
		}
		leaf, err := proof.DecodeLeaf(bytes.Clone(rest[n : n+int(size)])) // the journal's memory ends with the call
		if err != nil {
			return part{}, fmt.Errorf("%w: %w", errClaimRecord, err)
		}
		p.leaves, rest = append(p.leaves, leaf), rest[n+int(size):]
	}
	return p, nil
}

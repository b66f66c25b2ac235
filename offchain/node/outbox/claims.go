package outbox

import (
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

// Claims remembers what the latest claims were made of, which their proofs have to show again.
type Claims struct {
	journal *journal.Journal

	mu     sync.Mutex
	leaves map[claimKey][]proof.Leaf
}

// claimKey names a claim: of one epoch there may be several, of which the chain takes one.
type claimKey struct {
	epoch uint64
	root  [32]byte
}

// OpenClaims reads what the journal has. Errors are those of the journal, and a record that this version did not write.
func OpenClaims(j *journal.Journal) (*Claims, error) {
	c := &Claims{journal: j, leaves: map[claimKey][]proof.Leaf{}}
	err := j.Read(1, func(r journal.Record) error {
		if r.Kind != kindClaim {
			return nil
		}
		key, first, leaves, err := decodeClaim(r.Payload)
		if err != nil {
			return fmt.Errorf("read record %d of the journal: %w", r.Seq, err)
		}
		if first {
			c.leaves[key] = nil
		}
		c.keep(key, append(c.leaves[key], leaves...))
		return nil
	})
	return c, err
}

// Write returns when it is durable what a claim is made of.
func (c *Claims) Write(ctx context.Context, of work.Claim, leaves []proof.Leaf) error {
	key := claimKey{epoch: of.Epoch, root: of.Root}
	for at := 0; at == 0 || at < len(leaves); at += leavesPerRecord {
		payload, err := encodeClaim(key, at == 0, leaves[at:min(len(leaves), at+leavesPerRecord)])
		if err != nil {
			return err
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

// Read returns what a claim is made of, if that is known.
func (c *Claims) Read(epoch uint64, root [32]byte) ([]proof.Leaf, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	leaves, ok := c.leaves[claimKey{epoch: epoch, root: root}]
	return leaves, ok
}

func (c *Claims) keep(key claimKey, leaves []proof.Leaf) {
	c.leaves[key] = leaves
	maps.DeleteFunc(c.leaves, func(k claimKey, _ []proof.Leaf) bool { return k.epoch+KeptClaims <= key.epoch })
}

// Needed tells the journal's compaction whether a record is still of use.
func (c *Claims) Needed(r journal.Record) bool {
	if r.Kind != kindClaim {
		return true
	}
	key, _, _, err := decodeClaim(r.Payload)
	if err != nil {
		return true
	}
	_, ok := c.Read(key.epoch, key.root)
	return ok
}

// encodeClaim writes epoch and root, whether these are the first leaves of the claim, and the leaves, each behind its
// length; all numbers are varints.
func encodeClaim(key claimKey, first bool, leaves []proof.Leaf) ([]byte, error) {
	bz := append(binary.AppendUvarint(nil, key.epoch), key.root[:]...)
	if first {
		bz = append(bz, 1)
	} else {
		bz = append(bz, 0)
	}
	for _, l := range leaves {
		leaf, err := l.AppendTo(nil)
		if err != nil {
			return nil, fmt.Errorf("write down deal %d: %w", l.Deal, err)
		}
		bz = append(binary.AppendUvarint(bz, uint64(len(leaf))), leaf...)
	}
	return bz, nil
}

func decodeClaim(bz []byte) (key claimKey, first bool, leaves []proof.Leaf, err error) {
	epoch, n := binary.Uvarint(bz)
	if n <= 0 || len(bz) < n+33 || bz[n+32] > 1 {
		return claimKey{}, false, nil, errClaimRecord
	}
	key = claimKey{epoch: epoch, root: [32]byte(bz[n : n+32])}
	first, bz = bz[n+32] == 1, bz[n+33:]
	for len(bz) > 0 {
		size, n := binary.Uvarint(bz)
		if n <= 0 || size > uint64(len(bz)-n) {
			return claimKey{}, false, nil, errClaimRecord
		}
		leaf, err := proof.DecodeLeaf(append([]byte(nil), bz[n:n+int(size)]...)) // the journal's memory ends with the call
		if err != nil {
			return claimKey{}, false, nil, fmt.Errorf("%w: %w", errClaimRecord, err)
		}
		leaves, bz = append(leaves, leaf), bz[n+int(size):]
	}
	return key, first, leaves, nil
}

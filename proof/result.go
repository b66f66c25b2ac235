package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// SaltSize is the length of the random bytes that hide a result until it is revealed.
const SaltSize = 32

// Result is what a node found a posted task to come to. Nodes that did the same work have the same digest.
type Result struct {
	Task   uint64   // id of the task on chain
	Node   uint64   // number of the node in its network
	Digest [32]byte // of the output; its meaning belongs to the task's template
	// Unavailable says that the input could not be had; the digest is then zero.
	Unavailable bool
}

// Commitment returns the 32 bytes by which a node commits to a result before anybody reveals one. They are bound to chain, network, task
// and node, so that a commitment cannot be copied: nobody else can reveal it as its own. Errors are those of Preimage.
func (r Result) Commitment(d Domain, salt [SaltSize]byte) ([32]byte, error) {
	body := make([]byte, 0, 2*8+1+len(r.Digest)+len(salt))
	body = binary.BigEndian.AppendUint64(body, r.Task)
	body = binary.BigEndian.AppendUint64(body, r.Node)
	unavailable := byte(0)
	if r.Unavailable {
		unavailable = 1
	}
	body = append(body, unavailable)
	body = append(body, r.Digest[:]...)
	body = append(body, salt[:]...)
	b, err := Preimage("result", d, body)
	if err != nil {
		return [32]byte{}, fmt.Errorf("commit to a result: %w", err)
	}
	return sha256.Sum256(b), nil
}

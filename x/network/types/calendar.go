package types

import (
	"crypto/sha256"
	"encoding/binary"
)

const (
	// MaxRollsPerBlock bounds how many networks open an epoch in one block; the rest follow in the next.
	MaxRollsPerBlock = 50
	// MaxUnbondingsPerBlock bounds how many unbondings complete in one block.
	MaxUnbondingsPerBlock = 100
	// KeptEpochs is the number of latest epochs whose record is kept.
	KeptEpochs = 16
	// KeptOpenings is the number of latest openings the active set is known as of: as long as there are claims that need it.
	KeptOpenings = KeptEpochs
)

// Awake tells whether the network has a reason to open another epoch.
func (c Calendar) Awake() bool { return c.Nodes > 0 || c.Duties > 0 }

// DueAt returns the height at which the next opening is tried, or 0 while the network is dormant.
func (c Calendar) DueAt() int64 {
	if c.RetryAt != 0 {
		return c.RetryAt
	}
	return c.RollsAt
}

// NextOpening returns the first height after now at which an epoch of the network may begin.
// Networks are staggered: the grid of each is shifted by a hash of its id.
func NextOpening(networkID string, epochBlocks uint64, now int64) int64 {
	sum := sha256.Sum256([]byte("mesh/network/stagger\x00" + networkID))
	length := int64(epochBlocks)
	shift := int64(binary.BigEndian.Uint64(sum[:]) % epochBlocks)
	into := (now - shift) % length
	if into < 0 {
		into += length
	}
	return now + length - into
}

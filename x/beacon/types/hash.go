package types

import (
	"crypto/sha256"
	"encoding/binary"
)

const (
	// HashBytes is the length of every value of the beacon.
	HashBytes = sha256.Size

	// Domains keep the uses of the hash apart. With them the input of a step still fits one block.
	stepDomain    = "mesh/beacon/step\x00"
	roundDomain   = "mesh/beacon/round\x00"
	genesisDomain = "mesh/beacon/genesis\x00"
)

// Step hashes one value of a chain: the head of a chain is the Step of its next preimage.
func Step(x []byte) [HashBytes]byte {
	return sha256.Sum256(append([]byte(stepDomain), x...))
}

// NextValue returns R after the preimage was revealed at the height.
func NextValue(r []byte, height int64, preimage []byte) []byte {
	pre := append([]byte(roundDomain), r...)
	pre = binary.BigEndian.AppendUint64(pre, uint64(height))
	sum := sha256.Sum256(append(pre, preimage...))
	return sum[:]
}

// FirstValue returns R before the first reveal of a chain.
func FirstValue(chainID string) []byte {
	sum := sha256.Sum256(append([]byte(genesisDomain), chainID...))
	return sum[:]
}

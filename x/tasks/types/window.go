package types

import (
	"crypto/sha256"
	"encoding/binary"
)

// ProofShift returns by how many blocks a node's proof window lies behind the seed, so that the
// proofs of many nodes fill the epoch. room is what an epoch has left beside its windows.
func ProofShift(network, node, room uint64) int64 {
	pre := binary.BigEndian.AppendUint64([]byte("mesh/tasks/shift\x00"), network)
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(pre, node))
	return int64(binary.BigEndian.Uint64(sum[:]) % (room + 1))
}

// ProofSeed returns the seed of one node's proof: no two nodes and epochs share positions.
func ProofSeed(seed []byte, network, epoch, node uint64) [32]byte {
	pre := append([]byte("mesh/tasks/proof\x00"), seed...)
	for _, v := range []uint64{network, epoch, node} {
		pre = binary.BigEndian.AppendUint64(pre, v)
	}
	return sha256.Sum256(pre)
}

// Openings returns k, the number of positions a proof opens: as the network says, or by the
// number of its nodes.
func Openings(fixed uint32, nodes uint64) int {
	switch {
	case fixed != 0:
		return int(fixed)
	case nodes < 100:
		return 16
	case nodes > 100_000:
		return 4
	}
	return 8
}

package types

import (
	"crypto/sha256"
	"encoding/binary"
)

// SlotSeed returns the seed that the watchers of a node in a slot are drawn with: no two slots share seats.
func SlotSeed(seed []byte, network, epoch, node uint64, slot uint32) [32]byte {
	pre := append([]byte("mesh/tasks/watch\x00"), seed...)
	for _, v := range []uint64{network, epoch, node, uint64(slot)} {
		pre = binary.BigEndian.AppendUint64(pre, v)
	}
	return sha256.Sum256(pre)
}

// SlotHeights returns the first height of a slot of an epoch and the first after it. Slots are of equal length; the last takes what
// is left over.
func SlotHeights(open, closed int64, slots, slot uint32) (from, until int64) {
	length := (closed - open) / int64(slots)
	from, until = open+length*int64(slot), open+length*int64(slot+1)
	if slot+1 == slots {
		until = closed
	}
	return from, until
}

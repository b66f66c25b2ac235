package types

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

const (
	// idPrefix starts every network id.
	idPrefix = "net_"
	// idBytes is the number of hash bytes a network id shows.
	idBytes = 4
	// MaxIDTries bounds the search for a free id. With 2^31 networks taken, 64 tries all miss
	// with probability 2^-64.
	MaxIDTries = 64
)

// NetworkID derives the id of a network: net_ and 8 hex digits of SHA-256 over the chain id,
// the founder's address bytes, the name, the logic hash, the sequence number and the try, each
// string behind its length. try is 0, and counts up while the id is taken.
func NetworkID(chainID string, founder []byte, name string, logicHash []byte, seq, try uint64) string {
	var pre []byte
	for _, part := range [][]byte{[]byte(chainID), founder, []byte(name), logicHash} {
		pre = binary.AppendUvarint(pre, uint64(len(part)))
		pre = append(pre, part...)
	}
	pre = binary.BigEndian.AppendUint64(pre, seq)
	pre = binary.BigEndian.AppendUint64(pre, try)
	sum := sha256.Sum256(pre)
	return idPrefix + hex.EncodeToString(sum[:idBytes])
}

// CheckNetworkID returns ErrInvalidRequest unless id is net_ and 8 lower-case hex digits.
func CheckNetworkID(id string) error {
	if len(id) != len(idPrefix)+2*idBytes || id[:len(idPrefix)] != idPrefix {
		return ErrInvalidRequest.Wrapf("network id %q is not net_ and 8 hex digits", id)
	}
	for _, c := range id[len(idPrefix):] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ErrInvalidRequest.Wrapf("network id %q is not net_ and 8 hex digits", id)
		}
	}
	return nil
}

package record

import (
	"encoding/binary"

	"github.com/mesh-protocol/mesh/proof"
)

// cursor reads an input from the front. The first failure sticks and every later read returns zero values, so that
// readers check err once, before they use what they read.
type cursor struct {
	rest []byte
	err  error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.rest = nil
}

// byte reads one byte.
func (c *cursor) byte() byte {
	if len(c.rest) == 0 {
		c.fail(proof.ErrTruncated)
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

// hash reads 32 bytes.
func (c *cursor) hash() (h [32]byte) {
	if len(c.rest) < len(h) {
		c.fail(proof.ErrTruncated)
		return h
	}
	c.rest = c.rest[copy(h[:], c.rest):]
	return h
}

// uvarint reads a minimal varint of at most 64 bits.
func (c *cursor) uvarint() uint64 {
	v, n := binary.Uvarint(c.rest)
	switch {
	case n == 0:
		c.fail(proof.ErrTruncated)
		return 0
	case n < 0:
		c.fail(proof.ErrRange)
		return 0
	case n != uvarintLen(v):
		c.fail(proof.ErrNotCanonical)
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

// uvarintLen returns the length of a minimal varint in bytes.
func uvarintLen(v uint64) int {
	n := 1
	for ; v >= 0x80; v >>= 7 {
		n++
	}
	return n
}

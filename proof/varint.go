package proof

import "encoding/binary"

// Longest varints: 64 and 128 bits at seven a byte.
const (
	maxVarint64  = 10
	maxVarint128 = 19
)

// appendUvarint128 appends u in seven-bit groups, lowest first; values below 2^64 have the bytes of encoding/binary.
func appendUvarint128(dst []byte, u U128) []byte {
	for u.Hi != 0 {
		dst = append(dst, byte(u.Lo)|0x80)
		u.Lo = u.Lo>>7 | u.Hi<<57
		u.Hi >>= 7
	}
	return binary.AppendUvarint(dst, u.Lo)
}

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
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

// take returns the next n bytes without copying them, or nil.
func (c *cursor) take(n int) []byte {
	if n < 0 || len(c.rest) < n {
		c.fail(ErrTruncated)
		return nil
	}
	b := c.rest[:n:n]
	c.rest = c.rest[n:]
	return b
}

// hash reads 32 bytes.
func (c *cursor) hash() (h [32]byte) {
	copy(h[:], c.take(len(h)))
	return h
}

// uvarint reads a minimal varint of at most 64 bits.
func (c *cursor) uvarint() uint64 {
	u := c.varint(maxVarint64)
	if u.Hi != 0 {
		c.fail(ErrRange)
		return 0
	}
	return u.Lo
}

// uvarint128 reads a minimal varint of at most 128 bits.
func (c *cursor) uvarint128() U128 { return c.varint(maxVarint128) }

func (c *cursor) varint(maxLen int) U128 {
	var u U128
	for i := range maxLen {
		if i >= len(c.rest) {
			c.fail(ErrTruncated)
			return U128{}
		}
		b := c.rest[i]
		if i == maxVarint128-1 && b > 3 { // 18 groups hold 126 bits, so two are left
			break
		}
		shift := uint(7 * i)
		group := uint64(b & 0x7f)
		if shift < 64 {
			u.Lo |= group << shift
			u.Hi |= group >> (64 - shift) // Go shifts by 64 or more yield 0
		} else {
			u.Hi |= group << (shift - 64)
		}
		if b < 0x80 {
			if b == 0 && i > 0 {
				c.fail(ErrNotCanonical)
				return U128{}
			}
			c.rest = c.rest[i+1:]
			return u
		}
	}
	c.fail(ErrRange)
	return U128{}
}

// prefixed reads a varint length of at most limit and that many bytes, without copying them.
func (c *cursor) prefixed(limit int) []byte {
	n := c.uvarint()
	if n > uint64(limit) {
		c.fail(ErrTooLarge)
		return nil
	}
	return c.take(int(n))
}

// end returns the first failure, or ErrTrailing if input is left.
func (c *cursor) end() error {
	if c.err == nil && len(c.rest) != 0 {
		c.fail(ErrTrailing)
	}
	return c.err
}

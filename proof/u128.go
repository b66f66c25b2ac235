package proof

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/bits"
)

// U128Size is the length of an encoded U128 in bytes.
const U128Size = 16

// U128 is an unsigned 128-bit integer, Hi·2^64 + Lo. It is comparable with ==. Amounts of tokens on chain stay at or
// below 2^127, so that two of them can be added without overflow.
type U128 struct {
	Hi, Lo uint64
}

// U64 returns v as a U128.
func U64(v uint64) U128 { return U128{Lo: v} }

// FromBig returns b as a U128, or ErrRange if b is nil, negative, or at or above 2^128.
func FromBig(b *big.Int) (U128, error) {
	if b == nil || b.Sign() < 0 || b.BitLen() > 128 {
		return U128{}, fmt.Errorf("convert big integer: %w", ErrRange)
	}
	var buf [U128Size]byte
	b.FillBytes(buf[:])
	return U128FromBytes(buf), nil
}

// U128FromBytes reads 16 bytes, big-endian. Every value is valid.
func U128FromBytes(b [U128Size]byte) U128 {
	return U128{Hi: binary.BigEndian.Uint64(b[:8]), Lo: binary.BigEndian.Uint64(b[8:])}
}

// Bytes returns u as 16 bytes, big-endian.
func (u U128) Bytes() [U128Size]byte {
	var b [U128Size]byte
	binary.BigEndian.PutUint64(b[:8], u.Hi)
	binary.BigEndian.PutUint64(b[8:], u.Lo)
	return b
}

// Big returns u as a new big.Int.
func (u U128) Big() *big.Int {
	b := u.Bytes()
	return new(big.Int).SetBytes(b[:])
}

// Uint64 returns u as a uint64, or ErrRange if it does not fit.
func (u U128) Uint64() (uint64, error) {
	if u.Hi != 0 {
		return 0, fmt.Errorf("narrow to 64 bits: %w", ErrRange)
	}
	return u.Lo, nil
}

// IsZero reports whether u is 0.
func (u U128) IsZero() bool { return u == U128{} }

// Cmp returns −1, 0 or 1 as u is below, equal to or above v.
func (u U128) Cmp(v U128) int {
	if c := cmp.Compare(u.Hi, v.Hi); c != 0 {
		return c
	}
	return cmp.Compare(u.Lo, v.Lo)
}

// Add returns u + v, or ErrOverflow if the sum needs more than 128 bits.
func (u U128) Add(v U128) (U128, error) {
	lo, carry := bits.Add64(u.Lo, v.Lo, 0)
	hi, carry := bits.Add64(u.Hi, v.Hi, carry)
	if carry != 0 {
		return U128{}, ErrOverflow
	}
	return U128{Hi: hi, Lo: lo}, nil
}

// Sub returns u − v, or ErrRange if v is above u.
func (u U128) Sub(v U128) (U128, error) {
	lo, borrow := bits.Sub64(u.Lo, v.Lo, 0)
	hi, borrow := bits.Sub64(u.Hi, v.Hi, borrow)
	if borrow != 0 {
		return U128{}, fmt.Errorf("subtract: %w", ErrRange)
	}
	return U128{Hi: hi, Lo: lo}, nil
}

// String returns u in decimal.
func (u U128) String() string { return u.Big().String() }

// Scale returns ⌊r·n / 2^128⌋. With r uniform over 128 bits the result is uniform over [0, n) up to a bias of at most
// n/2^128 a value, without a division and without rejection. It is 0 if n is 0. The method is multiply-shift range
// reduction (Lemire, "Fast Random Integer Generation in an Interval", 2019) without its rejection step.
func Scale(r, n U128) U128 {
	// r·n = hh·2^128 + (hl + lh)·2^64 + ll; only what reaches bit 128 and above is kept.
	llHi, _ := bits.Mul64(r.Lo, n.Lo)
	hlHi, hlLo := bits.Mul64(r.Hi, n.Lo)
	lhHi, lhLo := bits.Mul64(r.Lo, n.Hi)
	hhHi, hhLo := bits.Mul64(r.Hi, n.Hi)

	mid, c1 := bits.Add64(llHi, hlLo, 0)
	_, c2 := bits.Add64(mid, lhLo, 0)

	lo, c := bits.Add64(hhLo, hlHi, c1)
	hi := hhHi + c
	lo, c = bits.Add64(lo, lhHi, c2)
	return U128{Hi: hi + c, Lo: lo}
}

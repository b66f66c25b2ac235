package types

import (
	"math/big"

	"cosmossdk.io/math"
)

// maxAmountBits bounds every amount a user can name to 2^127, so that sums of amounts fit the
// 128 bits of a claim's tree and products of amounts and rates fit the 256 bits of math.Int.
const maxAmountBits = 127

// MaxAmount returns 2^127, the largest amount of any token, in base units.
func MaxAmount() math.Int {
	return math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), maxAmountBits))
}

// CheckAmount returns ErrInvalidAmount unless 0 ≤ a ≤ 2^127; what names the amount in the error.
func CheckAmount(what string, a math.Int) error {
	switch {
	case a.IsNil():
		return ErrInvalidAmount.Wrapf("%s is missing", what)
	case a.IsNegative():
		return ErrInvalidAmount.Wrapf("%s is %s, it cannot be negative", what, a)
	case a.GT(MaxAmount()):
		return ErrInvalidAmount.Wrapf("%s is %s, the largest amount is 2^127", what, a)
	}
	return nil
}

// orDefault returns a, or d where a was left out.
func orDefault(a, d math.Int) math.Int {
	if HasAmount(a) {
		return a
	}
	return d
}

// HasAmount tells whether an amount that may be left out is given and not 0.
func HasAmount(a math.Int) bool { return !a.IsNil() && !a.IsZero() }

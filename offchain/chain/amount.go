package chain

import (
	"fmt"
	"math/big"
	"strings"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// Amount is a whole number of base units; it never changes and prints as a decimal string, in JSON too.
type Amount = math.Int

// Coin is an Amount of one denomination.
type Coin = sdk.Coin

const (
	// FeeDenom is the base denomination of MESH, which pays fees.
	FeeDenom = networktypes.FeeDenom
	// FeeSymbol is what people call 10^6 of FeeDenom.
	FeeSymbol = "MESH"
	// Decimals of every token of ours: a token is 10^6 base units.
	Decimals = networktypes.Decimals
	// maxAmountText bounds what is parsed as a number: 2^127 has 39 digits.
	maxAmountText = 64
)

// ParseUnits reads a whole number of base units of at most 2^127. The error wraps ErrInvalid.
func ParseUnits(s string) (Amount, error) { return parseDecimal(s, 0) }

// ParseTokens reads a number of whole tokens with up to 6 decimals, such as 1.5, into base units, at most
// 2^127 of them. The error wraps ErrInvalid.
func ParseTokens(s string) (Amount, error) { return parseDecimal(s, Decimals) }

// parseDecimal reads digits, with at most the given number behind a point, as a whole number of the
// smallest units.
func parseDecimal(s string, decimals int) (Amount, error) {
	if len(s) > maxAmountText {
		return Amount{}, fmt.Errorf("%w: an amount of %d characters is longer than any amount there is", ErrInvalid, len(s))
	}
	whole, fraction, point := strings.Cut(s, ".")
	if !isDigits(whole) || point && !isDigits(fraction) {
		return Amount{}, fmt.Errorf("%w: %q is not a number such as 12 or 1.5", ErrInvalid, s)
	}
	if len(fraction) > decimals {
		if decimals == 0 {
			return Amount{}, fmt.Errorf("%w: %q base units: there is nothing smaller than one", ErrInvalid, s)
		}
		return Amount{}, fmt.Errorf("%w: %q has %d decimals, a token has %d", ErrInvalid, s, len(fraction), decimals)
	}
	i, ok := new(big.Int).SetString(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10)
	if !ok || i.Cmp(networktypes.MaxAmount().BigInt()) > 0 {
		return Amount{}, fmt.Errorf("%w: %s is over the largest amount, 2^127 base units", ErrInvalid, s)
	}
	return math.NewIntFromBigInt(i), nil
}

func isDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// FormatTokens writes base units as whole tokens with thousands separated and no trailing zeros, such as
// 1,234.5. It is for people; ParseTokens does not read the separators.
func FormatTokens(a Amount) string {
	if a.IsNil() {
		return "0"
	}
	digits, sign := a.Abs().String(), ""
	if a.IsNegative() {
		sign = "-"
	}
	if pad := Decimals + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	whole, fraction := digits[:len(digits)-Decimals], strings.TrimRight(digits[len(digits)-Decimals:], "0")
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(c)
	}
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	return b.String()
}

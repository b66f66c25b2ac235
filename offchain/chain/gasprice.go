package chain

import (
	"fmt"
	"strings"
	"unicode"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// gasMargin over gasMarginOf is what a transaction may use beyond its simulation: state may have
	// changed until it runs.
	gasMargin, gasMarginOf = 13, 10
	// priceDecimals is the finest gas price.
	priceDecimals = 18
)

// gasPrice is units of denom for 10^18 of gas.
type gasPrice struct {
	units Amount
	denom string
}

// parseGasPrice reads a decimal and a denomination, such as 0.005umesh.
func parseGasPrice(s string) (gasPrice, error) {
	split := strings.IndexFunc(s, unicode.IsLetter)
	if split < 0 {
		split = len(s)
	}
	number, denom := s[:split], s[split:]
	if err := sdk.ValidateDenom(denom); err != nil {
		return gasPrice{}, fmt.Errorf("%w: gas price %q is not a number and a denomination, such as %s", ErrInvalid, s, DefaultGasPrice)
	}
	units, err := parseDecimal(number, priceDecimals)
	if err != nil {
		return gasPrice{}, fmt.Errorf("read gas price %q: %w", s, err)
	}
	return gasPrice{units: units, denom: denom}, nil
}

// times returns a percentage of the price, at least all of it.
func (p gasPrice) times(percent int) gasPrice {
	p.units = p.units.MulRaw(int64(max(percent, 100))).QuoRaw(100)
	return p
}

// fee returns what the limit costs, rounded up.
func (p gasPrice) fee(limit uint64) Coin {
	whole := math.NewIntWithDecimal(1, priceDecimals)
	total := p.units.Mul(math.NewIntFromUint64(limit))
	return Coin{Denom: p.denom, Amount: total.Add(whole).SubRaw(1).Quo(whole)}
}

// gasLimit returns the limit for a transaction whose simulation used that much.
func gasLimit(used uint64) uint64 {
	return used/gasMarginOf*gasMargin + used%gasMarginOf*gasMargin/gasMarginOf + 1
}

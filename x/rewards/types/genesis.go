package types

import "cosmossdk.io/math"

// DefaultGenesis returns a state in which nothing was earned.
func DefaultGenesis() *GenesisState { return &GenesisState{} }

// Validate returns an error unless the state could have come about on a chain.
func (g GenesisState) Validate() error {
	var amounts []math.Int
	for _, f := range g.Fees {
		amounts = append(amounts, f.Amount)
	}
	for _, p := range g.Pays {
		amounts = append(amounts, p.Pay.Earned, p.Pay.Burnt, p.Pay.Matched)
	}
	for _, b := range g.Burnt {
		amounts = append(amounts, b.Amount)
	}
	for _, c := range g.Closed {
		amounts = append(amounts, c.Closed.Bucket, c.Closed.Burnt, c.Closed.Open)
	}
	for _, a := range amounts {
		if a.IsNil() || a.IsNegative() {
			return ErrInvalidGenesis.Wrap("an amount is missing or negative")
		}
	}
	return nil
}

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
	for _, s := range g.Sharings {
		if err := s.Sharing.Validate(); err != nil {
			return err
		}
	}
	for _, a := range amounts {
		if a.IsNil() || a.IsNegative() {
			return ErrInvalidGenesis.Wrap("an amount is missing or negative")
		}
	}
	return g.validateSums()
}

// validateSums holds what is left of each epoch against what its nodes have not withdrawn: a record
// that says less would be taken off below zero, one that says more would stay forever.
func (g GenesisState) validateSums() error {
	left := map[[2]uint64]math.Int{}
	for _, p := range g.Pays {
		at := [2]uint64{p.Network, p.Epoch}
		if _, ok := left[at]; !ok {
			left[at] = math.ZeroInt()
		}
		if !p.Pay.Withdrawn {
			left[at] = left[at].Add(p.Pay.Burnt)
		}
	}
	check := func(network, epoch uint64, open math.Int) error {
		if sum, ok := left[[2]uint64{network, epoch}]; !ok || !sum.Equal(open) {
			return ErrInvalidGenesis.Wrapf("epoch %d of network %d has %s open, its nodes' pays say %s", epoch, network, open, sum)
		}
		return nil
	}
	for _, b := range g.Burnt {
		if err := check(b.Network, b.Epoch, b.Amount); err != nil {
			return err
		}
	}
	for _, c := range g.Closed {
		if err := check(c.Network, c.Epoch, c.Closed.Open); err != nil {
			return err
		}
	}
	return nil
}

package types

import (
	"errors"

	"cosmossdk.io/math"
)

// DefaultGenesis returns a state in which nothing was earned.
func DefaultGenesis() *GenesisState { return &GenesisState{} }

// Validate returns an error unless the state could have come about on a chain.
func (g GenesisState) Validate() error {
	if err := g.checkKeys(); err != nil {
		return err
	}
	var amounts []math.Int
	for _, f := range g.Fees {
		amounts = append(amounts, f.Amount)
	}
	for _, p := range g.Presence {
		amounts = append(amounts, p.Amount)
	}
	for _, p := range g.Pays {
		if err := p.Pay.validate(); err != nil {
			return err
		}
	}
	for _, d := range g.Duties {
		amounts = append(amounts, d.Amount)
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
		if !isAmount(a) {
			return errNoAmount
		}
	}
	for _, c := range g.Closed {
		if c.Closed.MatchCapBps > bps {
			return ErrInvalidGenesis.Wrapf("epoch %d of network %d matches %d of 10,000 burnt", c.Epoch, c.Network, c.Closed.MatchCapBps)
		}
		if c.Closed.Open.GT(c.Closed.Burnt) {
			return ErrInvalidGenesis.Wrapf("epoch %d of network %d has %s open of %s that was burnt", c.Epoch, c.Network, c.Closed.Open, c.Closed.Burnt)
		}
	}
	return g.validateSums()
}

var errNoAmount = ErrInvalidGenesis.Wrap("an amount is missing, negative or more than there can be")

// amountBits bounds amounts: no token has more than 2^127 units.
const amountBits = 128

// isAmount tells whether an amount can be one of a token. Sums of as many as there are stay far from overflow.
func isAmount(a math.Int) bool {
	return !a.IsNil() && !a.IsNegative() && a.BigInt().BitLen() <= amountBits
}

// checkKeys returns an error where two records have one key, of which only one would be kept.
func (g GenesisState) checkKeys() error {
	seen := map[[4]uint64]bool{}
	add := func(list uint64, network, node, epoch uint64) error {
		key := [4]uint64{list, network, node, epoch}
		if seen[key] {
			return ErrInvalidGenesis.Wrapf("two records for network %d, node %d, epoch %d", network, node, epoch)
		}
		seen[key] = true
		return nil
	}
	var errs []error
	for _, f := range g.Fees {
		errs = append(errs, add(0, f.Network, f.Node, 0))
	}
	for _, p := range g.Pays {
		errs = append(errs, add(1, p.Network, p.Node, p.Epoch))
	}
	for _, b := range g.Burnt {
		errs = append(errs, add(2, b.Network, 0, b.Epoch))
	}
	for _, c := range g.Closed {
		errs = append(errs, add(3, c.Network, 0, c.Epoch))
	}
	for _, s := range g.Sharings {
		errs = append(errs, add(4, s.Network, s.Node, s.Epoch))
	}
	for _, p := range g.Presence {
		errs = append(errs, add(5, p.Network, p.Node, 0))
	}
	for _, d := range g.Duties {
		errs = append(errs, add(6, d.Network, 0, d.Epoch))
	}
	return errors.Join(errs...)
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

package types

import "cosmossdk.io/math"

// MaxParts bounds the givers that have a part in a node's pay: as many as x/network lets a node have.
const MaxParts = 16

// NewSharing returns who has a part in the pay of a node with so many bonds in all. A bond without
// a commission has no part.
func NewSharing(fees, presence, bonds math.Int, parts []Part) Sharing {
	s := Sharing{Fees: fees, Presence: presence, Bonds: bonds}
	for _, p := range parts {
		if p.CommissionBps > 0 {
			s.Parts = append(s.Parts, p)
		}
	}
	return s
}

// Validate returns an error unless the sharing could have come about on a chain.
func (s Sharing) Validate() error {
	if !isAmount(s.Fees) || !isAmount(s.Presence) || !isAmount(s.Bonds) || len(s.Parts) > MaxParts {
		return ErrInvalidGenesis.Wrapf("a sharing has %d parts, or fees, presence or bonds that are no amounts", len(s.Parts))
	}
	given := math.ZeroInt()
	for _, p := range s.Parts {
		if !isAmount(p.Bond) || p.Bond.IsZero() || p.CommissionBps == 0 || p.CommissionBps > bps {
			return ErrInvalidGenesis.Wrapf("the part of %s in a sharing is of no bond or has a commission of %d", p.Giver, p.CommissionBps)
		}
		given = given.Add(p.Bond)
	}
	if given.GT(s.Bonds) {
		return ErrInvalidGenesis.Wrapf("the parts of a sharing are of %s bonds, more than all %s", given, s.Bonds)
	}
	return nil
}

// Commission returns what a giver gets of a pay that is shared so, rounded down.
func (s Sharing) Commission(pay math.Int, p Part) math.Int {
	return Commission(pay, p.Bond, s.Bonds, p.CommissionBps)
}

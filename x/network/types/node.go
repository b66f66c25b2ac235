package types

import (
	"cosmossdk.io/math"
)

const (
	// maxRegion is the length of the longest region, in bytes.
	maxRegion = 16
	// MaxCapacity bounds the space and the memory a node registers, in bytes: 2^50, a pebibyte.
	MaxCapacity = 1 << 50
	// MaxCommissionBps bounds what a node may promise to those who give it bonds.
	MaxCommissionBps = 5_000
	// MaxGivers bounds the accounts beside the owner that have money at stake for one node, bonded or
	// on its way back, so that slashes and commissions can walk over all of it.
	MaxGivers = 16
	// MaxUnbondings bounds what one giver has on its way back from one node at a time; what is taken
	// out beyond it joins the latest. Nobody can use up what another needs.
	MaxUnbondings = 4
	// MaxNodesPerOwner bounds the nodes an owner ever registers in one network.
	MaxNodesPerOwner = 1 << 12
	// MaxOwners bounds the owners that ever registered a node in one network.
	MaxOwners = 1 << 24
)

// Validate returns ErrInvalidOffer unless the offer is within its bounds.
func (o Offer) Validate() error {
	if len(o.Region) > maxRegion {
		return ErrInvalidOffer.Wrapf("region %q is longer than %d characters", o.Region, maxRegion)
	}
	for _, c := range []byte(o.Region) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return ErrInvalidOffer.Wrapf("region %q: use a-z, 0-9 and '-'", o.Region)
		}
	}
	if o.StorageBytes > MaxCapacity || o.MemoryBytes > MaxCapacity {
		return ErrInvalidOffer.Wrapf("%d bytes of space and %d of memory, at most %d each", o.StorageBytes, o.MemoryBytes, uint64(MaxCapacity))
	}
	if o.CommissionBps > MaxCommissionBps {
		return ErrInvalidOffer.Wrapf("a commission of %d hundredths of a percent is over %d", o.CommissionBps, MaxCommissionBps)
	}
	return nil
}

// TotalBond returns own and given bond together.
func (n Node) TotalBond() math.Int { return n.OwnBond.Add(n.GivenBond) }

// LeastGiven returns the least bond an account may give to another's node: a place among the givers
// costs its part of the bond a node needs.
func LeastGiven(minBond math.Int) math.Int {
	return minBond.AddRaw(MaxGivers - 1).QuoRaw(MaxGivers)
}

// Due returns the weight the node should have in draws: its bonds, if it takes part and they are
// at least the minimum.
func (n Node) Due(minBond math.Int) math.Int {
	if n.Status != NODE_STATUS_JOINED || n.TotalBond().LT(minBond) {
		return math.ZeroInt()
	}
	return n.TotalBond()
}

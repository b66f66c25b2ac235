package types

import (
	"math/big"

	"cosmossdk.io/math"
)

// ppm is one whole in millionths.
const ppm = 1_000_000

// Presence are the figures of an epoch by which being there is paid, all as of its opening.
type Presence struct {
	// Bucket is the most the epoch may emit for it, Bonds the sum of all bonds in the active set, in base units.
	Bucket, Bonds math.Int
	// YieldPpm bounds what an epoch emits for each bonded unit.
	YieldPpm uint32
	// ContributionBps is the part that pays duties, not uptime.
	ContributionBps uint32
	// Slots is the number of slots of the epoch.
	Slots uint64
	// Whole is what duties are worth is measured by: see Duties.
	Whole uint64
}

// Pool returns what the epoch may pay for being there: ⌊min(bucket, yield · bonds)⌋.
func (p Presence) Pool() math.Int { return math.MinInt(p.Bucket, p.yield()) }

// IsCapped tells whether the yield, and not the bucket, bounds it.
func (p Presence) IsCapped() bool { return p.yield().LT(p.Bucket) }

func (p Presence) yield() math.Int { return p.Bonds.MulRaw(int64(p.YieldPpm)).QuoRaw(ppm) }

// duties returns the part of the pool that pays duties.
func (p Presence) duties() math.Int { return Bucket(p.Pool(), p.ContributionBps) }

// Uptime returns what a node with a bond is paid for slots in which it was attested: its share of the bonds in the part of the
// pool for uptime, for the share of the slots. It is linear in the bond, so that nobody gains by splitting it.
func (p Presence) Uptime(bond math.Int, slots uint64) math.Int {
	if !p.Bonds.IsPositive() || p.Slots == 0 {
		return math.ZeroInt()
	}
	return share(p.Pool().Sub(p.duties()), bond.BigInt(), slots, p.Bonds.BigInt(), p.Slots)
}

// Duties returns what a watcher is paid for duties of that worth, others being the bonds of other owners and paid what all watchers were
// paid for the epoch before: the part of the pool for duties · worth · bonds / (Whole · slots · others), at most what is left of it. A
// watcher can expect to be drawn for Whole · slots · bond · others / bonds², so that it can expect its bond's share of the pool, whether
// that is one bond or several.
func (p Presence) Duties(others math.Int, worth uint64, paid math.Int) math.Int {
	if !others.IsPositive() || p.Whole == 0 || p.Slots == 0 {
		return math.ZeroInt()
	}
	all := new(big.Int).Mul(new(big.Int).SetUint64(p.Whole), others.BigInt())
	pay := share(p.duties(), p.Bonds.BigInt(), worth, all, p.Slots)
	return math.MaxInt(math.ZeroInt(), math.MinInt(pay, p.duties().Sub(paid)))
}

// share returns ⌊amount · a · b / (ofA · ofB)⌋, whose factors together do not fit math.Int.
func share(amount math.Int, a *big.Int, b uint64, ofA *big.Int, ofB uint64) math.Int {
	part := new(big.Int).Mul(amount.BigInt(), a)
	part.Mul(part, new(big.Int).SetUint64(b))
	whole := new(big.Int).Mul(ofA, new(big.Int).SetUint64(ofB))
	return math.NewIntFromBigInt(part.Quo(part, whole))
}

package types

import (
	"math/big"

	"cosmossdk.io/math"
)

// bps is one whole in hundredths of a percent.
const bps = 10_000

// maxHalvings is the number of halvings after which nothing is left of any amount.
const maxHalvings = 128

// Emission returns what an epoch may emit in all: first halved once for each halving that is
// over, rounded down. Epochs count from 1.
func Emission(first math.Int, halvingEpochs, epoch uint64) math.Int {
	if epoch == 0 || halvingEpochs == 0 {
		return math.ZeroInt()
	}
	halvings := (epoch - 1) / halvingEpochs
	if halvings >= maxHalvings {
		return math.ZeroInt()
	}
	divisor := math.OneInt()
	for range halvings {
		divisor = divisor.MulRaw(2)
	}
	return first.Quo(divisor)
}

// Bucket returns a share of an emission in hundredths of a percent, rounded down.
func Bucket(emission math.Int, shareBps uint32) math.Int {
	return emission.MulRaw(int64(shareBps)).QuoRaw(bps)
}

// Match returns the emission that follows a part of what was burnt in the epoch:
// ⌊min(κ, bucket/burnt) · part⌋. The parts of all nodes together never exceed the bucket.
func (c Closed) Match(part math.Int) math.Int {
	if c.Burnt.IsZero() {
		return math.ZeroInt()
	}
	if c.Capped() {
		return part.MulRaw(int64(c.MatchCapBps)).QuoRaw(bps)
	}
	return part.Mul(c.Bucket).Quo(c.Burnt)
}

// Capped tells whether κ, and not the bucket, bounds the match.
func (c Closed) Capped() bool {
	return c.Bucket.MulRaw(bps).GTE(c.Burnt.MulRaw(int64(c.MatchCapBps)))
}

// Commission returns what a giver of a bond gets of a pay: its commission on its part of the
// bonds, rounded down.
func Commission(pay, bond, bonds math.Int, commissionBps uint32) math.Int {
	if !bonds.IsPositive() {
		return math.ZeroInt()
	}
	// Three factors of up to 2^127 · 2^127 · 2^13 do not fit math.Int.
	part := new(big.Int).Mul(pay.BigInt(), bond.BigInt())
	part.Mul(part, big.NewInt(int64(commissionBps)))
	return math.NewIntFromBigInt(part.Quo(part, bonds.MulRaw(bps).BigInt()))
}

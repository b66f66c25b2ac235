package types

import (
	"math/big"

	"cosmossdk.io/math"
)

const (
	// bps is one whole in hundredths of a percent.
	bps = 10_000
	// gib is the unit space is priced in, in bytes.
	gib = 1 << 30
	// repairEpochs is the number of epochs whose rate a repair pays for each piece it reads.
	repairEpochs = 2
	// silenceFactor is how many times the price of a repair a holder pays that others found out.
	silenceFactor = 2
)

// MaxAmount returns 2^127, the largest amount of any token, in base units.
func MaxAmount() math.Int { return math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 127)) }

// CheckAmount returns ErrInvalidDeal unless 0 < a ≤ 2^127; what names the amount in the error.
func CheckAmount(what string, a math.Int) error {
	if a.IsNil() || !a.IsPositive() || a.GT(MaxAmount()) {
		return ErrInvalidDeal.Wrapf("%s must be more than 0 and at most 2^127", what)
	}
	return nil
}

// Rate returns what space bytes cost on one index for one epoch, at a price for one GiB and a
// number of epochs. It is rounded up, so that no space is free.
func Rate(space uint64, price math.Int, priceEpochs uint32) math.Int {
	unit := math.NewInt(gib).MulRaw(int64(priceEpochs))
	return ceilQuo(price.Mul(math.NewIntFromUint64(space)), unit)
}

// Share returns a share in hundredths of a percent, rounded up.
func Share(amount math.Int, shareBps uint32) math.Int {
	return ceilQuo(amount.MulRaw(int64(shareBps)), math.NewInt(bps))
}

// RepairPay returns what rebuilding one index is worth: two epochs of the rate for each of the k
// pieces that are read.
func RepairPay(rate math.Int, k uint32) math.Int { return rate.MulRaw(repairEpochs).MulRaw(int64(k)) }

// Exposure returns the most a holder can come to pay for one index it loses.
func Exposure(rate math.Int, k uint32) math.Int { return RepairPay(rate, k).MulRaw(silenceFactor) }

// ceilQuo returns a/b rounded up, for a ≥ 0 and b > 0.
func ceilQuo(a, b math.Int) math.Int { return a.Add(b).Sub(math.OneInt()).Quo(b) }

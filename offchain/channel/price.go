package channel

import (
	"math/big"

	"github.com/mesh-protocol/mesh/proof"
)

// gib is the number of bytes a price is for.
const gib = 1 << 30

// Price is what a GiB costs, in base units.
type Price proof.U128

// IsZero tells whether nothing is to be paid.
func (p Price) IsZero() bool { return proof.U128(p).IsZero() }

// Of returns what bytes cost, rounded up: no byte is free where there is a price. What does not fit into 128 bits costs as much as
// does.
func (p Price) Of(bytes uint64) proof.U128 {
	if p.IsZero() || bytes == 0 {
		return proof.U128{}
	}
	cost := new(big.Int).Mul(proof.U128(p).Big(), new(big.Int).SetUint64(bytes))
	cost.Add(cost, big.NewInt(gib-1)).Div(cost, big.NewInt(gib))
	u, err := proof.FromBig(cost)
	if err != nil {
		return proof.U128{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
	}
	return u
}

// less returns a − b, or nothing where b is more.
func less(a, b proof.U128) proof.U128 {
	d, err := a.Sub(b)
	if err != nil {
		return proof.U128{}
	}
	return d
}

// most returns the larger amount, least the smaller one.
func most(a, b proof.U128) proof.U128 {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func least(a, b proof.U128) proof.U128 {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

package types

import "cosmossdk.io/math"

// NewOwed returns what is owed to a node that never held anything.
func NewOwed() Owed { return Owed{Amount: math.ZeroInt(), Exposure: math.ZeroInt()} }

// NewChange returns a change of nothing.
func NewChange() OwedChange { return OwedChange{Plus: math.ZeroInt(), Minus: math.ZeroInt()} }

// IsZero tells whether the change comes to nothing.
func (c OwedChange) IsZero() bool { return c.Plus.Equal(c.Minus) }

// Advance returns what is owed as of an epoch after the change that counts from it.
func (o Owed) Advance(epoch uint64, c OwedChange) Owed {
	was := o.Amount
	o.Epoch = epoch
	o.Amount = o.Amount.Add(c.Plus).Sub(c.Minus)
	switch {
	case o.Amount.IsZero():
		o.OwingSince = 0
	case was.IsZero():
		o.OwingSince = epoch
	}
	return o
}

// Missed returns the number of epochs up to and including x without an accepted proof, given the
// last gap that begins at or before x and the last epoch that was proven. Epochs after the last
// proof count as missed.
func Missed(x uint64, first uint64, g Gap, lastProven uint64) uint64 {
	missed := g.Missed
	if first != 0 && x < g.Last {
		missed -= g.Last - x
	}
	if x > lastProven {
		missed += x - lastProven
	}
	return missed
}

package types

import "cosmossdk.io/math"

// MaxHistoryBlocks bounds how many rounds the beacon keeps: about 25 MB of state.
const MaxHistoryBlocks = 200_000

// MinHistoryBlocks bounds them from below: so long that what waits for a seed can look for it again in time (x/tasks looks anew after half
// of it).
const MinHistoryBlocks = 20_000

// DefaultParams returns the rules of a chain with 5 s blocks: a missed reveal costs a millionth
// of the stake.
func DefaultParams() Params {
	return Params{
		MissedReveal:      math.LegacyNewDecWithPrec(1, 6),
		RotateDelayBlocks: 1_000,
		NoTipBlocks:       1_000,
		HistoryBlocks:     MinHistoryBlocks,
	}
}

// DevnetParams returns the rules of a devnet, where a tip is soon in use.
func DevnetParams() Params {
	p := DefaultParams()
	p.RotateDelayBlocks = 50
	return p
}

// Validate returns ErrInvalidParams unless every figure is within its bounds.
func (p Params) Validate() error {
	switch {
	case p.MissedReveal.IsNil() || p.MissedReveal.IsNegative() || p.MissedReveal.GT(math.LegacyNewDecWithPrec(1, 2)):
		return ErrInvalidParams.Wrap("missed_reveal must be 0 to 0.01")
	case p.RotateDelayBlocks == 0 || p.RotateDelayBlocks > MaxHistoryBlocks:
		return ErrInvalidParams.Wrapf("rotate_delay_blocks is %d, it must be 1 to %d", p.RotateDelayBlocks, MaxHistoryBlocks)
	case p.NoTipBlocks == 0 || p.NoTipBlocks > MaxHistoryBlocks:
		return ErrInvalidParams.Wrapf("no_tip_blocks is %d, it must be 1 to %d", p.NoTipBlocks, MaxHistoryBlocks)
	case p.HistoryBlocks < MinHistoryBlocks || p.HistoryBlocks > MaxHistoryBlocks:
		return ErrInvalidParams.Wrapf("history_blocks is %d, it must be %d to %d", p.HistoryBlocks, MinHistoryBlocks, MaxHistoryBlocks)
	}
	return nil
}

package types

import "cosmossdk.io/math"

// Offences for which money of the bonds of a node is taken and held.
const (
	// OffenceSilentResult is a commitment to a result that was not revealed in time, OffenceSilentJuror the same of a juror.
	OffenceSilentResult = "silent_result"
	OffenceSilentJuror  = "silent_juror"
	// OffenceWrongResult is a result other than what a jury has found.
	OffenceWrongResult = "wrong_result"
)

const (
	// MaxSlashesPerBlock bounds the slashes that a block ends by itself.
	MaxSlashesPerBlock = 10

	reporterShare = 20 // a twentieth of what is left of a slash is the reporter's
)

// Split returns what of a slash is the reporter's, and what is burnt: first what the reporter has lost by the offence, then a twentieth
// of the rest, rounded down. Where nobody has reported it all is burnt.
func (s Slash) Split() (reporter, burnt math.Int) {
	if s.Reporter == "" {
		return math.ZeroInt(), s.Amount
	}
	reporter = s.Harm.Add(s.Amount.Sub(s.Harm).QuoRaw(reporterShare))
	return reporter, s.Amount.Sub(reporter)
}

// validate returns ErrInvalidGenesis unless the slash could stand so on a chain.
func (s Slash) validate() error {
	if err := CheckAmount("amount", s.Amount); err != nil {
		return err
	}
	switch {
	case s.Id == 0 || s.Node == 0 || s.Until <= 0 || s.Offence == "":
		return ErrInvalidGenesis.Wrapf("slash %d is of nobody, for nothing or without an end", s.Id)
	case !isAmount(s.Harm) || s.Harm.GT(s.Amount) || s.Reporter == "" && !s.Harm.IsZero():
		return ErrInvalidGenesis.Wrapf("slash %d makes good more than it has, or to nobody", s.Id)
	}
	sum := math.ZeroInt()
	for _, share := range s.Shares {
		if err := CheckAmount("share", share.Amount); err != nil {
			return err
		}
		sum = sum.Add(share.Amount)
	}
	if !sum.Equal(s.Amount) {
		return ErrInvalidGenesis.Wrapf("slash %d is of %s, its shares of %s", s.Id, s.Amount, sum)
	}
	return nil
}

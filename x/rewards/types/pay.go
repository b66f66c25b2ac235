package types

import (
	"slices"
	"strings"

	"cosmossdk.io/math"
)

// maxKind bounds the word for a kind of work, in bytes.
const maxKind = 16

// NewPay returns a pay of nothing. time is that of the block, in seconds since 1970.
func NewPay(time int64) Pay {
	return Pay{
		Earned: math.ZeroInt(), Burnt: math.ZeroInt(), Matched: math.ZeroInt(), Uptime: math.ZeroInt(), Duties: math.ZeroInt(), Time: time,
	}
}

// IsReady tells whether there is a match to withdraw, or will be when the epoch closes.
func (p Pay) IsReady() bool { return !p.Withdrawn && p.Burnt.IsPositive() }

// AddFee adds what clients paid for a kind of work.
func (p *Pay) AddFee(kind string, earned, burnt math.Int) {
	p.Earned, p.Burnt = p.Earned.Add(earned), p.Burnt.Add(burnt)
	at, found := slices.BinarySearchFunc(p.Kinds, kind, func(k PayKind, kind string) int { return strings.Compare(k.Kind, kind) })
	if !found {
		p.Kinds = slices.Insert(p.Kinds, at, PayKind{Kind: kind, Earned: math.ZeroInt(), Burnt: math.ZeroInt()})
	}
	p.Kinds[at].Earned, p.Kinds[at].Burnt = p.Kinds[at].Earned.Add(earned), p.Kinds[at].Burnt.Add(burnt)
}

// AddPresence adds what the node was worth by being there in an epoch before.
func (p *Pay) AddPresence(there PresencePay) {
	p.Uptime, p.Duties = p.Uptime.Add(there.Uptime), p.Duties.Add(there.Duties)
	p.Presences = append(p.Presences, there)
}

// validate returns ErrInvalidGenesis unless the parts of the pay add up to it.
func (p Pay) validate() error {
	for _, a := range []math.Int{p.Earned, p.Burnt, p.Matched, p.Uptime, p.Duties} {
		if !isAmount(a) {
			return errNoAmount
		}
	}
	sum := NewPay(p.Time)
	for i, k := range p.Kinds {
		switch {
		case !isAmount(k.Earned) || !isAmount(k.Burnt):
			return errNoAmount
		case k.Kind == "" || len(k.Kind) > maxKind || i > 0 && k.Kind <= p.Kinds[i-1].Kind:
			return ErrInvalidGenesis.Wrapf("kinds of work out of order: %q", k.Kind)
		}
		sum.AddFee(k.Kind, k.Earned, k.Burnt)
	}
	for _, there := range p.Presences {
		if !isAmount(there.Uptime) || !isAmount(there.Duties) {
			return errNoAmount
		}
		sum.AddPresence(there)
	}
	if !sum.Earned.Equal(p.Earned) || !sum.Burnt.Equal(p.Burnt) || !sum.Uptime.Equal(p.Uptime) || !sum.Duties.Equal(p.Duties) {
		return ErrInvalidGenesis.Wrapf("what a pay is for does not add up to %s earned, %s burnt, %s for uptime and %s for duties", p.Earned, p.Burnt, p.Uptime, p.Duties)
	}
	return nil
}

package types

import (
	stdmath "math"
	"slices"

	"cosmossdk.io/math"
)

// quarter is the part of the value in force by which one change may move a figure: a quarter.
const quarter = 4

// figure is one number of a network's terms that its founder may change.
type figure struct {
	name string
	// at is where it is: a *uint32, *uint64 or *math.Int.
	at any
}

// figures lists the numbers a founder may change. Left out are the length of an epoch, since the
// schedule of emission and the hand-over count in epochs; the delay of seeds, since another one
// would give a draw that is due another seed; and the terms of the vote that takes over from the
// founder. Token, schedule and initial allocation are no terms at all.
func (p *NetworkParams) figures() []figure {
	d, e, b, s, u := &p.Distribution, &p.Epoch, &p.Bond, &p.Storage, &p.Uptime
	return []figure{
		{"distribution.uptime_bps", &d.UptimeBps},
		{"distribution.tasks_bps", &d.TasksBps},
		{"distribution.governance_bps", &d.GovernanceBps},
		{"epoch.uptime_slots", &e.UptimeSlots},
		{"epoch.claim_window_blocks", &e.ClaimWindowBlocks},
		{"epoch.proof_window_blocks", &e.ProofWindowBlocks},
		{"epoch.slack_blocks", &e.SlackBlocks},
		{"epoch.stale_epochs", &e.StaleEpochs},
		{"bond.min_bond", &b.MinBond},
		{"bond.unbonding_seconds", &b.UnbondingSeconds},
		{"bond.appeal_window_blocks", &b.AppealWindowBlocks},
		{"pay.burn_bps", &p.Pay.BurnBps},
		{"pay.match_cap_bps", &p.Pay.MatchCapBps},
		{"pay.notice_blocks", &p.Pay.NoticeBlocks},
		{"storage.price", &s.Price},
		{"storage.price_epochs", &s.PriceEpochs},
		{"storage.read_price", &s.ReadPrice},
		{"storage.openings", &s.Openings},
		{"storage.lost_epochs", &s.LostEpochs},
		{"storage.reserve_bps", &s.ReserveBps},
		{"storage.answer_blocks", &s.AnswerBlocks},
		{"storage.repair_turn_blocks", &s.RepairTurnBlocks},
		{"uptime.openings", &u.Openings},
		{"uptime.watchers", &u.Watchers},
		{"uptime.seats", &u.Seats},
		{"uptime.yield_ppm", &u.YieldPpm},
		{"uptime.contribution_bps", &u.ContributionBps},
	}
}

// figure returns the figure with a name, or ErrInvalidParams if there is none that may change.
func (p *NetworkParams) figure(name string) (figure, error) {
	all := p.figures()
	i := slices.IndexFunc(all, func(f figure) bool { return f.name == name })
	if i < 0 {
		return figure{}, ErrInvalidParams.Wrapf("%q is no figure that can be changed", name)
	}
	return all[i], nil
}

// value returns the figure as it is.
func (f figure) value() math.Int {
	switch at := f.at.(type) {
	case *uint32:
		return math.NewIntFromUint64(uint64(*at))
	case *uint64:
		return math.NewIntFromUint64(*at)
	case *math.Int:
		return *at
	}
	return math.Int{}
}

// set gives the figure a value, or returns ErrInvalidParams where it does not fit.
func (f figure) set(v math.Int) error {
	switch at := f.at.(type) {
	case *uint32:
		if !v.IsUint64() || v.Uint64() > stdmath.MaxUint32 {
			return ErrInvalidParams.Wrapf("%s cannot be %s", f.name, v)
		}
		*at = uint32(v.Uint64())
	case *uint64:
		if !v.IsUint64() {
			return ErrInvalidParams.Wrapf("%s cannot be %s", f.name, v)
		}
		*at = v.Uint64()
	case *math.Int:
		*at = v
	}
	return nil
}

// With returns the terms with some figures changed, or ErrInvalidParams where one cannot be. It
// does not hold the result against the bounds.
func (p NetworkParams) With(changes ...TermChange) (NetworkParams, error) {
	for _, c := range changes {
		f, err := p.figure(c.Name)
		if err != nil {
			return p, err
		}
		if err := f.set(c.Value); err != nil {
			return p, err
		}
	}
	return p, nil
}

// CheckStep returns ErrInvalidParams unless the change moves its figure, and by no more than a
// quarter of the value it has: a figure below 4 cannot move at all.
func (p NetworkParams) CheckStep(c TermChange) error {
	f, err := p.figure(c.Name)
	if err != nil {
		return err
	}
	now := f.value()
	step := c.Value.Sub(now).Abs()
	if step.IsZero() {
		return ErrInvalidParams.Wrapf("%s is %s already", c.Name, now)
	}
	if step.MulRaw(quarter).GT(now) {
		most := now.QuoRaw(quarter)
		return ErrInvalidParams.Wrapf("%s is %s and can change to %s at the least, %s at the most", c.Name, now, now.Sub(most), now.Add(most))
	}
	return nil
}

// Validate returns an error unless the message names figures that may change, each once, and
// amounts that can be. Whether the network may have them is for the chain to say.
func (m *MsgUpdateNetwork) Validate() error {
	if len(m.Changes) == 0 {
		return ErrInvalidRequest.Wrap("no figure is to be changed")
	}
	var p NetworkParams
	seen := map[string]bool{}
	for _, c := range m.Changes {
		if _, err := p.figure(c.Name); err != nil {
			return err
		}
		if seen[c.Name] {
			return ErrInvalidRequest.Wrapf("%s occurs twice", c.Name)
		}
		if err := CheckAmount(c.Name, c.Value); err != nil {
			return err
		}
		seen[c.Name] = true
	}
	return nil
}

// NoticeSeconds returns how long before it can count a change of terms must be announced, on a
// chain with these params: the longer of the chain's least unbonding time and the network's own,
// so that everybody can leave on the old terms.
func (p Params) NoticeSeconds(n NetworkParams) int64 {
	return int64(max(p.MinUnbondingSeconds, n.Bond.UnbondingSeconds))
}

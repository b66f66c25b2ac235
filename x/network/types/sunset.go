package types

// Statuses of networks, as queries tell them.
const (
	// StatusLive: epochs follow each other.
	StatusLive = "live"
	// StatusDormant: no epoch is open, and the next one opens when there is a reason.
	StatusDormant = "dormant"
	// StatusEnded: after the sunset nothing ever opens again.
	StatusEnded = "ended"
)

// HasEnded tells whether the network's founder has ended it.
func (n Network) HasEnded() bool { return n.SunsetHeight != 0 }

// CheckLive returns ErrNetworkEnded after the network's sunset.
func (n Network) CheckLive() error {
	if n.HasEnded() {
		return ErrNetworkEnded.Wrapf("network %s, at height %d: nothing is opened in it any more", n.Id, n.SunsetHeight)
	}
	return nil
}

// Status returns what becomes of a network with a calendar.
func (n Network) Status(c Calendar) string {
	switch {
	case n.HasEnded():
		return StatusEnded
	case c.RollsAt == 0:
		return StatusDormant
	}
	return StatusLive
}

// validateSunset returns ErrInvalidGenesis for a network that ended before it was made, or has something that only a network has
// that goes on: a deposit or an opening to come. Bonds, unbondings and changes of terms are looked for by validateEnded.
func (n Network) validateSunset(c Calendar) error {
	if n.SunsetHeight < 0 || n.HasEnded() && n.SunsetHeight < n.CreatedHeight {
		return ErrInvalidGenesis.Wrapf("network %s was made at height %d and ended at %d", n.Id, n.CreatedHeight, n.SunsetHeight)
	}
	if n.HasEnded() && (!n.Deposit.IsZero() || c.RollsAt != 0 || c.RetryAt != 0 || c.Awake()) {
		return ErrInvalidGenesis.Wrapf("network %s has ended and has a deposit, nodes that count, duties or an opening to come", n.Id)
	}
	return nil
}

// validateEnded wants nothing to be at stake or on its way in networks that have ended.
func (g GenesisState) validateEnded(c census) error {
	for _, n := range g.Networks {
		if err := n.validateSunset(c.calendars[n.Seq]); err != nil {
			return err
		}
	}
	var used []uint64
	for _, b := range g.Bonds {
		used = append(used, b.Network)
	}
	for _, u := range g.Unbondings {
		used = append(used, u.Network)
	}
	for _, p := range g.PendingTerms {
		used = append(used, p.Network)
	}
	for _, seq := range used {
		if n := c.networks[seq]; n.HasEnded() {
			return ErrInvalidGenesis.Wrapf("network %s has ended and has a bond, an unbonding or a change of terms", n.Id)
		}
	}
	return nil
}

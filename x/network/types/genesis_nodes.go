package types

import "cosmossdk.io/math"

// validateNodes holds calendars, nodes and money of the state against the networks they belong to.
func (g GenesisState) validateNodes() error {
	calendars := map[uint64]Calendar{}
	for _, c := range g.Calendars {
		if _, twice := calendars[c.Network]; twice || c.NextNode == 0 || c.RollsAt < 0 {
			return ErrInvalidGenesis.Wrapf("calendar of network %d occurs twice, has no next node or a negative height", c.Network)
		}
		calendars[c.Network] = c
	}
	for _, n := range g.Networks {
		if _, ok := calendars[n.Seq]; !ok {
			return ErrInvalidGenesis.Wrapf("network %s has no calendar", n.Id)
		}
	}
	if len(calendars) != len(g.Networks) {
		return ErrInvalidGenesis.Wrapf("%d calendars for %d networks", len(calendars), len(g.Networks))
	}
	type place struct{ network, node uint64 }
	seen := map[place]bool{}
	for _, n := range g.Nodes {
		at := place{n.Network, n.Node.Id}
		if c, ok := calendars[n.Network]; !ok || n.Node.Id == 0 || n.Node.Id >= c.NextNode || seen[at] {
			return ErrInvalidGenesis.Wrapf("node %d of network %d occurs twice or is not below the next number", n.Node.Id, n.Network)
		}
		seen[at] = true
		if err := n.Node.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("node %d of network %d: %s", n.Node.Id, n.Network, err)
		}
	}
	for _, b := range g.Bonds {
		if !seen[place{b.Network, b.Node}] {
			return ErrInvalidGenesis.Wrapf("bond of %s for node %d of network %d: there is no such node", b.Bond.Giver, b.Node, b.Network)
		}
		if err := CheckAmount("bond", b.Bond.Amount); err != nil {
			return err
		}
	}
	return g.validateUnbondings()
}

func (g GenesisState) validateUnbondings() error {
	var last uint64
	for _, u := range g.Unbondings {
		if u.Id <= last || u.Id >= g.NextUnbonding {
			return ErrInvalidGenesis.Wrapf("unbonding %d is out of order or not below %d", u.Id, g.NextUnbonding)
		}
		if err := CheckAmount("unbonding", u.Amount); err != nil {
			return err
		}
		last = u.Id
	}
	return nil
}

func (n Node) validate() error {
	for _, a := range []struct {
		name  string
		value math.Int
	}{{"own bond", n.OwnBond}, {"given bond", n.GivenBond}, {"weight", n.Weight}} {
		if err := CheckAmount(a.name, a.value); err != nil {
			return err
		}
	}
	if n.Status < NODE_STATUS_JOINED || n.Status > NODE_STATUS_LEFT {
		return ErrWrongStatus.Wrapf("status %d is not known", n.Status)
	}
	if PeerID(n.PeerKey) != n.PeerId {
		return ErrInvalidRequest.Wrapf("peer id %q is not that of the peer key", n.PeerId)
	}
	return n.Offer.Validate()
}

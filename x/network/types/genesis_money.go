package types

import "cosmossdk.io/math"

// validateBonds wants each bond once, and the sums of each node's to be what the node says.
func (g GenesisState) validateBonds(c census) error {
	type giving struct {
		at    place
		giver string
	}
	seen := map[giving]bool{}
	own, given := map[place]math.Int{}, map[place]math.Int{}
	for _, b := range g.Bonds {
		at := place{b.Network, b.Node}
		n, ok := c.nodes[at]
		by := giving{at, b.Bond.Giver}
		if !ok || seen[by] {
			return ErrInvalidGenesis.Wrapf("bond of %s for node %d of network %d occurs twice, or there is no such node", b.Bond.Giver, b.Node, b.Network)
		}
		seen[by] = true
		if err := checkStake("bond", b.Bond.Amount); err != nil {
			return err
		}
		sums := given
		if b.Bond.Giver == n.Owner {
			sums = own
		}
		sums[at] = sumOf(sums, at).Add(b.Bond.Amount)
	}
	for _, n := range g.Nodes {
		at := place{n.Network, n.Node.Id}
		if !n.Node.OwnBond.Equal(sumOf(own, at)) || !n.Node.GivenBond.Equal(sumOf(given, at)) {
			return ErrInvalidGenesis.Wrapf("node %d of network %d has bonds of %s and %s, those listed are %s and %s",
				n.Node.Id, n.Network, n.Node.OwnBond, n.Node.GivenBond, sumOf(own, at), sumOf(given, at))
		}
	}
	return nil
}

func sumOf(sums map[place]math.Int, at place) math.Int {
	if sum, ok := sums[at]; ok {
		return sum
	}
	return math.ZeroInt()
}

func (g GenesisState) validateUnbondings(c census) error {
	if g.NextUnbonding == 0 {
		return ErrInvalidGenesis.Wrap("next_unbonding is 0, the first unbonding has id 1")
	}
	var last uint64
	for _, u := range g.Unbondings {
		if u.Id <= last || u.Id >= g.NextUnbonding {
			return ErrInvalidGenesis.Wrapf("unbonding %d is out of order or not below %d", u.Id, g.NextUnbonding)
		}
		if _, ok := c.nodes[place{u.Network, u.Node}]; !ok {
			return ErrInvalidGenesis.Wrapf("unbonding %d is of node %d of network %d: there is no such node", u.Id, u.Node, u.Network)
		}
		if err := checkStake("unbonding", u.Amount); err != nil {
			return err
		}
		last = u.Id
	}
	return nil
}

// checkStake returns an error unless the amount is one and more than nothing.
func checkStake(what string, a math.Int) error {
	if err := CheckAmount(what, a); err != nil {
		return err
	}
	if !a.IsPositive() {
		return ErrInvalidAmount.Wrapf("%s is nothing", what)
	}
	return nil
}

func (g GenesisState) validateBootstraps(c census) error {
	type host struct {
		network uint64
		key     string
	}
	seen, count := map[host]bool{}, map[uint64]int{}
	for _, b := range g.Bootstraps {
		at := host{b.Network, string(b.Record.PeerKey)}
		count[b.Network]++
		if _, ok := c.networks[b.Network]; !ok || seen[at] || count[b.Network] > MaxBootstraps {
			return ErrInvalidGenesis.Wrapf("bootstrap record of network %d occurs twice, is one too many, or there is no such network", b.Network)
		}
		if err := b.Record.Validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("bootstrap record of network %d: %s", b.Network, err)
		}
		seen[at] = true
	}
	return nil
}

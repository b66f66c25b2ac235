package types

import "cosmossdk.io/math"

// place is a node of a network.
type place struct{ network, node uint64 }

// census is what the parts of a state are held against, by what they name.
type census struct {
	networks  map[uint64]Network
	calendars map[uint64]Calendar
	owners    map[place]OwnerSlot // by network and slot
	nodes     map[place]Node
	active    map[uint64]uint64 // nodes that count, by network
	counted   map[place]bool    // owners with nodes that count
	counting  map[uint64]uint64 // their number, by network
}

// validateNodes holds calendars, nodes and money of the state against the networks they belong to.
// It trusts the trees of the active sets: that they are those of the nodes.
func (g GenesisState) validateNodes() error {
	c := census{map[uint64]Network{}, map[uint64]Calendar{}, map[place]OwnerSlot{}, map[place]Node{}, map[uint64]uint64{}, map[place]bool{}, map[uint64]uint64{}}
	for _, n := range g.Networks {
		c.networks[n.Seq] = n
	}
	for _, check := range []func(census) error{
		g.validateCalendars, g.validateEpochs, g.validateOwners, g.validatePlaces, g.validateBonds, g.validateUnbondings, g.validateBootstraps, g.validateTerms, g.validateEnded,
	} {
		if err := check(c); err != nil {
			return err
		}
	}
	for _, cal := range g.Calendars {
		if cal.Nodes != c.active[cal.Network] {
			return ErrInvalidGenesis.Wrapf("calendar of network %d counts %d nodes, there are %d", cal.Network, cal.Nodes, c.active[cal.Network])
		}
		if cal.Owners != c.counting[cal.Network] {
			return ErrInvalidGenesis.Wrapf("calendar of network %d counts %d owners, there are %d", cal.Network, cal.Owners, c.counting[cal.Network])
		}
	}
	return nil
}

func (g GenesisState) validateCalendars(c census) error {
	for _, cal := range g.Calendars {
		if _, twice := c.calendars[cal.Network]; twice || cal.NextNode == 0 || cal.RollsAt < 0 || cal.RetryAt < cal.RollsAt && cal.RetryAt != 0 {
			return ErrInvalidGenesis.Wrapf("calendar of network %d occurs twice, has no next node, a negative height or an earlier one for the second try", cal.Network)
		}
		if cal.Awake() && cal.RollsAt == 0 {
			return ErrInvalidGenesis.Wrapf("network %d has nodes or duties and no next opening", cal.Network)
		}
		c.calendars[cal.Network] = cal
	}
	for _, n := range g.Networks {
		if _, ok := c.calendars[n.Seq]; !ok {
			return ErrInvalidGenesis.Wrapf("network %s has no calendar", n.Id)
		}
	}
	if len(c.calendars) != len(g.Networks) {
		return ErrInvalidGenesis.Wrapf("%d calendars for %d networks", len(c.calendars), len(g.Networks))
	}
	return nil
}

// validateEpochs wants each epoch once, none that has not begun, and the record of the latest,
// without which the next cannot open.
func (g GenesisState) validateEpochs(c census) error {
	seen := map[place]bool{}
	for _, e := range g.Epochs {
		at := place{e.Network, e.Epoch.Number}
		if e.Epoch.Number == 0 || e.Epoch.Number > c.calendars[e.Network].Epoch || seen[at] || e.Epoch.Close <= e.Epoch.Open {
			return ErrInvalidGenesis.Wrapf("epoch %d of network %d occurs twice, has not begun or ends before it opens", e.Epoch.Number, e.Network)
		}
		if err := CheckAmount("weight of an epoch", e.Epoch.Weight); err != nil {
			return err
		}
		seen[at] = true
	}
	for _, cal := range g.Calendars {
		if cal.Epoch > 0 && !seen[place{cal.Network, cal.Epoch}] {
			return ErrInvalidGenesis.Wrapf("epoch %d of network %d, its latest, is missing", cal.Epoch, cal.Network)
		}
	}
	return nil
}

func (g GenesisState) validateOwners(c census) error {
	type name struct {
		network uint64
		owner   string
	}
	seen := map[name]bool{}
	for _, o := range g.OwnerSlots {
		at, who := place{o.Network, o.Slot}, name{o.Network, o.Owner}
		if _, twice := c.owners[at]; twice || seen[who] || o.Slot >= c.calendars[o.Network].NextOwnerSlot || o.Nodes > MaxNodesPerOwner {
			return ErrInvalidGenesis.Wrapf("slot %d of network %d or its owner occurs twice, is not below the next slot or has too many nodes", o.Slot, o.Network)
		}
		c.owners[at], seen[who] = o, true
	}
	return nil
}

// validatePlaces wants number, operator, host and slot of every node once in its network.
func (g GenesisState) validatePlaces(c census) error {
	type slot struct{ network, owner, node uint64 }
	type key struct {
		network uint64
		what    string
	}
	slots, keys := map[slot]bool{}, map[key]bool{}
	for _, n := range g.Nodes {
		at := place{n.Network, n.Node.Id}
		if _, twice := c.nodes[at]; twice || n.Node.Id == 0 || n.Node.Id >= c.calendars[n.Network].NextNode {
			return ErrInvalidGenesis.Wrapf("node %d of network %d occurs twice or is not below the next number", n.Node.Id, n.Network)
		}
		owner, ok := c.owners[place{n.Network, n.Node.OwnerSlot}]
		mine := slot{n.Network, n.Node.OwnerSlot, n.Node.Slot}
		if !ok || owner.Owner != n.Node.Owner || n.Node.Slot >= owner.Nodes || slots[mine] || n.Node.Network != c.networks[n.Network].Id {
			return ErrInvalidGenesis.Wrapf("node %d of network %d has a slot that is another's, or the id of another network", n.Node.Id, n.Network)
		}
		operator, host := key{n.Network, "operator " + n.Node.Operator}, key{n.Network, "host " + n.Node.PeerId}
		if keys[operator] || keys[host] {
			return ErrInvalidGenesis.Wrapf("operator or peer of node %d of network %d has another node", n.Node.Id, n.Network)
		}
		c.nodes[at], slots[mine], keys[operator], keys[host] = n.Node, true, true, true
		if err := n.Node.validate(); err != nil {
			return ErrInvalidGenesis.Wrapf("node %d of network %d: %s", n.Node.Id, n.Network, err)
		}
		if n.Node.Weight.IsPositive() {
			c.active[n.Network]++
			if owner := (place{n.Network, n.Node.OwnerSlot}); !c.counted[owner] {
				c.counted[owner] = true
				c.counting[n.Network]++
			}
		}
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

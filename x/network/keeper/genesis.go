package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// InitGenesis writes a validated state. It returns ErrInvalidRequest where a founder or another
// account is none: what an address looks like is not known where the state is validated.
func (k *Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := errors.Join(k.params.Set(ctx, g.Params), k.seq.Set(ctx, g.NextSeq), k.nextUnbonding.Set(ctx, g.NextUnbonding)); err != nil {
		return err
	}
	for _, n := range g.Networks {
		if _, err := k.account("founder", n.Founder); err != nil {
			return err
		}
		if err := k.store(ctx, n); err != nil {
			return err
		}
	}
	return errors.Join(k.initTime(ctx, g), k.initNodes(ctx, g), k.initMoney(ctx, g))
}

// initTime writes calendars, changes of terms, epochs and the trees of the active sets.
func (k *Keeper) initTime(ctx context.Context, g types.GenesisState) error {
	for _, c := range g.Calendars {
		if err := k.calendars.Set(ctx, c.Network, c); err != nil {
			return err
		}
		if c.RollsAt == 0 {
			continue
		}
		if err := k.openings.add(ctx, c.DueAt(), c.Network); err != nil {
			return err
		}
	}
	for _, p := range g.PendingTerms {
		if err := k.terms.Set(ctx, collections.Join(p.Network, p.Change.Name), p); err != nil {
			return err
		}
	}
	for _, e := range g.Epochs {
		if err := k.epochs.Set(ctx, collections.Join(e.Network, e.Epoch.Number), e.Epoch); err != nil {
			return err
		}
	}
	for _, s := range g.SumNodes {
		if err := k.sumNodes.Set(ctx, s.Key, s.Node); err != nil {
			return err
		}
	}
	return nil
}

// initNodes writes owners, nodes and the keys they are found by.
func (k *Keeper) initNodes(ctx context.Context, g types.GenesisState) error {
	for _, o := range g.OwnerSlots {
		owner, err := k.account("owner", o.Owner)
		if err != nil {
			return err
		}
		if err := errors.Join(
			k.owners.Set(ctx, collections.Join(o.Network, []byte(owner)), o.Slot),
			k.ownerSlots.Set(ctx, collections.Join(o.Network, o.Slot), o),
		); err != nil {
			return err
		}
	}
	for _, n := range g.Nodes {
		operator, err := k.account("operator", n.Node.Operator)
		if err != nil {
			return err
		}
		if err := errors.Join(
			k.nodes.Set(ctx, collections.Join(n.Network, n.Node.Id), n.Node),
			k.operators.Set(ctx, collections.Join(n.Network, []byte(operator)), n.Node.Id),
			k.peers.Set(ctx, collections.Join(n.Network, n.Node.PeerKey), n.Node.Id),
			k.ownerNodes.Set(ctx, collections.Join3(n.Network, n.Node.OwnerSlot, n.Node.Slot), n.Node.Id),
		); err != nil {
			return err
		}
		if n.Counters == (types.Counters{}) {
			continue
		}
		if err := k.counters.Set(ctx, collections.Join(n.Network, n.Node.Id), n.Counters); err != nil {
			return err
		}
	}
	for _, b := range g.Bootstraps {
		if err := k.bootstraps.Set(ctx, collections.Join(b.Network, b.Record.PeerKey), b.Record); err != nil {
			return err
		}
	}
	return nil
}

// initMoney writes bonds and what is on its way back.
func (k *Keeper) initMoney(ctx context.Context, g types.GenesisState) error {
	for _, b := range g.Bonds {
		giver, err := k.account("giver", b.Bond.Giver)
		if err != nil {
			return err
		}
		if err := k.bonds.Set(ctx, collections.Join3(b.Network, b.Node, []byte(giver)), b.Bond); err != nil {
			return err
		}
	}
	for _, u := range g.Unbondings {
		if _, err := k.account("giver", u.Giver); err != nil {
			return err
		}
		if err := k.setUnbonding(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state back.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	var g types.GenesisState
	params, errParams := k.params.Get(ctx)
	seq, errSeq := k.seq.Get(ctx)
	next, errNext := k.nextUnbonding.Get(ctx)
	if err := errors.Join(errParams, errSeq, errNext); err != nil {
		return nil, err
	}
	g.Params, g.NextSeq, g.NextUnbonding = params, seq, next
	return &g, errors.Join(k.exportNetworks(ctx, &g), k.exportNodes(ctx, &g), k.exportMoney(ctx, &g))
}

func (k *Keeper) exportNetworks(ctx context.Context, g *types.GenesisState) error {
	return errors.Join(
		k.networks.Walk(ctx, nil, func(_ uint64, n types.Network) (bool, error) {
			g.Networks = append(g.Networks, n)
			return false, nil
		}),
		k.calendars.Walk(ctx, nil, func(_ uint64, c types.Calendar) (bool, error) {
			g.Calendars = append(g.Calendars, c)
			return false, nil
		}),
		k.terms.Walk(ctx, nil, func(_ collections.Pair[uint64, string], p types.PendingTerm) (bool, error) {
			g.PendingTerms = append(g.PendingTerms, p)
			return false, nil
		}),
		k.epochs.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], e types.Epoch) (bool, error) {
			g.Epochs = append(g.Epochs, types.NetworkEpoch{Network: key.K1(), Epoch: e})
			return false, nil
		}),
		k.sumNodes.Walk(ctx, nil, func(key []byte, n types.SumNode) (bool, error) {
			g.SumNodes = append(g.SumNodes, types.StoredSumNode{Key: key, Node: n})
			return false, nil
		}),
	)
}

func (k *Keeper) exportNodes(ctx context.Context, g *types.GenesisState) error {
	return errors.Join(
		k.ownerSlots.Walk(ctx, nil, func(_ collections.Pair[uint64, uint64], o types.OwnerSlot) (bool, error) {
			g.OwnerSlots = append(g.OwnerSlots, o)
			return false, nil
		}),
		k.nodes.Walk(ctx, nil, func(key collections.Pair[uint64, uint64], n types.Node) (bool, error) {
			c, err := k.countersOf(ctx, key.K1(), n.Id)
			g.Nodes = append(g.Nodes, types.NetworkNode{Network: key.K1(), Node: n, Counters: c})
			return false, err
		}),
		k.bootstraps.Walk(ctx, nil, func(key collections.Pair[uint64, []byte], b types.Bootstrap) (bool, error) {
			g.Bootstraps = append(g.Bootstraps, types.NetworkBootstrap{Network: key.K1(), Record: b})
			return false, nil
		}),
	)
}

func (k *Keeper) exportMoney(ctx context.Context, g *types.GenesisState) error {
	return errors.Join(
		k.bonds.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, []byte], b types.Bond) (bool, error) {
			g.Bonds = append(g.Bonds, types.NodeBond{Network: key.K1(), Node: key.K2(), Bond: b})
			return false, nil
		}),
		k.unbondings.Walk(ctx, nil, func(_ uint64, u types.Unbonding) (bool, error) {
			g.Unbondings = append(g.Unbondings, u)
			return false, nil
		}),
	)
}

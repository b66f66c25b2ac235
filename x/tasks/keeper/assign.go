package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// hold puts a node on an index: its space and what it can come to pay are taken up.
func (k *Keeper) hold(ctx context.Context, c contract, number uint32, node uint64) error {
	o, err := k.owedTo(ctx, c.network.Seq, node)
	if err != nil {
		return err
	}
	o.Deals++
	o.Space += c.deal.Space
	o.Exposure = o.Exposure.Add(c.deal.Exposure())
	if err := k.owed.Set(ctx, collections.Join(c.network.Seq, node), o); err != nil {
		return err
	}
	return k.dealsByNode.Set(ctx, collections.Join3(c.network.Seq, node, c.deal.Id), uint64(number))
}

// release takes a node off an index again.
func (k *Keeper) release(ctx context.Context, c contract, node uint64) error {
	o, err := k.owedTo(ctx, c.network.Seq, node)
	if err != nil {
		return err
	}
	o.Deals--
	o.Space -= c.deal.Space
	o.Exposure = o.Exposure.Sub(c.deal.Exposure())
	if err := k.owed.Set(ctx, collections.Join(c.network.Seq, node), o); err != nil {
		return err
	}
	return k.dealsByNode.Remove(ctx, collections.Join3(c.network.Seq, node, c.deal.Id))
}

// Exposure returns the most a node can come to pay for the indices and posted tasks it has now. x/network keeps so
// much of its bonds, until the node has lost the indices or their deals are settled, and the tasks are.
func (k *Keeper) Exposure(ctx context.Context, seq, node uint64) (math.Int, error) {
	o, err := k.owedTo(ctx, seq, node)
	if err != nil {
		return math.Int{}, err
	}
	staked, err := k.staked(ctx, seq, node)
	if err != nil {
		return math.Int{}, err
	}
	return o.Exposure.Add(staked), nil
}

// accepts decides whether a node will do for an index of the deal: it takes part, is where and
// whose the client wants it, has room, and its bond covers what it could come to pay. One that has
// proven nothing for long will not do, and is suspended unless it has just come back.
func (k *Keeper) accepts(ctx context.Context, c contract) (func(context.Context, networktypes.Node) (bool, error), error) {
	final, err := k.finalEpoch(ctx, c.network.Seq, c.epoch)
	return func(ctx context.Context, n networktypes.Node) (bool, error) {
		if n.Weight.IsZero() || !wanted(c.deal, n) {
			return false, nil
		}
		idle, err := k.isIdle(ctx, c.network, n.Id, final)
		switch {
		case err != nil:
			return false, err
		case idle && isBack(c.network, n, final):
			return false, nil
		case idle:
			return false, k.deps.Nodes.Suspend(ctx, n)
		}
		return k.hasRoom(ctx, c, n)
	}, err
}

// wanted tells whether a node is where and whose the client wants it.
func wanted(d types.Deal, n networktypes.Node) bool {
	return (d.Region == "" || n.Offer.Region == d.Region) && !slices.Contains(d.Without, n.Owner)
}

// hasRoom tells whether an index of the deal fits into a node's space, and what it could come to pay for
// it into its bond, beside what is at stake already.
func (k *Keeper) hasRoom(ctx context.Context, c contract, n networktypes.Node) (bool, error) {
	o, err := k.owedTo(ctx, c.network.Seq, n.Id)
	if err != nil {
		return false, err
	}
	room := o.Space <= n.Offer.StorageBytes && c.deal.Space <= n.Offer.StorageBytes-o.Space
	staked, err := k.staked(ctx, c.network.Seq, n.Id)
	return err == nil && room && o.Exposure.Add(staked).Add(c.deal.Exposure()).LTE(n.TotalBond()), err
}

// taken returns the places of the owners that have an index of a deal.
func (k *Keeper) taken(ctx context.Context, c contract, indices []types.Index) ([]uint64, error) {
	var slots []uint64
	for _, i := range indices {
		if !i.HasNode() {
			continue
		}
		n, err := k.deps.Nodes.Node(ctx, c.network.Seq, i.Node)
		if err != nil {
			return nil, err
		}
		slots = append(slots, n.OwnerSlot)
	}
	return slots, nil
}

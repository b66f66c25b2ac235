package keeper

import (
	"context"

	"github.com/mesh-protocol/mesh/proof"
)

// Tree is a sum tree, for tests that hold it against a naive model.
type Tree = sumTree

// OwnersOf returns the tree over the owners of a network.
func OwnersOf(network uint64) Tree { return ownersOf(network) }

// NodesOf returns the tree over the nodes of an owner.
func NodesOf(network, ownerSlot uint64) Tree { return nodesOf(network, ownerSlot) }

// SetSum sets a leaf in an epoch and returns the new total.
func (k *Keeper) SetSum(ctx context.Context, t Tree, slot, epoch uint64, leaf proof.U128) (proof.U128, error) {
	return k.setSum(ctx, t, slot, epoch, leaf)
}

// TotalAsOf returns the sum of all leaves as of an opening.
func (k *Keeper) TotalAsOf(ctx context.Context, t Tree, opening uint64) (proof.U128, error) {
	return k.totalAsOf(ctx, t, opening)
}

// Leaf is a leaf with its interval.
type Leaf struct {
	Slot         uint64
	Left, Weight proof.U128
}

// FindAsOf returns the leaf that holds a point as of an opening.
func (k *Keeper) FindAsOf(ctx context.Context, t Tree, opening uint64, point proof.U128) (Leaf, error) {
	f, err := k.findAsOf(ctx, t, opening, point)
	return Leaf{f.slot, f.left, f.weight}, err
}

// IntervalAsOf returns the interval of a slot as of an opening.
func (k *Keeper) IntervalAsOf(ctx context.Context, t Tree, opening, slot uint64) (Leaf, error) {
	at, err := k.intervalAsOf(ctx, t, opening, slot)
	return Leaf{slot, at.left, at.weight}, err
}

package keeper

import (
	"context"
	"encoding/binary"
	"errors"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/network/types"
)

const (
	// ownerDepth is the depth of a network's tree over owners: 16^6 slots.
	ownerDepth = 6
	// nodeDepth is the depth of an owner's tree over nodes: 16^3 slots.
	nodeDepth = 3
	// fanoutBits is the number of bits of a slot one level tells apart.
	fanoutBits = 4
)

// sumTree is a tree of fixed shape over slots: each inner node holds the sums of its 16 children,
// now and as of the last openings. Setting a leaf and finding a point cost one record a level,
// whatever the number of leaves.
type sumTree struct {
	network uint64
	// tree is 0 for the owners of the network, and 1 + slot for the nodes of an owner.
	tree  uint64
	depth int
}

func ownersOf(network uint64) sumTree { return sumTree{network: network, depth: ownerDepth} }

func nodesOf(network, ownerSlot uint64) sumTree {
	return sumTree{network: network, tree: 1 + ownerSlot, depth: nodeDepth}
}

// key returns the place of the inner node above a slot, level 0 being the lowest.
func (t sumTree) key(level int, slot uint64) []byte {
	k := binary.BigEndian.AppendUint64(nil, t.network)
	k = binary.BigEndian.AppendUint64(k, t.tree)
	k = append(k, byte(level))
	return binary.BigEndian.AppendUint64(k, slot>>(fanoutBits*(level+1)))
}

// child returns which child of the inner node at a level a slot lies under.
func (t sumTree) child(level int, slot uint64) uint32 {
	return uint32(slot >> (fanoutBits * level) % types.Fanout)
}

// setSum sets a leaf in an epoch and returns the new total of the tree.
func (k *Keeper) setSum(ctx context.Context, t sumTree, slot, epoch uint64, leaf proof.U128) (proof.U128, error) {
	sum := leaf
	for level := range t.depth {
		key := t.key(level, slot)
		n, err := k.sumNode(ctx, key)
		if err != nil {
			return proof.U128{}, err
		}
		n = n.WithChild(n.Child(t.child(level, slot)).Edited(epoch, sum))
		if err := k.sumNodes.Set(ctx, key, n); err != nil {
			return proof.U128{}, err
		}
		if sum, err = total(n, types.Sum.Latest); err != nil {
			return proof.U128{}, err
		}
	}
	return sum, nil
}

// totalAsOf returns the sum of all leaves as of an opening.
func (k *Keeper) totalAsOf(ctx context.Context, t sumTree, opening uint64) (proof.U128, error) {
	n, err := k.sumNode(ctx, t.key(t.depth-1, 0))
	if err != nil {
		return proof.U128{}, err
	}
	return total(n, asOf(opening))
}

// found is the leaf a point falls into: its slot, where its interval begins and how long it is.
type found struct {
	slot         uint64
	left, weight proof.U128
}

// findAsOf returns the leaf that holds a point of [0, total) as of an opening.
func (k *Keeper) findAsOf(ctx context.Context, t sumTree, opening uint64, point proof.U128) (found, error) {
	var f found
	for level := t.depth - 1; level >= 0; level-- {
		n, err := k.sumNode(ctx, t.key(level, f.slot<<(fanoutBits*(level+1))))
		if err != nil {
			return found{}, err
		}
		inside := false
		for _, s := range n.Sums {
			f.weight = s.AsOf(opening)
			right, err := f.left.Add(f.weight)
			if err != nil {
				return found{}, err
			}
			if point.Cmp(right) < 0 {
				f.slot, inside = f.slot<<fanoutBits|uint64(s.Child), true
				break
			}
			f.left = right
		}
		if !inside {
			return found{}, types.ErrOwnersExhausted.Wrapf("point %s lies beyond the sum as of opening %d", point, opening)
		}
	}
	return f, nil
}

func (k *Keeper) sumNode(ctx context.Context, key []byte) (types.SumNode, error) {
	n, err := k.sumNodes.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.SumNode{}, nil
	}
	return n, err
}

// asOf returns the reading of a sum as of an opening.
func asOf(opening uint64) func(types.Sum) proof.U128 {
	return func(s types.Sum) proof.U128 { return s.AsOf(opening) }
}

// total adds the sums of the children, each as read.
func total(n types.SumNode, read func(types.Sum) proof.U128) (proof.U128, error) {
	var sum proof.U128
	var err error
	for _, s := range n.Sums {
		if sum, err = sum.Add(read(s)); err != nil {
			return proof.U128{}, err
		}
	}
	return sum, nil
}

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// owedTo returns what all deals together owe a node, as it was last brought forward.
func (k *Keeper) owedTo(ctx context.Context, seq, node uint64) (types.Owed, error) {
	o, err := k.owed.Get(ctx, collections.Join(seq, node))
	if errors.Is(err, collections.ErrNotFound) {
		return types.NewOwed(), nil
	}
	return o, err
}

// change adds to and takes off what a node is owed from an epoch on. An epoch the amount has been
// brought forward over already changes the amount itself.
func (k *Keeper) change(ctx context.Context, seq, node, epoch uint64, plus, minus math.Int) error {
	o, err := k.owedTo(ctx, seq, node)
	if err != nil {
		return err
	}
	if epoch <= o.Epoch {
		return types.ErrWrongState.Wrapf("node %d has claimed epoch %d already", node, o.Epoch)
	}
	at := collections.Join3(seq, node, epoch)
	c, err := k.changes.Get(ctx, at)
	if errors.Is(err, collections.ErrNotFound) {
		c, err = types.NewChange(), nil
	}
	if err != nil {
		return err
	}
	c.Plus, c.Minus = c.Plus.Add(plus), c.Minus.Add(minus)
	if c.IsZero() {
		return k.changes.Remove(ctx, at)
	}
	return k.changes.Set(ctx, at, c)
}

// owedAt returns what a node is owed as of an epoch, with the keys of the changes on the way. It
// changes nothing; the walk is bounded.
func (k *Keeper) owedAt(ctx context.Context, seq, node, epoch uint64) (types.Owed, []uint64, error) {
	o, err := k.owedTo(ctx, seq, node)
	if err != nil || epoch <= o.Epoch {
		return o, nil, err
	}
	var walked []uint64
	at := collections.NewSuperPrefixedTripleRange[uint64, uint64, uint64](seq, node)
	err = k.changes.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64], c types.OwedChange) (bool, error) {
		if key.K3() > epoch {
			return true, nil
		}
		if len(walked) == types.MaxChanges {
			return true, types.ErrLimit.Wrapf("more than %d changes of what node %d is owed; claim an earlier epoch first", types.MaxChanges, node)
		}
		o = o.Advance(key.K3(), c)
		walked = append(walked, key.K3())
		return false, nil
	})
	o.Epoch = epoch
	return o, walked, err
}

// bringForward brings what a node is owed forward to an epoch and stores it.
func (k *Keeper) bringForward(ctx context.Context, seq, node, epoch uint64) (types.Owed, error) {
	o, walked, err := k.owedAt(ctx, seq, node, epoch)
	if err != nil {
		return o, err
	}
	for _, e := range walked {
		if err := k.changes.Remove(ctx, collections.Join3(seq, node, e)); err != nil {
			return o, err
		}
	}
	return o, k.owed.Set(ctx, collections.Join(seq, node), o)
}

// missedUntil returns the number of epochs up to and including x in which a node had no accepted
// proof. Two reads, however long the node has been there.
func (k *Keeper) missedUntil(ctx context.Context, seq, node, x uint64, o types.Owed) (uint64, error) {
	first, gap, err := k.gapBefore(ctx, seq, node, x)
	if err != nil {
		return 0, err
	}
	return types.Missed(x, first, gap, o.LastProven), nil
}

// gapBefore returns the last gap that begins at or before an epoch, and where it begins; 0 for none.
func (k *Keeper) gapBefore(ctx context.Context, seq, node, epoch uint64) (uint64, types.Gap, error) {
	var first uint64
	var gap types.Gap
	at := new(collections.Range[collections.Triple[uint64, uint64, uint64]]).
		StartInclusive(collections.Join3(seq, node, uint64(0))).
		EndInclusive(collections.Join3(seq, node, epoch)).Descending()
	err := k.gaps.Walk(ctx, at, func(key collections.Triple[uint64, uint64, uint64], g types.Gap) (bool, error) {
		first, gap = key.K3(), g
		return true, nil
	})
	return first, gap, err
}

// IsStale tells whether a node owed proofs of something in each of the last epochs whose proofs are
// over, as many as the network says, and gave none. What was before it came back does not count.
func (k *Keeper) IsStale(ctx context.Context, seq uint64, n networktypes.Node) (bool, error) {
	cal, err := k.deps.Networks.Calendar(ctx, seq)
	if err != nil {
		return false, err
	}
	network, err := k.deps.Networks.Network(ctx, seq)
	if err != nil {
		return false, err
	}
	final, err := k.finalEpoch(ctx, seq, cal.Epoch)
	if err != nil {
		return false, err
	}
	idle, err := k.isIdle(ctx, network, n.Id, final)
	return idle && !isBack(network, n, final), err
}

// isIdle tells whether a node owed proofs of something in each of the last stale_epochs epochs up to
// final, whose proofs are over, and gave none.
func (k *Keeper) isIdle(ctx context.Context, network networktypes.Network, node, final uint64) (bool, error) {
	span := uint64(network.Params.Epoch.StaleEpochs)
	if final < span {
		return false, nil
	}
	o, _, err := k.owedAt(ctx, network.Seq, node, final)
	if err != nil {
		return false, err
	}
	first := final - span + 1
	return o.OwingSince != 0 && o.OwingSince <= first && o.LastProven < first, nil
}

// isBack tells whether a node came back so lately that one of the epochs isIdle looks at was before.
func isBack(network networktypes.Network, n networktypes.Node, final uint64) bool {
	return n.ResumedEpoch+uint64(network.Params.Epoch.StaleEpochs) > final
}

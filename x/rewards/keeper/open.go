package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// setSharing writes how the pay of a run of epochs is shared, and whether there is emission in it that was not withdrawn.
func (k *Keeper) setSharing(ctx context.Context, at nodeEpoch, s types.Sharing) error {
	has, err := k.unminted.Has(ctx, at)
	switch {
	case err != nil:
		return err
	case s.Presence.IsPositive() && !has:
		err = k.unminted.Set(ctx, at)
	case !s.Presence.IsPositive() && has:
		err = k.unminted.Remove(ctx, at)
	}
	return errors.Join(err, k.sharings.Set(ctx, at, s))
}

// OpenIn implements the obligations of x/network: it names a node of a network that has something to withdraw, or "". It reads one
// key of each kind. Fees are never without a match to come; they are looked for all the same.
func (k *Keeper) OpenIn(ctx context.Context, seq uint64) (string, error) {
	var node uint64
	first := func(of nodeEpoch) (bool, error) {
		node = of.K2()
		return true, nil
	}
	amount := func(of collections.Pair[uint64, uint64], _ math.Int) (bool, error) {
		node = of.K2()
		return true, nil
	}
	err := errors.Join(
		k.ready.Walk(ctx, collections.NewPrefixedTripleRange[uint64, uint64, uint64](seq), first),
		k.unminted.Walk(ctx, collections.NewPrefixedTripleRange[uint64, uint64, uint64](seq), first),
		k.fees.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](seq), amount),
		k.presence.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](seq), amount),
	)
	if err != nil || node == 0 {
		return "", err
	}
	return fmt.Sprintf("node %d has pay to withdraw", node), nil
}

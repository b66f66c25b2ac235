package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// maxForgotten bounds the ended stints of a node that are forgotten with one more: two, so that old ones never pile up.
const maxForgotten = 2

// remember keeps a stint that has ended for whoever asks what its node was owed, and forgets some of the node's that ended
// before the epochs whose claims are kept.
func (k *Keeper) remember(ctx context.Context, c contract, node uint64, s types.EndedStint) error {
	if err := k.ended.Set(ctx, collections.Join4(c.network.Seq, node, s.ToEpoch, s.Deal), s); err != nil {
		return err
	}
	if c.epoch < types.KeptClaims {
		return nil
	}
	gone := new(collections.Range[collections.Quad[uint64, uint64, uint64, uint64]]).
		StartInclusive(collections.Join4(c.network.Seq, node, uint64(0), uint64(0))).
		EndExclusive(collections.Join4(c.network.Seq, node, c.epoch-types.KeptClaims+1, uint64(0)))
	return forget(ctx, k.ended, gone, maxForgotten)
}

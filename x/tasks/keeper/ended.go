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
	var old []collections.Quad[uint64, uint64, uint64, uint64]
	at := collections.NewSuperPrefixedQuadRange[uint64, uint64, uint64, uint64](c.network.Seq, node)
	err := k.ended.Walk(ctx, at, func(key collections.Quad[uint64, uint64, uint64, uint64], _ types.EndedStint) (bool, error) {
		if key.K3()+types.KeptClaims > c.epoch {
			return true, nil
		}
		old = append(old, key)
		return len(old) == maxForgotten, nil
	})
	if err != nil {
		return err
	}
	for _, key := range old {
		if err := k.ended.Remove(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

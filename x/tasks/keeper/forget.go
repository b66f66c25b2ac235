package keeper

import (
	"context"

	"cosmossdk.io/collections"
)

// forget removes the first entries of a range, at most so many: what is kept for a while goes a little at a time, with what comes.
func forget[K, V any](ctx context.Context, from collections.Map[K, V], within collections.Ranger[K], most int) error {
	var old []K
	err := from.Walk(ctx, within, func(key K, _ V) (bool, error) {
		old = append(old, key)
		return len(old) == most, nil
	})
	if err != nil {
		return err
	}
	for _, key := range old {
		if err := from.Remove(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

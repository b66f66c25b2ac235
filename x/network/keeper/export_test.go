package keeper

import "context"

// TakeID makes an id look taken, so that a test can force a collision.
func (k *Keeper) TakeID(ctx context.Context, id string) error { return k.ids.Set(ctx, id, 0) }

// DropParams removes the params, so that every read of them fails.
func (k *Keeper) DropParams(ctx context.Context) error { return k.params.Remove(ctx) }

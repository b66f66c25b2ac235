package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"
)

// TakeID makes an id look taken, so that a test can force a collision.
func (k *Keeper) TakeID(ctx context.Context, id string) error { return k.ids.Set(ctx, id, 0) }

// DropParams removes the params, so that every read of them fails.
func (k *Keeper) DropParams(ctx context.Context) error { return k.params.Remove(ctx) }

// Queue is a queue of its own store.
type Queue struct{ queue }

// NewQueue returns a queue over a store.
func NewQueue(stores store.KVStoreService) Queue {
	sb := collections.NewSchemaBuilder(stores)
	q := Queue{newQueue(sb, collections.NewPrefix(0), collections.NewPrefix(1), "queue")}
	if _, err := sb.Build(); err != nil {
		panic(err)
	}
	return q
}

// Add, Remove and Due are those of the queue; First is what it says of its first entry, and whether it has one.
func (q Queue) Add(ctx context.Context, at int64, number uint64) error { return q.add(ctx, at, number) }

func (q Queue) Remove(ctx context.Context, at int64, number uint64) error {
	return q.remove(ctx, at, number)
}

func (q Queue) Due(ctx context.Context, by int64, limit int) ([]collections.Pair[int64, uint64], error) {
	return q.due(ctx, by, limit)
}

func (q Queue) First(ctx context.Context) (int64, bool) {
	at, err := q.first.Get(ctx)
	return at, err == nil
}

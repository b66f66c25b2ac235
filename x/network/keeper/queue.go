package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
)

// entry is when something is due, and its number.
type entry = collections.Pair[int64, uint64]

// queue holds numbers in the order in which they are due. It keeps when the first one is, so that a block in which nothing
// is due costs one read of a key, however much waits and whatever else is in the store.
type queue struct {
	entries collections.KeySet[entry]
	first   collections.Item[int64] // of the first entry; not there while there is none
}

func newQueue(sb *collections.SchemaBuilder, entries, first collections.Prefix, name string) queue {
	return queue{
		entries: collections.NewKeySet(sb, entries, name, collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)),
		first:   collections.NewItem(sb, first, name+"_first", collections.Int64Value),
	}
}

// add puts a number where it is due.
func (q queue) add(ctx context.Context, at int64, number uint64) error {
	first, err := q.first.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) || err == nil && at < first {
		err = q.first.Set(ctx, at)
	}
	return errors.Join(err, q.entries.Set(ctx, collections.Join(at, number)))
}

// remove takes it out again.
func (q queue) remove(ctx context.Context, at int64, number uint64) error {
	if err := q.entries.Remove(ctx, collections.Join(at, number)); err != nil {
		return err
	}
	first, err := q.first.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) || err == nil && first != at {
		return nil
	}
	if err != nil {
		return err
	}
	next, err := q.until(ctx, nil, 1)
	switch {
	case err != nil:
		return err
	case len(next) == 0:
		return q.first.Remove(ctx)
	case next[0].K1() != first:
		return q.first.Set(ctx, next[0].K1())
	}
	return nil
}

// due returns what is due by then, the first first, up to a limit.
func (q queue) due(ctx context.Context, by int64, limit int) ([]entry, error) {
	first, err := q.first.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) || err == nil && first > by {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return q.until(ctx, collections.NewPrefixUntilPairRange[int64, uint64](by), limit)
}

// until returns the first entries of a range.
func (q queue) until(ctx context.Context, within collections.Ranger[entry], limit int) (list []entry, err error) {
	err = q.entries.Walk(ctx, within, func(e entry) (bool, error) {
		list = append(list, e)
		return len(list) == limit, nil
	})
	return list, err
}

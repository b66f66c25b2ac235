package keeper_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/keeper"
)

// Whatever is added and removed, a queue knows its first entry, and gives what is due in order.
func TestQueueAgainstModel(t *testing.T) {
	type entry = collections.Pair[int64, uint64]
	seeded.Property(t, func(rt *rapid.T) {
		key := storetypes.NewKVStoreKey("queue")
		ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("none"))
		q := keeper.NewQueue(runtime.NewKVStoreService(key))
		var model []entry
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			e := collections.Join(rapid.Int64Range(0, 9).Draw(rt, "at"), rapid.Uint64Range(0, 3).Draw(rt, "number"))
			same := func(o entry) bool { return o.K1() == e.K1() && o.K2() == e.K2() }
			if rapid.Bool().Draw(rt, "add") {
				require.NoError(rt, q.Add(ctx, e.K1(), e.K2()))
				if !slices.ContainsFunc(model, same) {
					model = append(model, e)
				}
			} else {
				require.NoError(rt, q.Remove(ctx, e.K1(), e.K2()))
				model = slices.DeleteFunc(model, same)
			}
			slices.SortFunc(model, func(a, b entry) int { return cmp.Or(cmp.Compare(a.K1(), b.K1()), cmp.Compare(a.K2(), b.K2())) })
			at, some := q.First(ctx)
			require.Equal(rt, len(model) > 0, some)
			if some {
				require.Equal(rt, model[0].K1(), at)
			}
			by, limit := rapid.Int64Range(0, 9).Draw(rt, "by"), rapid.IntRange(1, 4).Draw(rt, "limit")
			var want []entry
			for _, e := range model {
				if e.K1() <= by && len(want) < limit {
					want = append(want, e)
				}
			}
			got, err := q.Due(ctx, by, limit)
			require.NoError(rt, err)
			require.Equal(rt, want, got)
		}
	})
}

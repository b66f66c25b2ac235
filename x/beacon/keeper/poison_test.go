package keeper_test

import (
	"testing"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/x/beacon/types"
)

// poison makes what is stored of a validator under a prefix unreadable.
func (f *fixture) poison(prefix collections.Prefix, v *validator) {
	f.t.Helper()
	store, key := f.store.OpenKVStore(f.ctx), append(prefix.Bytes(), v.operator...)
	has, err := store.Has(key)
	require.NoError(f.t, err)
	require.True(f.t, has, "there is no such record")
	require.NoError(f.t, store.Set(key, []byte{0xff}))
}

// TestAPoisonedRevealer counts as not registered, with an event; blocks of others go on as before, its own are made without a reveal,
// and it can register anew.
func TestAPoisonedRevealer(t *testing.T) {
	f := newFixture(t, 4, 100)
	sick, well := f.set[0], f.set[1]
	f.reveals(sick)
	f.reveals(well)
	f.poison(types.RevealersPrefix, sick)
	reveal := f.reveal(sick)
	f.reveals(well)
	require.EqualValues(t, 4, f.round(0).Eligible, "the set is the one that was counted")
	well.power++
	f.reveals(well)
	require.EqualValues(t, 3, f.round(0).Eligible)
	for _, txs := range [][][]byte{nil, {reveal}} {
		before := f.round(0)
		f.block(sick, txs...)
		require.Equal(t, before.Value, f.round(0).Value, "missing, not an error")
		require.Len(t, f.events(), 1)
		stuck := f.events()[0].(*types.EventRevealerStuck)
		require.Equal(t, sick.text, stuck.Validator)
		require.NotEmpty(t, stuck.Reason)
	}
	for f.height() < 5+noTip-1 {
		f.block(sick)
		require.Len(t, f.events(), 1, "height %d: it has the time of a newcomer", f.height())
	}
	f.block(sick)
	require.Len(t, f.events(), 2)
	require.Equal(t, proto.Message(f.missed(sick, 1, 3)), f.events()[1])

	sick.hashChain = newHashChain("again", 9)
	for active := f.register(sick, sick.hashChain); f.height() < active; {
		f.reveals(well)
	}
	f.reveals(sick)
	require.EqualValues(t, 4, f.round(0).Eligible)
	require.EqualValues(t, 1, f.revealer(sick).Missed)
}

// TestAPoisonedNewcomer begins its time for registering again.
func TestAPoisonedNewcomer(t *testing.T) {
	f := newFixture(t, 1, 100)
	v := f.add(1, 100)
	f.block(v)
	f.poison(types.NewcomersPrefix, v)
	f.block(v)
	require.Empty(t, f.events())
	require.Equal(t, []types.Newcomer{{Validator: v.text, Since: 2}}, f.export().Newcomers)
}

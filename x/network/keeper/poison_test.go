package keeper_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// poison makes the record at a key unreadable; numbers are the parts of the key.
func (f *fixture) poison(t *testing.T, prefix collections.Prefix, numbers ...uint64) {
	t.Helper()
	key := prefix.Bytes()
	for _, n := range numbers {
		key = binary.BigEndian.AppendUint64(key, n)
	}
	f.poisonKey(t, key)
}

func (f *fixture) poisonKey(t *testing.T, key []byte) {
	t.Helper()
	store := f.ctx.KVStore(f.key)
	require.True(t, store.Has(key), "there is no such record")
	store.Set(key, []byte{0xff})
}

// noted begins blocks up to a height and returns their events of one type.
func noted[E any](t *testing.T, f *nodeFixture, until int64) []E {
	t.Helper()
	ctx, events := f.withEvents()
	f.ctx = sdk.UnwrapSDKContext(ctx)
	f.until(t, until)
	var list []E
	for _, e := range events().ToABCIEvents() {
		typed, err := sdk.ParseTypedEvent(e)
		require.NoError(t, err)
		if is, ok := typed.(E); ok {
			list = append(list, is)
		}
	}
	return list
}

// TestAPoisonedUnbonding is set aside with an event; what is due with it and after it is paid back.
func TestAPoisonedUnbonding(t *testing.T) {
	const due, wait = startTime + unbondingSeconds, unbondingSeconds
	for _, c := range []struct {
		name   string
		poison func(t *testing.T, f *nodeFixture)
		// again is when it is tried again, 0 for never.
		again int64
		// heal mends what was wrong before that.
		heal func(f *nodeFixture)
	}{
		{"ok: its record cannot be read", func(t *testing.T, f *nodeFixture) { f.poison(t, types.UnbondingsPrefix, 1) }, 0, nil},
		{"ok: its network cannot be read", func(t *testing.T, f *nodeFixture) { f.poison(t, types.NetworksPrefix, 1) }, due + 21*24*3600, nil},
		{"ok: its giver is no account", func(t *testing.T, f *nodeFixture) {
			g := f.export(t)
			g.Unbondings[0].Giver = "nobody"
			bz, err := g.Unbondings[0].Marshal()
			require.NoError(t, err)
			f.ctx.KVStore(f.key).Set(binary.BigEndian.AppendUint64(types.UnbondingsPrefix.Bytes(), 1), bz)
		}, due + wait, nil},
		{"ok: its giver cannot be paid", func(_ *testing.T, f *nodeFixture) { f.bank.closed = string(account("ann")) }, due + wait,
			func(f *nodeFixture) { f.bank.closed = "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 2)
			n, other := f.nets[0], f.nets[1]
			one, two := f.register(t, n, account("ann"), "one", minBond), f.register(t, other, account("bob"), "two", minBond)
			_, err := f.unbond(t, n, one, account("ann"), 30)
			require.NoError(t, err)
			_, err = f.unbond(t, other, two, account("bob"), 40)
			require.NoError(t, err)
			f.block(t)
			_, err = f.unbond(t, other, two, account("bob"), 50)
			require.NoError(t, err)
			c.poison(t, f)
			stuck := noted[*types.EventUnbondingStuck](t, f, height+unbondingSeconds/blockSeconds)
			require.Len(t, stuck, 1)
			require.Equal(t, [2]int64{1, c.again}, [2]int64{int64(stuck[0].Unbonding), stuck[0].Completes})
			require.NotEmpty(t, stuck[0].Reason)
			require.Equal(t, [2]int64{1, 41}, [2]int64{f.has(n, account("ann")), f.has(other, account("bob"))})
			f.block(t)
			require.EqualValues(t, 91, f.has(other, account("bob")))
			if c.heal == nil {
				require.Empty(t, noted[*types.EventUnbondingStuck](t, f, f.ctx.BlockHeight()+wait/blockSeconds-2))
				return
			}
			c.heal(f)
			require.NoError(t, f.export(t).Validate())
			f.until(t, height+2*unbondingSeconds/blockSeconds)
			require.EqualValues(t, 31, f.has(n, account("ann")))
		})
	}
}

// TestAPoisonedOpening is set aside with an event and tried again a hundred blocks later; networks that are due with it open.
func TestAPoisonedOpening(t *testing.T) {
	for _, c := range []struct {
		name   string
		poison func(t *testing.T, f *nodeFixture)
	}{
		{"ok: its calendar cannot be read", func(t *testing.T, f *nodeFixture) { f.poison(t, types.CalendarsPrefix, 1) }},
		{"ok: its network cannot be read", func(t *testing.T, f *nodeFixture) { f.poison(t, types.NetworksPrefix, 1) }},
		{"ok: its open epoch cannot be read", func(t *testing.T, f *nodeFixture) { f.poison(t, types.EpochsPrefix, 1, 1) }},
		{"ok: a change of its terms cannot be read", func(t *testing.T, f *nodeFixture) {
			_, err := f.announce(t, f.nets[0], term("storage.price", price+1))
			require.NoError(t, err)
			f.poisonKey(t, append(binary.BigEndian.AppendUint64(types.TermsPrefix.Bytes(), 1), "storage.price"...))
		}},
		{"ok: a module to the right fails", func(_ *testing.T, f *nodeFixture) { f.hooks.fail[1] = true }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, at := dueTogether(t, 3)
			f.until(t, at)
			c.poison(t, f)
			stuck := noted[*types.EventOpeningStuck](t, f, at+epochBlocks)
			require.Len(t, stuck, 1)
			require.Equal(t, [2]int64{1, at + epochBlocks + 100}, [2]int64{int64(stuck[0].Seq), stuck[0].RetryHeight})
			require.NotEmpty(t, stuck[0].Reason)
			for _, n := range f.nets[1:] {
				require.Equal(t, types.Calendar{Network: n.Seq, Epoch: 2, RollsAt: at + 2*epochBlocks, Duties: 1, NextNode: 1}, f.calendar(t, n))
				require.Equal(t, []uint64{1}, f.hooks.closed[n.Seq])
			}
			require.Empty(t, noted[*types.EventOpeningStuck](t, f, at+epochBlocks+99))
			require.Len(t, noted[*types.EventOpeningStuck](t, f, at+epochBlocks+100), 1, "nothing was mended")
			require.EqualValues(t, 7, f.calendar(t, f.nets[1]).Epoch)
		})
	}
}

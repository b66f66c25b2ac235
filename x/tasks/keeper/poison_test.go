package keeper_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

var errUnreadable = errors.New("record cannot be read")

// poison makes the record at a key unreadable; numbers are the parts of the key.
func (f *fixture) poison(t *testing.T, prefix collections.Prefix, numbers ...uint64) {
	t.Helper()
	key := prefix.Bytes()
	for _, n := range numbers {
		key = binary.BigEndian.AppendUint64(key, n)
	}
	store := f.ctx.KVStore(f.key)
	require.True(t, store.Has(key), "there is no such record")
	store.Set(key, []byte{0xff})
}

// TestAPoisonedDeal is set aside with an event, and the deals that are over with it are settled.
func TestAPoisonedDeal(t *testing.T) {
	for _, tc := range []struct {
		name    string
		poison  func(t *testing.T, f *fixture)
		network string
	}{
		{"ok: its record cannot be read", func(t *testing.T, f *fixture) { f.poison(t, types.DealsPrefix, 1) }, ""},
		{"ok: one of its indices cannot be read", func(t *testing.T, f *fixture) { f.poison(t, types.IndicesPrefix, 1, 2) }, networkID},
		{"ok: what a holder is owed cannot be read", func(t *testing.T, f *fixture) {
			f.poison(t, types.OwedPrefix, seq, f.deal(1).Indices[0].Node)
		}, networkID},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			f.held(1)
			second := f.open(1)
			f.toEpoch(4)
			tc.poison(t, f)
			f.to(f.ctx.BlockHeight() + 1)
			stuck := eventsOf[*types.EventDealStuck](f.events())
			require.Len(t, stuck, 1)
			require.Equal(t, []any{uint64(1), tc.network}, []any{stuck[0].Deal, stuck[0].Network})
			require.NotEmpty(t, stuck[0].Reason)
			require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(second).Deal.Status)
			f.toEpoch(7)
			require.Empty(t, eventsOf[*types.EventDealStuck](f.events()), "it is not tried again by itself")
		})
	}
}

// TestAPoisonedNetwork whose deals are over is set aside with an event, and the deals of the others are settled. It is looked at again
// with its next epoch.
func TestAPoisonedNetwork(t *testing.T) {
	f := twoNetworks(t, 3)
	first := f.open(1)
	var second uint64
	f.abroad(func() { second = f.open(1) })
	f.toEpoch(4)
	f.w.unreadable = seq
	f.to(f.ctx.BlockHeight() + 1)
	stuck := eventsOf[*types.EventSettlingStuck](f.events())
	require.Len(t, stuck, 1)
	require.Equal(t, []any{uint64(seq), errUnreadable.Error()}, []any{stuck[0].Seq, stuck[0].Reason})
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(second).Deal.Status)
	f.to(f.ctx.BlockHeight() + 5)
	require.Empty(t, eventsOf[*types.EventSettlingStuck](f.events()))
	f.w.unreadable = 0
	require.True(t, f.deal(first).Deal.IsOpen())
	f.toEpoch(5)
	f.to(f.ctx.BlockHeight() + 1)
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(first).Deal.Status)
}

// TestAPoisonedChannel is set aside with an event, and the channels that expire with it come back.
func TestAPoisonedChannel(t *testing.T) {
	f := newFixture(t, 1)
	f.openChannel(500, 30)
	f.openChannel(20, 30)
	f.poison(t, types.ChannelsPrefix, 1)
	f.to(firstOpening + 31)
	stuck := eventsOf[*types.EventChannelStuck](f.events())
	require.Len(t, stuck, 1)
	require.Equal(t, uint64(1), stuck[0].Channel)
	require.NotEmpty(t, stuck[0].Reason)
	require.EqualValues(t, funds-500, f.has("client"), "the second is back")
	f.to(firstOpening + 40)
	require.Empty(t, eventsOf[*types.EventChannelStuck](f.events()))
}

// TestAPoisonedTask is set aside with an event, whether it is to be moved or to be forgotten, and the tasks whose time is over with it
// move.
func TestAPoisonedTask(t *testing.T) {
	f := newFixture(t, 3)
	for range 3 {
		must(f, f.msgs.PostTask, taskMsg(1))
	}
	closes := f.task(1).Closes
	f.poison(t, types.TasksPrefix, 2)
	f.ctx = f.ctx.WithBlockHeight(closes + 1)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	stuck := eventsOf[*types.EventTaskStuck](f.events())
	require.Len(t, stuck, 1)
	require.Equal(t, uint64(2), stuck[0].Task)
	require.NotEmpty(t, stuck[0].Reason)
	for _, id := range []uint64{1, 3} {
		require.NotEqual(t, closes, f.task(id).Closes, "task %d has moved on", id)
	}
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Empty(t, eventsOf[*types.EventTaskStuck](f.events()))
}

package channel_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// dueAt returns the amounts, by channel, that a till wants redeemed in an epoch.
func dueAt(t *testing.T, f *fixture, epoch uint64) map[uint64]uint64 {
	t.Helper()
	due := map[uint64]uint64{}
	for _, b := range f.till.Due(epoch) {
		require.Equal(t, f.chain.open[b.Vouchers[0].Channel].Expires, b.NotAfter)
		for _, v := range b.Vouchers {
			require.NotContains(t, due, v.Channel)
			require.Equal(t, f.book.latest[v.Channel], v)
			due[v.Channel] = v.Amount.Lo
		}
	}
	return due
}

// look has the till take in what the test has changed on the chain.
func (f *fixture) look(t *testing.T) {
	t.Helper()
	lost, err := f.till.Look(t.Context())
	require.NoError(t, err)
	require.Empty(t, lost)
}

// TestDueOnceAnEpoch: the latest voucher of a channel goes to the chain once an epoch, until it is redeemed.
func TestDueOnceAnEpoch(t *testing.T) {
	f := newFixture(t, chanOf(1), chanOf(2), chanOf(3))
	require.Empty(t, f.till.Due(5), "nobody has promised anything")
	f.take(t, promise(t, 1, 10, 1))
	f.take(t, promise(t, 1, 20, 2))
	f.take(t, promise(t, 2, 5, 1))
	require.Equal(t, map[uint64]uint64{1: 20, 2: 5}, dueAt(t, f, 5))
	require.Empty(t, f.till.Due(5), "under way")
	f.take(t, promise(t, 1, 30, 3))
	f.take(t, promise(t, 3, 7, 1))
	require.Equal(t, map[uint64]uint64{3: 7}, dueAt(t, f, 5), "met in the middle of the epoch")
	require.Equal(t, map[uint64]uint64{1: 30, 2: 5, 3: 7}, dueAt(t, f, 6), "nothing was redeemed")

	redeem := func(id, amount uint64) {
		f.chain.change(id, func(c *work.Channel) { c.Redeemed = proof.U64(amount) })
	}
	redeem(1, 30)
	redeem(2, 4)
	redeem(3, 8) // by a voucher that this node never got
	f.look(t)
	require.Equal(t, map[uint64]uint64{2: 5}, dueAt(t, f, 7))
	f.take(t, promise(t, 1, 31, 4))
	f.take(t, promise(t, 3, 9, 2))
	require.Empty(t, dueAt(t, f, 6), "an epoch that is over")
	require.Equal(t, map[uint64]uint64{1: 31, 3: 9}, dueAt(t, f, 7))
}

// TestDueNearTheEnd: what was promised since goes to the chain in the second half of the notice before a channel ends, at once.
func TestDueNearTheEnd(t *testing.T) {
	const left = notice / 2
	for name, tc := range map[string]struct {
		left  uint64 // blocks until the end
		since bool   // something was promised since the epoch's turn
		epoch uint64
		want  map[uint64]uint64
	}{
		"ok: near the end":           {left, true, 5, map[uint64]uint64{1: 20}},
		"ok: at the end":             {0, true, 5, map[uint64]uint64{1: 20}},
		"ok: another epoch, near":    {left, true, 6, map[uint64]uint64{1: 20}},
		"ok: the same again, later":  {left, false, 6, map[uint64]uint64{1: 10}},
		"fails: not yet near":        {left + 1, true, 5, map[uint64]uint64{}},
		"fails: nothing since":       {left, false, 5, map[uint64]uint64{}},
		"fails: over":                {1<<64 - 1, true, 5, map[uint64]uint64{}}, // −1
		"fails: over, another epoch": {1<<64 - 1, true, 6, map[uint64]uint64{}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, chanOf(1))
			f.take(t, promise(t, 1, 10, 1))
			require.Equal(t, map[uint64]uint64{1: 10}, dueAt(t, f, 5))
			if tc.since {
				f.take(t, promise(t, 1, 20, 2))
			}
			f.chain.height = uint64(chanOf(1).Expires) - tc.left
			require.Equal(t, tc.want, dueAt(t, f, tc.epoch))
			require.Empty(t, f.till.Due(tc.epoch), "under way")
		})
	}
}

// TestDueAfterANotice: the end that a client has announced is the one that counts.
func TestDueAfterANotice(t *testing.T) {
	f := newFixture(t, chanOf(1))
	f.take(t, promise(t, 1, 10, 1))
	require.Equal(t, map[uint64]uint64{1: 10}, dueAt(t, f, 5))
	f.take(t, promise(t, 1, 20, 2))
	f.chain.change(1, func(c *work.Channel) { c.Expires = int64(f.chain.height) + notice })
	f.look(t)
	require.Empty(t, dueAt(t, f, 5))
	f.chain.height += notice / 2
	require.Equal(t, map[uint64]uint64{1: 20}, dueAt(t, f, 5))
}

// TestDueAfterARestart: what was under way is under way again, as nobody knows what became of it.
func TestDueAfterARestart(t *testing.T) {
	f := newFixture(t, chanOf(1))
	f.take(t, promise(t, 1, 10, 1))
	require.Equal(t, map[uint64]uint64{1: 10}, dueAt(t, f, 5))
	f.restart(t)
	require.Equal(t, map[uint64]uint64{1: 10}, dueAt(t, f, 5))
	f.chain.change(1, func(c *work.Channel) { c.Redeemed = proof.U64(10) })
	f.restart(t)
	require.Empty(t, f.till.Due(6))
}

// TestBatches: what is due comes by 64 channels, those that end first first.
func TestBatches(t *testing.T) {
	const n = 2*channel.MaxBatch + 2
	for name, tc := range map[string]struct {
		expires  func(id uint64) int64
		first    [3]uint64 // channel of each batch, by number
		notAfter [3]int64
	}{
		"ok: the later opened ends first": {func(id uint64) int64 { return 10_000 - int64(id) }, [3]uint64{n, n - 64, n - 128}, [3]int64{10_000 - n, 10_064 - n, 10_128 - n}},
		"ok: all end at once":             {func(uint64) int64 { return 9_000 }, [3]uint64{1, 65, 129}, [3]int64{9_000, 9_000, 9_000}},
		"ok: pairs":                       {func(id uint64) int64 { return 10_000 - int64(id+1)/2 }, [3]uint64{129, 65, 1}, [3]int64{9_935, 9_967, 9_999}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			for id := uint64(1); id <= n; id++ {
				c := chanOf(id)
				c.Expires = tc.expires(id)
				f.chain.open[id] = c
				f.take(t, promise(t, id, id, 1))
			}
			batches := f.till.Due(1)
			require.Len(t, batches, 3)
			var all []work.Voucher
			for i, b := range batches {
				require.Equal(t, tc.notAfter[i], b.NotAfter)
				require.Equal(t, tc.first[i], b.Vouchers[0].Channel)
				all = append(all, b.Vouchers...)
			}
			require.Equal(t, []int{64, 64, 2}, []int{len(batches[0].Vouchers), len(batches[1].Vouchers), len(batches[2].Vouchers)})
			require.True(t, slices.IsSortedFunc(all, func(x, y work.Voucher) int {
				if d := tc.expires(x.Channel) - tc.expires(y.Channel); d != 0 {
					return int(d)
				}
				return int(x.Channel) - int(y.Channel)
			}))
			for _, v := range all {
				require.Equal(t, f.book.latest[v.Channel], v)
				delete(f.book.latest, v.Channel)
			}
			require.Empty(t, f.book.latest, "a voucher is missing")
			require.Empty(t, f.till.Due(1))
		})
	}
}

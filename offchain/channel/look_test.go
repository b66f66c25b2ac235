package channel_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// TestLookForgets: channels that are over are forgotten, and what was not redeemed of them is said.
func TestLookForgets(t *testing.T) {
	f := newFixture(t, chanOf(1), chanOf(2), chanOf(3), chanOf(4), chanOf(5))
	last := map[uint64]work.Voucher{}
	for id := uint64(1); id <= 4; id++ {
		last[id] = promise(t, id, 10*id, 1)
		f.take(t, last[id])
	}
	f.requireAccount(t, work.Voucher{Voucher: proof.Voucher{Channel: 5}}, 0) // met, and nothing promised
	f.chain.change(2, func(c *work.Channel) { c.Redeemed, c.Count = proof.U64(20), 1 })
	f.chain.change(3, func(c *work.Channel) { c.Redeemed, c.Count = proof.U64(29), 1 })
	f.look(t)
	require.Empty(t, f.book.forgot)

	for _, id := range []uint64{1, 2, 3, 5} {
		delete(f.chain.open, id)
	}
	f.chain.err = errChain
	_, err := f.till.Look(t.Context())
	require.ErrorIs(t, err, errChain)
	require.Empty(t, f.book.forgot)
	f.requireAccount(t, last[1], 0)

	f.chain.err = nil
	lost, err := f.till.Look(t.Context())
	require.NoError(t, err)
	require.ElementsMatch(t, []work.Voucher{last[1], last[3]}, lost)
	require.Equal(t, []work.Voucher{last[4]}, f.book.Latest())
	slices.Sort(f.book.forgot)
	require.Equal(t, []uint64{1, 2, 3, 5}, f.book.forgot)
	for _, id := range f.book.forgot {
		_, err := f.till.Account(t.Context(), payer(), id)
		require.ErrorIs(t, err, channel.ErrNoChannel)
		f.till.Return(id, proof.U64(1))
	}
	f.requireAccount(t, last[4], 0)
	f.look(t)
	require.Len(t, f.book.forgot, 4, "once")
}

// TestLookKeepsWhatIsNew: a channel that is met while the chain is asked may have been opened since it has looked.
func TestLookKeepsWhatIsNew(t *testing.T) {
	f := newFixture(t)
	v := promise(t, 1, 10, 1)
	f.chain.during = func() {
		f.chain.open[1] = chanOf(1)
		f.take(t, v)
	}
	f.look(t)
	f.chain.during = nil
	require.Empty(t, f.book.forgot)
	f.requireAccount(t, v, 0)
	f.look(t)
	require.Empty(t, f.book.forgot)

	// One that is over before the next question is forgotten then.
	f.chain.open[2] = chanOf(2)
	f.take(t, promise(t, 2, 5, 1))
	delete(f.chain.open, 2)
	lost, err := f.till.Look(t.Context())
	require.NoError(t, err)
	require.Equal(t, []work.Voucher{promise(t, 2, 5, 1)}, lost)
	require.Equal(t, []uint64{2}, f.book.forgot)
}

// TestLookLearns: what has changed on chain counts from then on, also for a channel that nobody has used since the start.
func TestLookLearns(t *testing.T) {
	f := newFixture(t, chanOf(1), chanOf(2))
	f.take(t, promise(t, 1, 10, 1))
	f.restart(t)
	f.chain.change(1, func(c *work.Channel) {
		c.Deposit, c.Redeemed, c.Count, c.Expires = proof.U64(2000), proof.U64(10), 1, 20_000
	})
	f.look(t)
	f.chain.height = uint64(chanOf(1).Expires)
	require.Empty(t, f.till.Due(1))
	f.chain.asked = 0
	f.take(t, promise(t, 1, 2000, 2))
	require.Zero(t, f.chain.asked)
	_, err := f.till.Take(t.Context(), payer(), promise(t, 2, 1, 1))
	require.ErrorIs(t, err, channel.ErrEnding)
	require.Equal(t, 2, f.chain.asked, "one that is only listed is not met, and one that is about to end is asked for again")
}

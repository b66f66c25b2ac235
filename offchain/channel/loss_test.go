package channel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// TestResumeAfterALoss: a voucher that the till never got is replaced by another one.
func TestResumeAfterALoss(t *testing.T) {
	for _, first := range []uint64{0, 100} {
		f := newFixture(t, chanOf(1))
		p := channel.NewPurse(paying(), chanOf(1))
		if first > 0 {
			v, err := p.Spend(first)
			require.NoError(t, err)
			f.take(t, v)
			require.NoError(t, f.charge(1, first))
		}
		_, err := p.Spend(60) // is lost on its way
		require.NoError(t, err)
		p.Return(60)
		a, err := f.till.Account(t.Context(), payer(), 1)
		require.NoError(t, err)
		require.NoError(t, p.Resume(a))
		v, err := p.Spend(60)
		require.NoError(t, err)
		require.Equal(t, proof.U64(first+100), v.Amount)
		f.take(t, v)
		require.NoError(t, f.charge(1, 60))
		require.Equal(t, proof.U64(first+100), p.Spent())
	}
}

// TestExtended: an end that was moved away counts at once.
func TestExtended(t *testing.T) {
	f := newFixture(t, chanOf(1))
	f.take(t, promise(t, 1, 10, 1))
	f.chain.height = 9_990
	f.chain.change(1, func(c *work.Channel) { c.Expires = 20_000 })
	f.take(t, promise(t, 1, 20, 2))
}

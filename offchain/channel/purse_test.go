package channel_test

import (
	"crypto/ed25519"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// paying pays a base unit for a byte, 100 bytes ahead.
func paying() channel.Paying {
	return channel.Paying{Domain: domain(), Key: keyOf(1), Price: channel.Price(proof.U64(byByte)), Step: 100}
}

// spend pays for bytes and returns the amount of the voucher, 0 for none.
func spend(t require.TestingT, p *channel.Purse, bytes uint64) uint64 {
	v, err := p.Spend(bytes)
	require.NoError(t, err)
	if v.IsNone() {
		require.Equal(t, work.Voucher{}, v)
	}
	return v.Amount.Lo
}

// TestSpend: a purse pays a step ahead, or what is asked for if that is more, and as much as there is at most.
func TestSpend(t *testing.T) {
	p := channel.NewPurse(paying(), chanOf(3))
	require.Equal(t, uint64(3), p.Channel())
	for i, tc := range []struct {
		bytes, voucher, spent uint64
	}{
		{0, 0, 0},
		{1, 100, 100},
		{99, 0, 100},   // all that was promised
		{0, 0, 100},    // nothing is free
		{60, 200, 200}, // a step from what is used
		{41, 260, 260}, // 60 + 41 are more than a step, 160 + 100
		{250, 451, 451},
		{100, 551, 551},
		{1, 651, 651},
		{349, 901, 901},
		{1, 1000, 1000}, // a step would be 1,001
		{97, 0, 1000},
		{1, 0, 1000},
	} {
		require.Equal(t, tc.voucher, spend(t, p, tc.bytes), "payment %d", i)
		require.Equal(t, proof.U64(tc.spent), p.Spent(), "payment %d", i)
	}
	_, err := p.Spend(1)
	require.ErrorIs(t, err, channel.ErrEmpty)
	require.Zero(t, spend(t, p, 0))
}

// TestVouchers: each voucher is what the chain expects, with one more task paid.
func TestVouchers(t *testing.T) {
	c := chanOf(3)
	c.Redeemed, c.Count = proof.U64(50), 7
	p := channel.NewPurse(paying(), c)
	for i := range uint64(3) {
		v, err := p.Spend(100)
		require.NoError(t, err)
		require.Equal(t, proof.Voucher{Channel: 3, Amount: proof.U64(150 + 100*i), Count: 8 + i}, v.Voucher)
		key := payer()
		require.NoError(t, v.Verify(key[:], domain(), v.Signature[:]))
	}
	require.Equal(t, proof.U64(300), p.Spent(), "what was redeemed was promised by another purse")
}

// TestEmpty: what there is not enough money for changes nothing.
func TestEmpty(t *testing.T) {
	p := channel.NewPurse(paying(), chanOf(1))
	require.True(t, p.Has(1000))
	require.False(t, p.Has(1001))
	require.Equal(t, uint64(901), spend(t, p, 901))
	require.True(t, p.Has(99))
	require.False(t, p.Has(100))
	for _, bytes := range []uint64{100, 1<<64 - 1} {
		v, err := p.Spend(bytes)
		require.ErrorIs(t, err, channel.ErrEmpty)
		require.Equal(t, work.Voucher{}, v)
	}
	require.Equal(t, proof.U64(901), p.Spent())
	v, err := p.Spend(99)
	require.NoError(t, err)
	require.Equal(t, proof.Voucher{Channel: 1, Amount: proof.U64(1000), Count: 2}, v.Voucher)
	require.True(t, p.Has(0))
	require.False(t, p.Has(1))
}

// TestLargeAmounts: no amount of 128 bits makes the arithmetic go round.
func TestLargeAmounts(t *testing.T) {
	how, c := paying(), chanOf(1)
	how.Price, how.Step = channel.Price(most()), 1<<64-1
	c.Deposit = most()
	p := channel.NewPurse(how, c)
	v, err := p.Spend(1 << 29) // half of what there is
	require.NoError(t, err)
	require.Equal(t, most(), v.Amount, "a step costs more than there is")
	c.Redeemed, c.Count = proof.U128{Hi: 1 << 63}, 1
	p = channel.NewPurse(how, c)
	v, err = p.Spend(1)
	require.NoError(t, err)
	require.Equal(t, proof.Voucher{Channel: 1, Amount: most(), Count: 2}, v.Voucher)
	require.False(t, p.Has(1<<29))
	_, err = p.Spend(1 << 29)
	require.ErrorIs(t, err, channel.ErrEmpty)
	p.Return(1 << 63)
	require.True(t, p.Has(1<<30), "nothing is used")
	require.Equal(t, proof.U128{Hi: 1<<63 - 1, Lo: 1<<64 - 1}, p.Spent())
}

// TestFree: where nothing costs anything nothing is promised.
func TestFree(t *testing.T) {
	how, c := paying(), chanOf(1)
	how.Price, c.Deposit = channel.Price{}, proof.U128{}
	p := channel.NewPurse(how, c)
	require.True(t, p.Has(1<<64-1))
	require.Zero(t, spend(t, p, 1<<64-1))
	require.Equal(t, proof.U128{}, p.Spent())
}

// TestKeyThatCannotSign: without a signature nothing is promised.
func TestKeyThatCannotSign(t *testing.T) {
	for name, change := range map[string]func(*channel.Paying){
		"fails: no key":    func(how *channel.Paying) { how.Key = nil },
		"fails: short key": func(how *channel.Paying) { how.Key = make(ed25519.PrivateKey, 63) },
		"fails: no domain": func(how *channel.Paying) { how.Domain = proof.Domain{} },
	} {
		t.Run(name, func(t *testing.T) {
			how := paying()
			change(&how)
			p := channel.NewPurse(how, chanOf(1))
			v, err := p.Spend(1)
			require.Error(t, err)
			require.NotErrorIs(t, err, channel.ErrEmpty)
			require.Equal(t, work.Voucher{}, v)
			require.Equal(t, proof.U128{}, p.Spent())
			require.True(t, p.Has(1000), "nothing is used")
		})
	}
}

// TestReturn: what is taken back pays for what comes next, without a voucher.
func TestReturn(t *testing.T) {
	p := channel.NewPurse(paying(), chanOf(1))
	require.Equal(t, uint64(100), spend(t, p, 70))
	p.Return(30)
	require.Zero(t, spend(t, p, 60))
	require.Equal(t, uint64(200), spend(t, p, 1))
	p.Return(1)
	p.Return(0)
	require.Zero(t, spend(t, p, 100))
	require.Equal(t, proof.U64(200), p.Spent())
	require.True(t, p.Has(800))
	require.False(t, p.Has(801))
}

// TestGrown: what is put in can be spent; what the chain has redeemed meanwhile was spent before.
func TestGrown(t *testing.T) {
	p := channel.NewPurse(paying(), chanOf(1))
	require.Equal(t, uint64(1000), spend(t, p, 1000))
	c := chanOf(1)
	c.Deposit, c.Redeemed, c.Count = proof.U64(1050), proof.U64(300), 1
	p.Grown(c)
	require.False(t, p.Has(51))
	v, err := p.Spend(50)
	require.NoError(t, err)
	require.Equal(t, proof.Voucher{Channel: 1, Amount: proof.U64(1050), Count: 2}, v.Voucher)
	require.Equal(t, proof.U64(1050), p.Spent())
}

// TestSpendAtOnce: whoever pays at the same time pays for his own bytes.
func TestSpendAtOnce(t *testing.T) {
	p := channel.NewPurse(paying(), chanOf(1))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if _, err := p.Spend(5); err != nil {
					t.Error(err)
				}
				p.Return(2)
				p.Has(1)
				p.Spent()
			}
		})
	}
	all.Wait()
	require.True(t, p.Has(1000-8*20*3))
	require.False(t, p.Has(1000-8*20*3+1))
}

package channel_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// taking is one attempt to hand a voucher over, to a till that has taken 100 base units, count 5, of channel 1. On chain 50 of
// them are redeemed, and 20 of the others are used.
type taking struct {
	f      *fixture
	body   proof.Voucher
	key    ed25519.PrivateKey
	domain proof.Domain
	forge  func(*work.Voucher) // after it is signed
}

func newTaking(t *testing.T) *taking {
	t.Helper()
	c := chanOf(1)
	c.Redeemed, c.Count = proof.U64(50), 3
	f := newFixture(t, c, chanOf(2))
	f.take(t, promise(t, 1, 100, 5))
	require.NoError(t, f.charge(1, 20))
	return &taking{f: f, body: proof.Voucher{Channel: 1, Amount: proof.U64(200), Count: 6}, key: keyOf(1), domain: domain(), forge: func(*work.Voucher) {}}
}

func TestTake(t *testing.T) {
	amount := func(n uint64) func(*taking) { return func(k *taking) { k.body.Amount = proof.U64(n) } }
	count := func(n uint64) func(*taking) { return func(k *taking) { k.body.Count = n } }
	forge := func(f func(*work.Voucher)) func(*taking) { return func(k *taking) { k.forge = f } }
	left := func(blocks uint64) func(*taking) {
		return func(k *taking) { k.f.chain.height = uint64(chanOf(1).Expires) - blocks }
	}
	for name, tc := range map[string]struct {
		change func(*taking)
		want   error
	}{
		"ok: more":                    {func(*taking) {}, nil},
		"ok: one unit more":           {amount(101), nil},
		"ok: all there is":            {amount(1000), nil},
		"ok: many tasks":              {count(1<<64 - 1), nil},
		"ok: with evidence":           {func(k *taking) { k.body.Evidence = [32]byte{1, 2} }, nil},
		"ok: a quarter of the notice": {left(notice / 4), nil},
		"ok: closed a while ago":      {func(k *taking) { k.close(t, notice/4) }, nil},

		"fails: nothing":               {amount(0), channel.ErrVoucher},
		"fails: as much as before":     {amount(100), channel.ErrVoucher},
		"fails: less than before":      {amount(99), channel.ErrVoucher},
		"fails: less than is redeemed": {amount(50), channel.ErrVoucher},
		"fails: more than there is":    {amount(1001), channel.ErrVoucher},
		"fails: far more":              {func(k *taking) { k.body.Amount = most() }, channel.ErrVoucher},
		"fails: as many tasks":         {count(5), channel.ErrVoucher},
		"fails: fewer tasks":           {count(4), channel.ErrVoucher},
		"fails: no tasks":              {count(0), channel.ErrVoucher},

		"fails: of another chain":    {func(k *taking) { k.domain.ChainID = "mesh-2" }, channel.ErrVoucher},
		"fails: of another network":  {func(k *taking) { k.domain.Network = "net_00000002" }, channel.ErrVoucher},
		"fails: by another key":      {func(k *taking) { k.key = keyOf(2) }, channel.ErrVoucher},
		"fails: for another channel": {func(k *taking) { k.body.Channel, k.forge = 2, func(v *work.Voucher) { v.Channel = 1 } }, channel.ErrVoucher},
		"fails: another amount":      {forge(func(v *work.Voucher) { v.Amount.Lo++ }), channel.ErrVoucher},
		"fails: another count":       {forge(func(v *work.Voucher) { v.Count++ }), channel.ErrVoucher},
		"fails: another evidence":    {forge(func(v *work.Voucher) { v.Evidence[31]++ }), channel.ErrVoucher},
		"fails: another signature":   {forge(func(v *work.Voucher) { v.Signature[63] ^= 1 }), channel.ErrVoucher},
		"fails: the one before's":    {forge(func(v *work.Voucher) { v.Signature = promise(t, 1, 100, 5).Signature }), channel.ErrVoucher},
		"fails: no signature":        {forge(func(v *work.Voucher) { v.Signature = [64]byte{} }), channel.ErrVoucher},

		"fails: one block too late":   {left(notice/4 - 1), channel.ErrEnding},
		"fails: at the last block":    {left(0), channel.ErrEnding},
		"fails: over":                 {left(1<<64 - 1), channel.ErrEnding}, // −1
		"fails: not durable":          {func(k *taking) { k.f.book.err = errDisk }, errDisk},
		"fails: no answer to more":    {func(k *taking) { k.body.Amount, k.f.chain.err = proof.U64(1001), errChain }, errChain},
		"fails: over, and for more":   {func(k *taking) { k.body.Amount = proof.U64(1001); delete(k.f.chain.open, 1) }, channel.ErrNoChannel},
		"fails: forged, not durable":  {func(k *taking) { k.key, k.f.book.err = keyOf(2), errDisk }, channel.ErrVoucher},
		"fails: closed by the client": {func(k *taking) { k.close(t, notice/4-1) }, channel.ErrEnding},
	} {
		t.Run(name, func(t *testing.T) {
			k := newTaking(t)
			tc.change(k)
			v := signed(t, k.key, k.domain, k.body)
			k.forge(&v)
			a, err := k.f.till.Take(t.Context(), payer(), v)
			require.ErrorIs(t, err, tc.want)
			before := promise(t, 1, 100, 5)
			if tc.want != nil {
				require.Equal(t, work.Account{}, a)
				require.Equal(t, []work.Voucher{before}, k.f.book.wrote)
				k.f.requireAccount(t, before, 70)
				require.ErrorIs(t, k.f.charge(1, 31), channel.ErrUnpaid)
				return
			}
			require.Equal(t, work.Account{Latest: v, Used: proof.U64(70)}, a)
			require.Equal(t, []work.Voucher{before, v}, k.f.book.wrote)
			k.f.requireAccount(t, v, 70)
			require.NoError(t, k.f.charge(1, k.body.Amount.Lo-70))
		})
	}
}

// close brings the end of channel 1 nearer, to so many blocks from now.
func (k *taking) close(t *testing.T, left int64) {
	t.Helper()
	k.f.chain.change(1, func(c *work.Channel) { c.Expires = int64(k.f.chain.height) + left })
	k.f.look(t)
}

// TestTakeAgain: a voucher that is handed over twice changes nothing, whatever has happened since; one before it does not count.
func TestTakeAgain(t *testing.T) {
	f := newFixture(t, chanOf(1))
	first, second := promise(t, 1, 100, 1), promise(t, 1, 150, 2)
	f.take(t, first)
	require.NoError(t, f.charge(1, 30))
	f.book.err, f.chain.height = errDisk, uint64(chanOf(1).Expires)
	a, err := f.till.Take(t.Context(), payer(), first)
	require.NoError(t, err)
	require.Equal(t, work.Account{Latest: first, Used: proof.U64(30)}, a)
	require.Equal(t, []work.Voucher{first}, f.book.wrote)
	f.book.err, f.chain.height = nil, 100
	f.take(t, second)
	_, err = f.till.Take(t.Context(), payer(), first)
	require.ErrorIs(t, err, channel.ErrVoucher)
	_, err = f.till.Take(t.Context(), publicOf(keyOf(2)), second)
	require.ErrorIs(t, err, channel.ErrVoucher, "handed over by somebody else")
	f.requireAccount(t, second, 30)
	f.restart(t)
	f.take(t, second)
	f.requireAccount(t, second, 150)
	require.Equal(t, []work.Voucher{first, second}, f.book.wrote)
}

// TestTopUp: money that was put in since the till met a channel counts, and the chain is asked only where it has to be.
func TestTopUp(t *testing.T) {
	f := newFixture(t, chanOf(1))
	f.take(t, promise(t, 1, 1000, 1))
	require.Equal(t, 1, f.chain.asked)
	f.chain.change(1, func(c *work.Channel) { c.Deposit = proof.U64(1500) })
	f.take(t, promise(t, 1, 1500, 2))
	require.Equal(t, 2, f.chain.asked)
	_, err := f.till.Take(t.Context(), payer(), promise(t, 1, 1501, 3))
	require.ErrorIs(t, err, channel.ErrVoucher)
	require.Equal(t, 3, f.chain.asked)
	f.chain.change(1, func(c *work.Channel) { c.Deposit = proof.U64(1502) })
	f.look(t)
	f.take(t, promise(t, 1, 1501, 3))
	require.Equal(t, 3, f.chain.asked)
	require.NoError(t, f.charge(1, 1501))
}

// TestRedeemedBySomebodyElse: a voucher counts only beyond what the chain has paid out, by amount and by count.
func TestRedeemedBySomebodyElse(t *testing.T) {
	f := newFixture(t, chanOf(1))
	f.take(t, promise(t, 1, 10, 1))
	f.chain.change(1, func(c *work.Channel) { c.Redeemed, c.Count = proof.U64(100), 8 })
	f.look(t)
	for _, v := range []work.Voucher{promise(t, 1, 100, 9), promise(t, 1, 101, 8)} {
		_, err := f.till.Take(t.Context(), payer(), v)
		require.ErrorIs(t, err, channel.ErrVoucher)
	}
	f.take(t, promise(t, 1, 101, 9))
}

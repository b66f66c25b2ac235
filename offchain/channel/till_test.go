package channel_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

func TestNewTill(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*channel.Terms)
		err    error // of the chain
		want   error
	}{
		"ok: as it is":        {func(*channel.Terms) {}, nil, nil},
		"ok: a short notice":  {func(m *channel.Terms) { m.Notice = 1 }, nil, nil},
		"fails: no chain":     {func(m *channel.Terms) { m.Domain.ChainID = "" }, nil, channel.ErrInvalid},
		"fails: no network":   {func(m *channel.Terms) { m.Domain.Network = "" }, nil, channel.ErrInvalid},
		"fails: no node":      {func(m *channel.Terms) { m.Node = 0 }, nil, channel.ErrInvalid},
		"fails: no notice":    {func(m *channel.Terms) { m.Notice = 0 }, nil, channel.ErrInvalid},
		"fails: below 0":      {func(m *channel.Terms) { m.Notice = -1 }, nil, channel.ErrInvalid},
		"fails: no answer":    {func(*channel.Terms) {}, errChain, errChain},
		"fails: was stopped":  {func(*channel.Terms) {}, context.Canceled, context.Canceled},
		"fails: both, no ask": {func(m *channel.Terms) { m.Node = 0 }, errChain, channel.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			m, chain := terms(), newLedger()
			chain.err = tc.err
			tc.change(&m)
			till, err := channel.NewTill(t.Context(), m, chain, newBook())
			require.ErrorIs(t, err, tc.want)
			require.Equal(t, tc.want == nil, till != nil)
		})
	}
}

// TestTillPrice: nothing costs anything before there is a price.
func TestTillPrice(t *testing.T) {
	f := newFixture(t)
	require.Equal(t, proof.U128{}, f.till.Cost(1<<64-1))
	f.till.SetPrice(channel.Price(proof.U64(byByte)))
	require.Equal(t, proof.U64(5), f.till.Cost(5))
	f.till.SetPrice(channel.Price(proof.U64(1)))
	require.Equal(t, proof.U64(1), f.till.Cost(5))
	f.till.SetPrice(channel.Price{})
	require.Equal(t, proof.U128{}, f.till.Cost(5))
}

// TestWhoPays: only the host whose key a channel has pays by it, and only the node and in the network that the channel is for.
func TestWhoPays(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*work.Channel)
		payer  [32]byte
		id     uint64
		want   error
	}{
		"ok: the payer's":                {func(*work.Channel) {}, payer(), 1, nil},
		"ok: of another client":          {func(c *work.Channel) { c.Client = "another" }, payer(), 1, nil},
		"fails: of another key":          {func(c *work.Channel) { c.Key = publicOf(keyOf(2)) }, payer(), 1, channel.ErrVoucher},
		"fails: another host asks":       {func(*work.Channel) {}, publicOf(keyOf(2)), 1, channel.ErrVoucher},
		"fails: nobody asks":             {func(*work.Channel) {}, [32]byte{}, 1, channel.ErrVoucher},
		"fails: for another node":        {func(c *work.Channel) { c.Node = node + 1 }, payer(), 1, channel.ErrVoucher},
		"fails: in another network":      {func(c *work.Channel) { c.Network = "net_00000002" }, payer(), 1, channel.ErrVoucher},
		"fails: that is not open":        {func(*work.Channel) {}, payer(), 2, channel.ErrNoChannel},
		"fails: that there can never be": {func(*work.Channel) {}, payer(), 0, channel.ErrNoChannel},
	} {
		t.Run(name, func(t *testing.T) {
			c := chanOf(1)
			tc.change(&c)
			f := newFixture(t, c)
			for range 2 { // met and known
				a, err := f.till.Account(t.Context(), tc.payer, tc.id)
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, work.Account{}, a)
				require.ErrorIs(t, f.till.Charge(t.Context(), tc.payer, tc.id, proof.U128{}), tc.want)
			}
			v := promise(t, tc.id, 5, 1)
			a, err := f.till.Take(t.Context(), tc.payer, v)
			require.ErrorIs(t, err, tc.want)
			if tc.want != nil {
				require.Equal(t, work.Account{}, a)
				require.Empty(t, f.book.wrote)
				return
			}
			require.Equal(t, work.Account{Latest: v}, a)
			require.Equal(t, []work.Voucher{v}, f.book.wrote)
		})
	}
}

// TestKnownChannels: the chain is asked once for a channel that pays the node, and every time for one that does not.
func TestKnownChannels(t *testing.T) {
	other := chanOf(2)
	other.Node++
	f := newFixture(t, chanOf(1), other)
	for range 3 {
		f.requireAccount(t, work.Voucher{Voucher: proof.Voucher{Channel: 1}}, 0)
	}
	require.Equal(t, 1, f.chain.asked)
	for range 3 {
		_, err := f.till.Account(t.Context(), payer(), 2)
		require.ErrorIs(t, err, channel.ErrVoucher)
	}
	require.Equal(t, 4, f.chain.asked)
	f.chain.err = errChain
	f.requireAccount(t, work.Voucher{Voucher: proof.Voucher{Channel: 1}}, 0)
	_, err := f.till.Account(t.Context(), payer(), 3)
	require.ErrorIs(t, err, errChain)
	require.NotErrorIs(t, err, channel.ErrNoChannel)
}

// TestMet: what was redeemed before a till met a channel is used.
func TestMet(t *testing.T) {
	c := chanOf(1)
	c.Redeemed, c.Count = proof.U64(100), 3
	f := newFixture(t, c)
	f.requireAccount(t, work.Voucher{Voucher: proof.Voucher{Channel: 1}}, 100)
	require.ErrorIs(t, f.charge(1, 1), channel.ErrUnpaid)
	f.take(t, promise(t, 1, 105, 4))
	require.ErrorIs(t, f.charge(1, 6), channel.ErrUnpaid)
	require.NoError(t, f.charge(1, 5))
}

// TestCharge: what is charged and given back adds up, and what is not covered changes nothing.
func TestCharge(t *testing.T) {
	f := newFixture(t, chanOf(1), chanOf(2))
	none := work.Voucher{Voucher: proof.Voucher{Channel: 1}}
	f.till.Return(1, proof.U64(1)) // before it is met
	require.NoError(t, f.charge(1, 0))
	require.ErrorIs(t, f.charge(1, 1), channel.ErrUnpaid)
	f.requireAccount(t, none, 0)
	first := promise(t, 1, 100, 1)
	f.take(t, first)
	f.take(t, promise(t, 2, 7, 1))
	require.NoError(t, f.charge(1, 60))
	require.ErrorIs(t, f.charge(1, 41), channel.ErrUnpaid)
	f.requireAccount(t, first, 60)
	require.NoError(t, f.charge(1, 40))
	require.ErrorIs(t, f.charge(1, 1), channel.ErrUnpaid)
	require.ErrorIs(t, f.till.Charge(t.Context(), payer(), 1, most()), channel.ErrUnpaid, "more than 128 bits in all")
	f.requireAccount(t, first, 100)
	f.till.Return(1, proof.U64(30))
	f.till.Return(1, proof.U128{})
	f.till.Return(3, proof.U64(1)) // nobody's
	f.requireAccount(t, first, 70)
	second := promise(t, 1, 101, 2)
	f.take(t, second)
	f.requireAccount(t, second, 70)
	require.NoError(t, f.charge(1, 31))
	f.till.Return(1, proof.U64(102))
	f.requireAccount(t, second, 0)
	f.requireAccount(t, promise(t, 2, 7, 1), 0)
}

// TestRestart: what was promised to a till before is used, and what comes after is not.
func TestRestart(t *testing.T) {
	f := newFixture(t, chanOf(1), chanOf(2), chanOf(3))
	latest := promise(t, 1, 20, 2)
	f.take(t, promise(t, 1, 10, 1))
	f.take(t, latest)
	f.take(t, promise(t, 2, 5, 1))
	require.NoError(t, f.charge(1, 3))
	delete(f.chain.open, 2)
	f.restart(t)
	require.Equal(t, []uint64{2}, f.book.forgot, "it is over")
	f.chain.asked = 0
	f.requireAccount(t, latest, 20)
	require.Zero(t, f.chain.asked)
	require.ErrorIs(t, f.charge(1, 1), channel.ErrUnpaid)
	f.requireAccount(t, work.Voucher{Voucher: proof.Voucher{Channel: 3}}, 0)
	f.take(t, promise(t, 1, 24, 3))
	require.ErrorIs(t, f.charge(1, 5), channel.ErrUnpaid)
	require.NoError(t, f.charge(1, 4))
}

// TestCharges: many at once get what there is and no more.
func TestCharges(t *testing.T) {
	f := newFixture(t, chanOf(1))
	f.take(t, promise(t, 1, 100, 1))
	var all sync.WaitGroup
	var served atomic.Int64
	for range 8 {
		all.Go(func() {
			for range 50 {
				if err := f.charge(1, 1); err == nil {
					served.Add(1)
				} else if !errors.Is(err, channel.ErrUnpaid) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 100, served.Load())
}

// TestQuestionsAtOnce: payers cause a few questions to the chain at a time, and who waits for his turn can leave.
func TestQuestionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, chanOf(1))
		answered := make(chan struct{})
		f.chain.answer = func(context.Context) { <-answered }
		ended := make(chan error, channel.MaxAsking+2)
		ask := func(ctx context.Context) {
			_, err := f.till.Account(ctx, payer(), 1)
			ended <- err
		}
		for range channel.MaxAsking + 1 {
			go ask(t.Context())
		}
		synctest.Wait()
		require.Equal(t, channel.MaxAsking, f.chain.asked)
		leaves := errors.New("leaves")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(leaves)
		ask(ctx)
		require.ErrorIs(t, <-ended, leaves)
		close(answered)
		for range channel.MaxAsking + 1 {
			require.NoError(t, <-ended)
		}
		require.Equal(t, channel.MaxAsking+1, f.chain.asked)
	})
}

// TestAccountsAreBounded: there is room for so many channels, and for another when one is over.
func TestAccountsAreBounded(t *testing.T) {
	f := newFixture(t)
	c, host := chanOf(1), payer()
	for id := uint64(1); id <= channel.MaxAccounts+1; id++ {
		c.ID = id
		f.chain.open[id] = c
		if _, err := f.till.Account(t.Context(), host, id); errors.Is(err, channel.ErrNoChannel) != (id > channel.MaxAccounts) {
			t.Fatalf("channel %d: %v", id, err)
		}
	}
	f.take(t, promise(t, 5, 1, 1))
	delete(f.chain.open, 6)
	f.look(t)
	f.take(t, promise(t, channel.MaxAccounts+1, 1, 1))
}

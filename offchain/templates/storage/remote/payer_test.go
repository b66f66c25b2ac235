package remote_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// A channel that does not count, or a till that does not work, is tried twice and nothing is promised; the stream goes on.
func TestHolderTakesNoPayment(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(p *paid)
		want    string
		log     []string
	}{
		"fails: channel of another": {func(p *paid) { p.till.Open(ours, [32]byte{1}) },
			"ask for the channel's account at holder: holder refused: unpaid: channel 5 does not pay this node for that peer", []string{"account 5", "account 5"}},
		"fails: till is broken": {func(p *paid) { p.till.Step = func(context.Context, string) error { return errors.New("broken") } },
			"ask for the channel's account at holder: holder refused: unpaid: broken", []string{"account 5", "account 5"}},
		"fails: no till": {func(p *paid) { p.rig.till = nil; p.start() },
			"ask for the channel's account at holder: holder refused: unpaid: this node takes no payment", nil},
	} {
		t.Run(name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				of := p.pieces(1, 1000)[0]
				test.prepare(p)
				err := p.try(p.t.Context(), of)
				require.ErrorIs(t, err, wire.Unpaid)
				require.EqualError(t, err, test.want)
				require.Equal(t, test.log, p.till.Log())
				require.Empty(t, p.purse.Vouchers())
				p.payer.purse = nil
				if p.rig.till == nil {
					require.NoError(t, p.try(p.t.Context(), of))
				} else {
					require.ErrorIs(t, p.try(p.t.Context(), of), wire.Unpaid)
				}
				require.Equal(t, 1, p.opened)
			})
		})
	}
}

// A payer that cannot pay is why a fetch fails; nothing is asked of the holder, and the stream stays.
func TestPayerThatCannotPay(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		broke := errors.New("account is empty")
		p.payer.err = broke
		err := p.try(p.t.Context(), of)
		require.ErrorIs(t, err, broke)
		require.EqualError(t, err, "pay at holder: account is empty")
		require.Empty(t, p.till.Log())

		p.payer.err, p.purse.Deposit = nil, 2999
		err = p.try(p.t.Context(), of)
		require.ErrorIs(t, err, holdertest.ErrEmpty)
		require.EqualError(t, err, "pay at holder: the purse cannot pay: purse is empty")
		require.Equal(t, []string{"account 5"}, p.till.Log())
		require.Equal(t, holdertest.Stand{}, p.stand())
		p.purse.Deposit = 3000
		p.fetch(of, 0, 1000)
		require.Equal(t, []string{"account 5", "take 5 3000", "charge 5 3000"}, p.till.Log())
		require.Equal(t, 1, p.opened)
	})
}

// Where a payer has nothing to pay, nobody is asked for an account.
func TestNothingToPay(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		p.till.SetPrice(0)
		p.payer.purse = nil
		p.fetch(of, 0, 1000)
		require.Equal(t, []uint64{1000}, p.payer.asked)
		require.Empty(t, p.till.Log())
	})
}

// Lists are free, for those who pay as for those who do not.
func TestListsAreFree(t *testing.T) {
	runPaid(t, func(p *paid) {
		h := p.grant()
		list, made := p.first(h, 1000, 1, 2)
		for _, reader := range []*remote.Reader{p.reader, newRemote(p.t, p.dial).Reader()} {
			got, err := reader.Layout(p.t.Context(), peer(), 7, made, n)
			require.NoError(t, err)
			require.Equal(t, list.Encode(), got.Encode())
			require.NoError(t, reader.Close())
		}
		require.ErrorIs(t, h.Fetch(p.t.Context(), list.At(0).Roots[index], 1000, 0, make([]byte, 1000)), wire.Unpaid)
		require.Empty(t, p.payer.asked)
		require.Empty(t, p.till.Log())
	})
}

// Fund is a matter of the payer; without one nothing is to be paid.
func TestFund(t *testing.T) {
	broke := errors.New("account is empty")
	p := &payer{}
	reader := newPaying(t, nil, p).Reader()
	holders := []remote.Peer{{Name: "a"}, {Name: "b", Key: [32]byte{1}}}
	require.NoError(t, reader.Fund(t.Context(), holders, 77))
	p.err = broke
	require.Equal(t, broke, reader.Fund(t.Context(), nil, 1))
	require.Equal(t, []funding{{holders, 77}, {nil, 1}}, p.funded)
	require.Empty(t, p.asked)
	require.NoError(t, newRemote(t, nil).Reader().Fund(t.Context(), holders, 77))
	require.NoError(t, newPaying(t, nil, p).FellowReader(7).Fund(t.Context(), holders, 77), "it reads for nothing")
	require.Len(t, p.funded, 2)
}

// A context that ends while something is paid ends the fetch at once, and the stream with it; the next fetch opens another.
func TestContextEndsWhileItIsPaid(t *testing.T) {
	for name, test := range map[string]struct {
		hangs func(p *paid, hang bool)
		want  string
		log   []string
	}{
		"payer": {func(p *paid, hang bool) { p.payer.hangs = hang }, "pay at holder: enough", nil},
		"account": {func(p *paid, hang bool) { p.till.Step = hangingAt("account", hang) }, "ask for the channel's account at holder: enough",
			[]string{"account 5"}},
		"voucher": {func(p *paid, hang bool) { p.till.Step = hangingAt("take", hang) }, "fetch piece at holder: enough", []string{"account 5", "take 5 3000"}},
		"charge": {func(p *paid, hang bool) { p.till.Step = hangingAt("charge", hang) }, "fetch piece at holder: enough",
			[]string{"account 5", "take 5 3000", "charge 5 3000"}},
	} {
		t.Run(name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				of := p.pieces(1, 1000)[0]
				test.hangs(p, true)
				why := errors.New("enough")
				ctx, cancel := context.WithTimeoutCause(p.t.Context(), time.Second, why)
				defer cancel()
				begun := time.Now()
				err := p.try(ctx, of)
				require.ErrorIs(t, err, why)
				require.EqualError(t, err, test.want)
				require.Equal(t, time.Second, time.Since(begun))
				synctest.Wait()
				require.Equal(t, test.log, p.till.Log())
				require.Zero(t, p.till.Stand(ours).Used)

				test.hangs(p, false)
				p.fetch(of, 0, 1000)
				require.Equal(t, 3000, int(p.till.Stand(ours).Used))
			})
		})
	}
}

// hangingAt has one call of a till hang until its context ends.
func hangingAt(call string, hang bool) func(context.Context, string) error {
	return func(ctx context.Context, name string) error {
		if name != call || !hang {
			return nil
		}
		<-ctx.Done()
		return context.Cause(ctx)
	}
}

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
	"github.com/mesh-protocol/mesh/offchain/work"
)

// countingPurse counts what is spent and returned, and may fail.
type countingPurse struct {
	*holdertest.Purse
	spends, returns int
	err             error
}

func (p *countingPurse) Spend(bytes uint64) (work.Voucher, error) {
	if p.err != nil {
		return work.Voucher{}, p.err
	}
	p.spends++
	return p.Purse.Spend(bytes)
}
func (p *countingPurse) Return(bytes uint64) { p.returns++; p.Purse.Return(bytes) }

// What was not spent is not returned.
func TestNothingUnspentIsReturned(t *testing.T) {
	for _, empty := range []bool{true, false} {
		runPaid(t, func(p *paid) {
			of := p.pieces(1, 1000)[0]
			purse := &countingPurse{Purse: p.purse}
			p.payer.purse = purse
			if empty {
				purse.err = holdertest.ErrEmpty
			} else {
				p.till.Step = func(context.Context, string) error { return errors.New("broken") }
			}
			require.Error(t, p.try(p.t.Context(), of))
			require.Equal(t, 0, purse.spends)
			require.Equal(t, 0, purse.returns)
		})
	}
}

// A holder that answers a voucher with something else is named.
func TestVoucherAnsweredWithoutAccount(t *testing.T) {
	for name, says := range map[string]*wire.Answer{"no account": {}, "a piece": given(), "with bytes": {Length: 5, Follow: 5, Account: &wire.Account{}}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &cheat{t: t, get: given, pay: func(v work.Voucher) *wire.Answer {
					if v.IsNone() {
						return accounted(v, 0)
					}
					return says
				}}
				purse := newPurse(0)
				err := fetch(t.Context(), c.reader(purse))
				require.ErrorIs(t, err, remote.ErrProtocol)
				require.Equal(t, 1, c.opened)
			})
		})
	}
}

// A holder that says nothing to a voucher is waited for once.
func TestSilentAtVoucher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cheat{t: t, get: given, pay: func(v work.Voucher) *wire.Answer {
			if v.IsNone() {
				return accounted(v, 0)
			}
			<-t.Context().Done()
			return &wire.Answer{}
		}}
		purse := newPurse(0)
		begun := time.Now()
		err := fetch(t.Context(), c.reader(purse))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, patience, time.Since(begun))
	})
}

// A context ends a fetch also while another one pays.
func TestContextWhileAnotherPays(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		p.till.Step = hangingAt("account", true)
		first := make(chan error, 1)
		go func() { first <- p.try(p.t.Context(), of) }()
		synctest.Wait()
		why := errors.New("enough")
		ctx, cancel := context.WithTimeoutCause(p.t.Context(), time.Second, why)
		defer cancel()
		begun := time.Now()
		err := p.try(ctx, of)
		took := time.Since(begun)
		<-first
		require.ErrorIs(t, err, why)
		require.Equal(t, time.Second, took)
	})
}

// What a holder gets by ending streams after it was paid is bounded: two payments on each of two streams.
func TestResetsAfterPayments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var latest work.Voucher
		gets := 0
		c := &cheat{t: t}
		c.pay = func(v work.Voucher) *wire.Answer {
			if !v.IsNone() {
				latest = v
			}
			return &wire.Answer{Account: wire.AccountOf(work.Account{Latest: latest, Used: latest.Amount})}
		}
		c.get = func() *wire.Answer {
			if gets++; gets%2 == 1 {
				return wire.Refuse(wire.Unpaid, "more").Answer()
			}
			return nil // resets, see serve
		}
		purse := newPurse(0)
		err := fetch(t.Context(), c.reader(purse))
		require.ErrorIs(t, err, remote.ErrProtocol)
		require.Equal(t, 2, c.opened)
		require.Len(t, purse.Vouchers(), 4)
	})
}

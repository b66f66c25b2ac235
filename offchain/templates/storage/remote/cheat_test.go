package remote_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// cheat is a holder that takes payment in its own way: it says what each payment is answered with, and each fetch.
type cheat struct {
	t      *testing.T
	pay    func(v work.Voucher) *wire.Answer // v is none where it is only asked
	get    func() *wire.Answer
	opened int
	log    []string
}

func (c *cheat) dial(context.Context, string) (work.Stream, error) {
	c.opened++
	a, b := wiretest.Pipe(100)
	go func() {
		if err := c.serve(wire.NewConn(b, time.Hour), b); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, wiretest.ErrReset) && !errors.Is(err, wiretest.ErrClosed) {
			c.t.Errorf("cheat: %v", err)
		}
	}()
	return a, nil
}

// serve answers until the stream ends. What an honest encoder refuses to send is sent all the same.
func (c *cheat) serve(conn *wire.Conn, raw *wiretest.End) error {
	for {
		m, err := conn.ReadRequest(func() bool { return true })
		if err != nil {
			return err
		}
		a := c.answer(m)
		if a == nil {
			return raw.Reset()
		}
		b, err := a.Marshal()
		if err == nil {
			err = raw.WriteBody(b)
		}
		if err == nil && m.Get != nil && a.Code == 0 {
			err = conn.WriteBody(truth())
		}
		if err != nil {
			return err
		}
	}
}

func (c *cheat) answer(m *wire.Request) *wire.Answer {
	switch {
	case m.Get != nil:
		c.log = append(c.log, "get")
		return c.get()
	case m.Pay.Voucher().IsNone():
		c.log = append(c.log, "account")
	default:
		c.log = append(c.log, "voucher")
	}
	return c.pay(m.Pay.Voucher())
}

// reader returns one that pays the cheat out of a purse.
func (c *cheat) reader(p *holdertest.Purse) *remote.Reader {
	r := newPaying(c.t, c.dial, &payer{purse: p}).Reader()
	c.t.Cleanup(func() { require.NoError(c.t, r.Close()) })
	return r
}

// fetch reads the piece that is told the truth of.
func fetch(ctx context.Context, r *remote.Reader) error {
	return r.Fetch(ctx, peer(), holdertest.Root(truth()), pieceLength, 0, make([]byte, pieceLength))
}

func given() *wire.Answer {
	return &wire.Answer{Length: pieceLength, Follow: pieceLength, Cvs: holdertest.CVs(truth())}
}

// accounted is the answer that says where a channel stands.
func accounted(latest work.Voucher, used uint64) *wire.Answer {
	return &wire.Answer{Account: wire.AccountOf(work.Account{Latest: latest, Used: proof.U64(used)})}
}

// A holder that takes vouchers and says every time that it was not paid gets two of them.
func TestHolderThatIsNeverPaid(t *testing.T) {
	for name, used := range map[string]func(v work.Voucher) proof.U128{
		"all is used":     func(v work.Voucher) proof.U128 { return v.Amount },
		"more is used":    func(v work.Voucher) proof.U128 { return proof.U64(v.Amount.Lo + 1) },
		"nothing is used": func(work.Voucher) proof.U128 { return proof.U128{} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var latest work.Voucher
				c := &cheat{t: t, get: func() *wire.Answer { return wire.Refuse(wire.Unpaid, "more").Answer() }}
				c.pay = func(v work.Voucher) *wire.Answer {
					if !v.IsNone() {
						latest = v
					}
					return &wire.Answer{Account: wire.AccountOf(work.Account{Latest: latest, Used: used(latest)})}
				}
				purse := newPurse(0)
				err := fetch(t.Context(), c.reader(purse))
				require.ErrorIs(t, err, wire.Unpaid)
				require.EqualError(t, err, "fetch piece at holder: holder refused: unpaid: more")
				require.LessOrEqual(t, len(purse.Vouchers()), 2)
				if name != "nothing is used" { // else there is money for it, as the holder says itself
					require.Equal(t, []string{"account", "voucher", "get", "account", "voucher", "get"}, c.log)
					require.Len(t, purse.Vouchers(), 2)
				}
				require.Equal(t, 1, c.opened)
			})
		})
	}
}

// What a holder says of a channel counts as far as it is what the protocol says and the purse has signed for. Else its stream ends,
// it is named, and nothing is promised.
func TestAccountsThatLie(t *testing.T) {
	v := holdertest.Voucher(holdertest.Key(9), ours, 3000, 1)
	other := holdertest.Voucher(holdertest.Key(8), ours, 3000, 1)
	more := v
	more.Amount.Lo++
	spoilt := func(change func(a *wire.Answer)) *wire.Answer {
		a := accounted(v, 0)
		change(a)
		return a
	}
	for _, test := range []struct {
		name string
		says *wire.Answer
		want error
	}{
		{"fails: no account", &wire.Answer{}, remote.ErrProtocol},
		{"fails: a piece", given(), remote.ErrProtocol},
		{"fails: an account with bytes", spoilt(func(a *wire.Answer) { a.Length, a.Follow = 5, 5 }), remote.ErrProtocol},
		{"fails: an account of a length", spoilt(func(a *wire.Answer) { a.Length = 5 }), remote.ErrProtocol},
		{"fails: an account with CVs", spoilt(func(a *wire.Answer) { a.Cvs = make([]byte, 32) }), remote.ErrProtocol},
		{"fails: an account that is signed", spoilt(func(a *wire.Answer) { a.Signature = make([]byte, 64) }), remote.ErrProtocol},
		{"fails: an account and a refusal", spoilt(func(a *wire.Answer) { a.Code = uint32(wire.Unpaid) }), remote.ErrProtocol},
		{"fails: half a voucher", spoilt(func(a *wire.Answer) { a.Account.Signature = nil }), remote.ErrProtocol},
		{"fails: a voucher of nothing", spoilt(func(a *wire.Answer) { a.Account.Amount = make([]byte, 16) }), remote.ErrProtocol},
		{"fails: half an amount that is used", spoilt(func(a *wire.Answer) { a.Account.Used = make([]byte, 8) }), remote.ErrProtocol},
		{"fails: nothing that is used", spoilt(func(a *wire.Answer) { a.Account.Used = make([]byte, 16) }), remote.ErrProtocol},
		{"fails: a voucher that another has signed", accounted(other, 0), remote.ErrBadBytes},
		{"fails: a voucher for more", accounted(more, 0), remote.ErrBadBytes},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				purse := newPurse(0)
				c := &cheat{t: t, pay: func(work.Voucher) *wire.Answer { return test.says }, get: given}
				r := c.reader(purse)
				err := fetch(t.Context(), r)
				require.ErrorIs(t, err, test.want)
				var named *remote.HolderError
				require.ErrorAs(t, err, &named)
				require.Equal(t, "holder", named.Peer)
				require.Equal(t, "ask for the channel's account", named.Op)
				synctest.Wait()
				require.Equal(t, []string{"account"}, c.log)
				require.Empty(t, purse.Vouchers())

				c.pay = func(work.Voucher) *wire.Answer { return accounted(work.Voucher{}, 0) }
				require.NoError(t, fetch(t.Context(), r))
				require.Equal(t, 2, c.opened, "its stream has ended")
			})
		})
	}
}

// A holder that says nothing of a channel is waited for as long as for anything else, once.
func TestHolderThatSaysNoAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cheat{t: t, pay: func(work.Voucher) *wire.Answer {
			<-t.Context().Done()
			return &wire.Answer{}
		}}
		begun := time.Now()
		err := fetch(t.Context(), c.reader(newPurse(0)))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, patience, time.Since(begun))
		synctest.Wait()
		require.Equal(t, []string{"account"}, c.log)
		require.Equal(t, 1, c.opened)
	})
}

// A voucher that is refused ends nothing, whatever the reason: what counts is whether the fetch is served.
func TestRefusedVoucherOfAFetchThatIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cheat{t: t, get: given, pay: func(v work.Voucher) *wire.Answer {
			if v.IsNone() {
				return accounted(v, 0)
			}
			return wire.Refuse(wire.Internal, "no").Answer()
		}}
		r := c.reader(newPurse(0))
		for range 2 {
			require.NoError(t, fetch(t.Context(), r))
		}
		require.Equal(t, []string{"account", "voucher", "get", "voucher", "get"}, c.log)
		require.Equal(t, 1, c.opened)
	})
}

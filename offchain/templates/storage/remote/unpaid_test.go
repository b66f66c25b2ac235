package remote_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// exchange is a request and what comes of it.
type exchange struct {
	m    *wire.Request
	want string
}

// A holder gives what was paid for and no more, and no refusal ends the stream.
func TestUnpaid(t *testing.T) {
	const length = 16<<10 + 1000 // a group and another: 49152 and 3000 base units
	b := holdertest.Content(0, length)
	of := piece{holdertest.Root(b), b}
	all, head, tail := get(of, 0, 0), get(of, 0, 1), get(of, 16<<10, 0)
	const (
		account = "account: 0 of 52152"
		nothing = "holder refused: unpaid: 17384 bytes cost 52152 base units and nothing was paid"
		refused = "holder refused: unpaid: channel 7 does not pay this node for that peer"
	)
	stranger := &wire.Request{Pay: wire.PayWith(holdertest.Voucher(holdertest.Key(8), ours, 52_152, 1))}
	forged := promise(ours, 52_152, 1)
	forged.Pay.Amount[15]++
	enough := exchange{promise(ours, 52_152, 1), account}
	for _, test := range []struct {
		name      string
		exchanges []exchange
		used      uint64
	}{
		{"ok: paid", []exchange{enough, {all, "given"}}, 52_152},
		{"ok: asked before and after", []exchange{{inquire(ours), "account: 0 of 0"}, enough, {inquire(ours), account}, {all, "given"}}, 52_152},
		{"ok: the rest of what was paid", []exchange{
			enough, {tail, "given"}, {all, "holder refused: unpaid: it costs 52152 and 49152 is left"}, {head, "given"},
		}, 52_152},
		{"ok: a later voucher", []exchange{enough, {all, "given"}, {promise(ours, 55_152, 2), "account: 52152 of 55152"}, {tail, "given"}}, 55_152},
		{"fails: nothing", []exchange{{all, nothing}}, 0},
		{"fails: only asked", []exchange{{inquire(ours), "account: 0 of 0"}, {all, "holder refused: unpaid: it costs 52152 and 0 is left"}}, 0},
		{"fails: one base unit too little", []exchange{
			{promise(ours, 52_151, 1), "account: 0 of 52151"}, {all, "holder refused: unpaid: it costs 52152 and 52151 is left"}, {tail, "given"},
		}, 3000},
		{"fails: a channel that is not there", []exchange{
			{inquire(6), "holder refused: unpaid: channel 6 does not pay this node for that peer"}, {all, nothing},
			{promise(6, 52_152, 1), "holder refused: unpaid: channel 6 does not pay this node for that peer"}, {all, nothing},
		}, 0},
		{"fails: the channel of another", []exchange{{inquire(7), refused}, {all, nothing}, {promise(7, 52_152, 1), refused}, {all, nothing}}, 0},
		{"ok: another channel that is refused leaves the first", []exchange{enough, {inquire(7), refused}, {all, "given"}}, 52_152},
		{"ok: a voucher that is refused, then one that counts", []exchange{
			{stranger, "holder refused: unpaid: signature does not hold"}, {all, nothing}, {forged, "holder refused: unpaid: signature does not hold"},
			enough, {promise(ours, 52_152, 2), "holder refused: unpaid: channel 5 has promised more"}, {all, "given"},
		}, 52_152},
	} {
		t.Run(test.name, func(t *testing.T) {
			runPaid(t, func(p *paid) {
				require.Equal(t, of, p.pieces(1, length)[0])
				p.till.Open(7, holdertest.Public(holdertest.Key(8)))
				c := p.speak()
				for i, e := range test.exchanges {
					require.Equal(t, e.want, outcome(ask(t, c, e.m)), "exchange %d", i)
				}
				require.NoError(t, c.CloseWrite())
				require.Equal(t, []error{nil}, p.ends())
				stand := p.till.Stand(ours)
				require.Equal(t, test.used, stand.Used)
				require.Zero(t, stand.Returned)
				require.Equal(t, holdertest.Stand{}, p.till.Stand(7))
			})
		})
	}
}

// A till that fails refuses, and takes payment again once it can.
func TestTillThatFails(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		var down string
		p.till.Step = func(_ context.Context, name string) error {
			if name == down {
				return errors.New("journal is full")
			}
			return nil
		}
		c := p.speak()
		for name, m := range map[string]*wire.Request{"account": inquire(ours), "take": promise(ours, 3000, 1)} {
			down = name
			require.Equal(t, "holder refused: unpaid: journal is full", outcome(ask(t, c, m)))
		}
		require.Equal(t, holdertest.Stand{}, p.stand())
		down = "charge"
		require.Equal(t, "account: 0 of 3000", outcome(ask(t, c, promise(ours, 3000, 1))))
		require.Equal(t, "holder refused: unpaid: journal is full", outcome(ask(t, c, get(of, 0, 0))))
		require.Equal(t, holdertest.Stand{Promised: 3000}, p.stand())
		down = ""
		require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		require.Equal(t, holdertest.Stand{Promised: 3000, Used: 3000, Charged: 3000}, p.stand())
	})
}

// Where there is no till nothing can be paid, and nothing costs anything.
func TestHolderWithoutATill(t *testing.T) {
	run(t, func(r *rig) {
		of := r.pieces(1, 1000)[0]
		c := r.speak()
		for _, m := range []*wire.Request{inquire(ours), promise(ours, 3000, 1)} {
			require.Equal(t, "holder refused: unpaid: this node takes no payment", outcome(ask(t, c, m)))
			require.Equal(t, "given", outcome(ask(t, c, get(of, 0, 0))))
		}
	})
}

// What is asked for before the answers are there is paid in its turn: by what was handed over before it, and no later voucher.
func TestRequestsAreChargedInTheirTurn(t *testing.T) {
	runPaid(t, func(p *paid) {
		of := p.pieces(1, 1000)[0]
		p.till.Open(6, p.sender)
		all := get(of, 0, 0)
		exchanges := []exchange{
			{all, "holder refused: unpaid: 1000 bytes cost 3000 base units and nothing was paid"},
			{promise(ours, 6000, 1), "account: 0 of 6000"}, {all, "given"}, {all, "given"}, {all, "holder refused: unpaid: it costs 3000 and 0 is left"},
			{promise(6, 3000, 1), "account: 0 of 3000"}, {all, "given"},
			{promise(ours, 9000, 2), "account: 6000 of 9000"}, {all, "given"}, {all, "holder refused: unpaid: it costs 3000 and 0 is left"},
		}
		c := p.speak()
		for _, e := range exchanges {
			require.NoError(t, c.WriteRequest(e.m))
		}
		for i, e := range exchanges {
			require.Equal(t, e.want, outcome(answer(t, c)), "exchange %d", i)
		}
		require.Equal(t, holdertest.Stand{Promised: 9000, Used: 9000, Charged: 9000}, p.stand())
		require.Equal(t, holdertest.Stand{Promised: 3000, Used: 3000, Charged: 3000}, p.till.Stand(6))
	})
}

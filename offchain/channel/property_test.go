package channel_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// What may become of a fetch.
const (
	arrives     = "arrives"
	losesAll    = "loses the voucher and the request"
	losesAsk    = "loses the request"
	losesAnswer = "loses the answer"
	cannotRead  = "cannot be read"
	cannotWrite = "cannot be written down"
)

// history is what happens between a client and a node that pay and serve by one channel, and what is true of it.
type history struct {
	t     *rapid.T
	f     *fixture
	how   channel.Paying
	purse *channel.Purse
	known bool // the purse has asked the till where the channel stands

	before   uint64 // promised by purses before this one, as they say
	promised uint64 // by the purse, or what it went on from
	served   uint64 // what was served has cost
	largest  uint64 // bytes that were paid for at once
	mishaps  uint64 // restarts, purses and answers that were lost: each costs a step at most
	accepted work.Voucher
	late     []work.Voucher // that are still on their way
	epoch    uint64
}

func newHistory(t *rapid.T) *history {
	h := &history{t: t, how: paying(), epoch: 1}
	h.how.Price = channel.Price(proof.U64(rapid.SampledFrom([]uint64{byByte, 3*byByte + 1, byByte/2 + 7}).Draw(t, "price")))
	c := chanOf(1)
	c.Deposit = proof.U64(rapid.Uint64Range(1, 3000).Draw(t, "deposit"))
	h.f = newFixture(t, c)
	h.f.till.SetPrice(h.how.Price)
	h.purse = channel.NewPurse(h.how, c)
	return h
}

func (h *history) cost(bytes uint64) uint64 { return h.how.Price.Of(bytes).Lo }

// deliver hands a voucher over. One that is taken is one that the chain would redeem after those before it.
func (h *history) deliver(v work.Voucher) error {
	a, err := h.f.till.Take(context.Background(), payer(), v)
	if err != nil {
		require.True(h.t, errors.Is(err, channel.ErrVoucher) || errors.Is(err, errDisk), err)
		return err
	}
	require.Equal(h.t, v, a.Latest)
	if v == h.accepted {
		return nil // a purse that knows nothing has promised the same again
	}
	require.Positive(h.t, v.Amount.Cmp(h.accepted.Amount))
	require.Greater(h.t, v.Count, h.accepted.Count)
	require.LessOrEqual(h.t, v.Amount.Cmp(h.f.chain.open[1].Deposit), 0)
	preimage, err := v.SignBytes(domain())
	require.NoError(h.t, err)
	key := payer()
	require.True(h.t, ed25519.Verify(key[:], preimage, v.Signature[:]))
	h.accepted = v
	return nil
}

// fetch asks for bytes and pays for them before, as a client does: where the till says that nothing was paid it asks once more.
func (h *history) fetch() {
	bytes := rapid.Uint64Range(0, 2*h.how.Step).Draw(h.t, "bytes")
	becomes := rapid.SampledFrom([]string{arrives, arrives, arrives, losesAll, losesAsk, losesAnswer, cannotRead, cannotWrite}).Draw(h.t, "fetch")
	for range 2 {
		if !h.known {
			a, err := h.f.till.Account(context.Background(), payer(), 1)
			require.NoError(h.t, err)
			require.NoError(h.t, h.purse.Resume(a))
			h.known, h.promised = true, max(h.promised, a.Latest.Amount.Lo)
		}
		has := h.purse.Has(bytes)
		v, err := h.purse.Spend(bytes)
		require.Equal(h.t, has, err == nil)
		if err != nil {
			require.ErrorIs(h.t, err, channel.ErrEmpty)
			return
		}
		h.largest = max(h.largest, bytes)
		if h.send(v, bytes, becomes) {
			return
		}
		h.purse.Return(bytes)
		h.known = false
	}
	// What was promised and never came is why nothing is served, and nothing else.
	require.Equal(h.t, cannotWrite, becomes, "never served")
}

// send sends a voucher, if there is one, and a request. It tells whether that has an end, be it a bad one.
func (h *history) send(v work.Voucher, bytes uint64, becomes string) bool {
	if !v.IsNone() {
		h.promised = max(h.promised, v.Amount.Lo)
		if becomes == cannotWrite {
			h.f.book.err = errDisk
		}
		if becomes != losesAll {
			_ = h.deliver(v) // what comes of it is seen below
		}
		h.f.book.err = nil
	}
	if becomes == losesAll && !v.IsNone() {
		h.late = append(h.late, v)
	}
	if becomes == losesAll || becomes == losesAsk {
		h.purse.Return(bytes)
		h.known = false
		return true
	}
	cost := h.f.till.Cost(bytes)
	if err := h.f.till.Charge(context.Background(), payer(), 1, cost); err != nil {
		require.ErrorIs(h.t, err, channel.ErrUnpaid)
		return false
	}
	switch becomes {
	case cannotRead:
		h.f.till.Return(1, cost)
		h.purse.Return(bytes)
	case losesAnswer:
		h.purse.Return(bytes)
		h.known = false
		h.mishaps++
	default:
		h.served += cost.Lo
	}
	return true
}

// arrive lets a voucher come that nobody waits for any more.
func (h *history) arrive() {
	if len(h.late) > 0 {
		_ = h.deliver(h.late[0]) // it may be of no use now
		h.late = h.late[1:]
	}
}

func (h *history) restart() {
	h.f.restart(h.t)
	h.f.till.SetPrice(h.how.Price)
	h.known = h.known && rapid.Bool().Draw(h.t, "on an old stream")
	h.mishaps++
}

// forget gives the channel to a client that knows only what the chain says.
func (h *history) forget() {
	h.before += h.purse.Spent().Lo
	h.purse = channel.NewPurse(h.how, h.f.chain.open[1])
	h.known, h.promised = false, h.f.chain.open[1].Redeemed.Lo
	h.mishaps++
}

func (h *history) topUp() {
	h.f.chain.change(1, func(c *work.Channel) {
		c.Deposit = proof.U64(c.Deposit.Lo + rapid.Uint64Range(1, 1000).Draw(h.t, "more"))
	})
	if rapid.Bool().Draw(h.t, "the purse learns of it") {
		h.purse.Grown(h.f.chain.open[1])
	}
}

func (h *history) look() {
	lost, err := h.f.till.Look(context.Background())
	require.NoError(h.t, err)
	require.Empty(h.t, lost)
}

// redeem brings to the chain what is due, as the till sees that now; it may be lost on the way.
func (h *history) redeem() {
	h.look()
	h.epoch++
	for _, b := range h.f.till.Due(h.epoch) {
		require.Equal(h.t, []work.Voucher{h.accepted}, b.Vouchers)
		if rapid.Bool().Draw(h.t, "lost") {
			continue
		}
		h.f.chain.change(1, func(c *work.Channel) {
			require.Positive(h.t, h.accepted.Amount.Cmp(c.Redeemed), "spent")
			require.Greater(h.t, h.accepted.Count, c.Count)
			require.LessOrEqual(h.t, h.accepted.Amount.Cmp(c.Deposit), 0)
			c.Redeemed, c.Count = h.accepted.Amount, h.accepted.Count
		})
	}
}

func (h *history) check() {
	latest := h.f.book.latest[1].Amount.Lo
	require.Equal(h.t, h.accepted.Amount.Lo, latest, "what counts is what is written down")
	require.LessOrEqual(h.t, h.served, latest, "more is served than the node can redeem")
	require.LessOrEqual(h.t, latest, h.f.chain.open[1].Deposit.Lo)
	require.GreaterOrEqual(h.t, h.before+h.purse.Spent().Lo, latest, "the client has promised more than it says")
	require.LessOrEqual(h.t, latest-h.served, (1+h.mishaps)*h.cost(max(h.how.Step, h.largest)), "the client has lost more than a step each time")
}

// TestHistories: whatever is lost or begins anew, the node serves what it can redeem, the chain takes each voucher, and a mishap costs
// the client a step at most.
func TestHistories(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		h := newHistory(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"fetch":       func(*rapid.T) { h.fetch() },
			"fetch more":  func(*rapid.T) { h.fetch() },
			"fetch again": func(*rapid.T) { h.fetch() },
			"arrive":      func(*rapid.T) { h.arrive() },
			"restart":     func(*rapid.T) { h.restart() },
			"forget":      func(*rapid.T) { h.forget() },
			"top up":      func(*rapid.T) { h.topUp() },
			"look":        func(*rapid.T) { h.look() },
			"redeem":      func(*rapid.T) { h.redeem() },
			"":            func(*rapid.T) { h.check() },
		})
	})
}

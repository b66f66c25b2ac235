package keeper_test

import (
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// purse is what the test knows about a channel from what was paid in and what the events say.
type purse struct {
	name                string
	deposited, redeemed math.Int
	isClosed            bool
}

// payIn runs a step that puts money of an account into a channel; 0 for the next one.
func (h *history) payIn(name string, id uint64, run func() bool) {
	before := h.w.of(account(name))
	if !run() {
		return
	}
	if id == 0 {
		id = uint64(len(h.purses)) + 1
		h.purses[id] = &purse{name: name, deposited: math.ZeroInt(), redeemed: math.ZeroInt()}
	}
	h.purses[id].deposited = h.purses[id].deposited.Add(before.Sub(h.w.of(account(name))))
}

// pickChannel returns a random channel that is open, or false.
func (h *history) pickChannel() (types.Channel, bool) {
	open := h.export().Channels
	if len(open) == 0 {
		return types.Channel{}, false
	}
	return rapid.SampledFrom(open).Draw(h.t, "channel"), true
}

func (h *history) openChannel() {
	name := rapid.SampledFrom(h.clients).Draw(h.t, "client")
	msg := h.channelMsg(rapid.Uint64Range(1, uint64(len(h.w.nodes))).Draw(h.t, "node"), rapid.Int64Range(1, 9_999).Draw(h.t, "deposit"),
		rapid.Int64Range(noticeBlocks-1, 90).Draw(h.t, "blocks"))
	msg.Client = addr(account(name))
	h.payIn(name, 0, func() bool { return try(h, "open channel", h.msgs.OpenChannel, msg) })
}

func (h *history) topUp() {
	c, ok := h.pickChannel()
	if !ok {
		return
	}
	msg := &types.MsgTopUpChannel{Client: c.Client, Channel: c.Id, Amount: math.NewInt(rapid.Int64Range(0, 999).Draw(h.t, "more"))}
	if rapid.Bool().Draw(h.t, "longer") {
		msg.Expires = h.ctx.BlockHeight() + rapid.Int64Range(0, 90).Draw(h.t, "blocks")
	}
	h.payIn(h.purses[c.Id].name, c.Id, func() bool { return try(h, "top up", h.msgs.TopUpChannel, msg) })
}

func (h *history) closeChannel() {
	if c, ok := h.pickChannel(); ok {
		sender := rapid.SampledFrom([]string{c.Client, operator(1)}).Draw(h.t, "sender")
		try(h, "close channel", h.msgs.CloseChannel, closeMsg(sender, c.Id))
	}
}

// redeem sends a batch of vouchers, some of which are old, too large or forged.
func (h *history) redeem() {
	var list []types.Voucher
	for range rapid.IntRange(1, 4).Draw(h.t, "vouchers") {
		c, ok := h.pickChannel()
		if !ok {
			return
		}
		key := payerKey(rapid.SampledFrom([]string{"client", "client", "client", "rival"}).Draw(h.t, "key"))
		amount := c.Redeemed.Int64() + rapid.Int64Range(1, c.Deposit.Int64()+1).Draw(h.t, "amount")
		list = append(list, voucherBy(key, proof.Domain{ChainID: chainID, Network: networkID}, c.Id, amount, c.Count+rapid.Uint64Range(0, 3).Draw(h.t, "count")))
	}
	rsp := must(h.fixture, h.msgs.RedeemVouchers, redeemMsg(list...))
	for _, r := range rsp.Results {
		if r.Code == 0 {
			h.done["redeem"]++
		} else {
			require.Contains(h.t, []uint32{codeWindow, codeInvalid, codeSpent}, r.Code)
			h.done["redeem refused"]++
		}
	}
}

// bookChannel books what an event says of a channel.
func (h *history) bookChannel(e any) {
	switch e := e.(type) {
	case *types.EventVoucherRedeemed:
		p := h.purses[e.Channel]
		require.False(h.t, p.isClosed)
		p.redeemed = p.redeemed.Add(e.Gross)
		require.Equal(h.t, p.redeemed.String(), e.Amount.String())
		require.False(h.t, p.redeemed.GT(p.deposited), "channel %d paid %s of %s", e.Channel, p.redeemed, p.deposited)
	case *types.EventChannelClosed:
		p := h.purses[e.Channel]
		require.False(h.t, p.isClosed)
		p.isClosed = true
		require.Equal(h.t, p.redeemed.String(), e.Redeemed.String())
		require.Equal(h.t, p.deposited.String(), e.Redeemed.Add(e.Refund).String(), "channel %d", e.Channel)
		h.done["channel closed"]++
	}
}

// inChannels returns what is in the channels of a state, and holds it against the books.
func (h *history) inChannels(g *types.GenesisState) math.Int {
	sum := math.ZeroInt()
	for _, c := range g.Channels {
		p := h.purses[c.Id]
		require.Equal(h.t, []string{p.deposited.String(), p.redeemed.String()}, []string{c.Deposit.String(), c.Redeemed.String()}, "channel %d", c.Id)
		require.False(h.t, p.isClosed)
		sum = sum.Add(c.Left())
	}
	return sum
}

package storage

import (
	abci "github.com/cometbft/cometbft/abci/types"

	"cosmossdk.io/math"

	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// ChannelBook is what became of the money of one channel, in base units.
type ChannelBook struct {
	// Deposited by the client and Redeemed of that by vouchers, of which some was Burnt and the rest Earned by the owner. Back to the
	// client when the channel was over.
	Deposited, Redeemed, Burnt, Earned, Back math.Int
}

// Channel returns the book of a channel.
func (b *Books) Channel(id uint64) *ChannelBook {
	if b.Channels[id] == nil {
		zero := math.ZeroInt()
		b.Channels[id] = &ChannelBook{Deposited: zero, Redeemed: zero, Burnt: zero, Earned: zero, Back: zero}
	}
	return b.Channels[id]
}

func (b *Books) readChannels(events []abci.Event) {
	each(b, events, func(e tasktypes.EventChannelOpened) { b.Channel(e.Channel).Deposited = e.Deposit })
	each(b, events, func(e tasktypes.EventChannelChanged) { b.Channel(e.Channel).Deposited = e.Deposit })
	each(b, events, func(e tasktypes.EventVoucherRedeemed) {
		c, burnt := b.Channel(e.Channel), e.Gross.Sub(e.Earned)
		b.net.holds(e.Gross.IsPositive() && e.Gross.Equal(e.Amount.Sub(c.Redeemed)) && e.Amount.LTE(c.Deposited),
			"%s is paid for a voucher of %s by channel %d, of which %s of %s was paid before", e.Gross, e.Amount, e.Channel, c.Redeemed, c.Deposited)
		b.net.holds(burnt.Equal(b.tau(b.net.Epoch(), e.Gross)), "%s is burnt of %s that channel %d paid", burnt, e.Gross, e.Channel)
		c.Redeemed, c.Burnt, c.Earned = c.Redeemed.Add(e.Gross), c.Burnt.Add(burnt), c.Earned.Add(e.Earned)
		b.Burnt = b.Burnt.Add(burnt)
	})
}

// readClosings books channels that are over, which in a block comes after what its transactions did.
func (b *Books) readClosings(events []abci.Event) {
	each(b, events, func(e tasktypes.EventChannelClosed) {
		c := b.Channel(e.Channel)
		c.Back = e.Refund
		b.net.holds(c.Deposited.Equal(c.Redeemed.Add(c.Back)), "channel %d has not given back all that it had left: %+v", e.Channel, c)
	})
}

// checkChannels holds the open channels against the books and returns what is left in them.
func (n *Network) checkChannels() math.Int {
	n.t.Helper()
	sum := math.ZeroInt()
	for _, c := range n.State().Tasks.Channels {
		b := n.Books.Channel(c.Id)
		n.equal(b.Deposited.Sub(b.Redeemed), c.Left(), "what is left of a channel")
		sum = sum.Add(c.Left())
	}
	return sum
}

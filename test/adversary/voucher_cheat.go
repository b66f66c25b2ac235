package adversary

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// voucherCheat is the owner of a node that brings vouchers to the chain which are not to be paid, among some that are, and a friend
// who signs whatever the owner likes, but for a channel with little in it.
type voucherCheat struct {
	*gang
	friend *storage.Payer
	// client pays the node by two channels and another node by a third; rival pays that one too, with as much money.
	client, rival *storage.Payer
	// first and second are the channels to the node, other is that to the other node, small that of the friend.
	first, second, other, small uint64
	// end is the last height of the second channel.
	end int64
}

const token = storage.Token

// changed returns a voucher that was changed after it was signed.
func changed(v tasktypes.Voucher, change func(*tasktypes.Voucher)) tasktypes.Voucher {
	change(&v)
	return v
}

// bad are vouchers that are worth something to the node, of which something is wrong.
func (c *voucherCheat) bad() []presented {
	good := c.client.Voucher(c.first, 900*token, 90)
	elsewhere, fork := c.Domain(), c.Domain()
	elsewhere.Network, fork.ChainID = "net_00000002", "mesh-devnet-9"
	alone := func(d proof.Domain) tasktypes.Voucher { return c.client.VoucherFor(d, c.first, 900*token, 90) }
	more := c.client.Voucher(c.first, 100*token, 91)
	var list []presented
	for _, v := range []tasktypes.Voucher{
		changed(more, func(v *tasktypes.Voucher) { v.Amount = math.NewInt(900 * token) }),
		changed(good, func(v *tasktypes.Voucher) { v.Count++ }),
		changed(good, func(v *tasktypes.Voucher) { v.Evidence = make([]byte, 32) }),
		changed(good, func(v *tasktypes.Voucher) { v.Channel = c.second }),
		// What the client promised another node.
		changed(c.client.Voucher(c.other, 900*token, 90), func(v *tasktypes.Voucher) { v.Channel = c.first }),
		alone(elsewhere),
		alone(fork),
		// Signed by those whose money it is not.
		c.rival.Voucher(c.first, 900*token, 90),
		c.friend.Voucher(c.first, 900*token, 90),
		// What others have put in.
		c.friend.Voucher(c.small, 900*token, 90),
	} {
		list = append(list, presented{v, tasktypes.ErrInvalidVoucher})
	}
	return append(list, presented{c.friend.Voucher(9_999, 900*token, 90), tasktypes.ErrChannelNotFound})
}

// among puts a voucher that is to be paid between bad ones, and brings it again, twice.
func (c *voucherCheat) among(good ...tasktypes.Voucher) {
	batch := c.bad()
	for i, v := range good {
		batch = slices.Insert(batch, 3*i, presented{voucher: v}, presented{v, tasktypes.ErrVoucherSpent})
	}
	for _, v := range good {
		batch = append(batch, presented{v, tasktypes.ErrVoucherSpent})
	}
	present(c.t, c.Network, c.nodes[0].Operator, batch...)
}

// late brings what the second channel has promised in its last block, and more after it. The friend has so many channels end before it in
// the same block that the chain has no time to close it.
func (c *voucherCheat) late() {
	node := c.nodes[0]
	c.To(c.end - 1)
	present(c.t, c.Network, node.Operator, presented{voucher: c.client.Voucher(c.second, 75*token, 10)})
	assert.NotNil(c.t, c.Channel(c.second), "a hundred others were closed")
	more := c.client.Voucher(c.second, 900*token, 90)
	present(c.t, c.Network, node.Operator, presented{more, tasktypes.ErrWindow})
	assert.Nil(c.t, c.Channel(c.second))
	present(c.t, c.Network, node.Operator, presented{more, tasktypes.ErrChannelNotFound})
	next := c.client.Open(node.ID, 1_000*token, c.Chain.Height()+500)
	present(c.t, c.Network, node.Operator, presented{
		changed(more, func(v *tasktypes.Voucher) { v.Channel = next }), tasktypes.ErrInvalidVoucher,
	})
}

// newVoucherCheat opens all channels.
func newVoucherCheat(t testing.TB) *voucherCheat {
	t.Helper()
	n := storage.New(t, storage.Config{})
	honest := joinEach(n, storage.Bond)[0]
	c := &voucherCheat{gang: newOwner(t, n, storage.Bond), friend: n.NewPayer(), client: n.NewPayer(), rival: n.NewPayer()}
	n.Next()
	c.addresses = append(c.addresses, c.friend.String())
	n.ToEpoch(1)
	c.begin()
	node := c.nodes[0].ID
	c.end = n.Chain.Height() + 50
	for range tasktypes.MaxExpiredPerBlock {
		n.Send(c.friend.Account, c.friend.OpenMsg(honest.ID, 1, c.end))
	}
	n.Next()
	c.small = c.friend.Open(node, 100*token, c.end)
	c.first = c.client.Open(node, 1_000*token, c.end+500)
	c.second = c.client.Open(node, 1_000*token, c.end)
	c.other = c.client.Open(honest.ID, 1_000*token, c.end+500)
	c.rival.Open(honest.ID, 1_000*token, c.end+500)
	return c
}

// playVoucherCheat nets what owner and friend have won over what the client has promised in time: 325 tokens.
func playVoucherCheat(t testing.TB) Tally {
	t.Helper()
	c := newVoucherCheat(t)
	c.among(c.client.Voucher(c.first, 100*token, 5), c.client.Voucher(c.second, 50*token, 9))
	c.among(c.client.Voucher(c.first, 250*token, 6))
	present(t, c.Network, c.rival.Account,
		presented{c.client.Voucher(c.first, 100*token, 5), tasktypes.ErrVoucherSpent},
		presented{c.client.Voucher(c.first, 249*token, 7), tasktypes.ErrVoucherSpent})
	c.late()
	net := c.paidOut().Sub(fair(c.Network, 250*token, 75*token))
	tally := channelTally(c.Network, 1_000*token, c.nodes...)
	tally.Net = net
	return tally
}

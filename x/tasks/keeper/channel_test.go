package keeper_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// noticeBlocks is the notice a node of the fixture is given.
const noticeBlocks = 20

// payerKey is the key that signs the vouchers of an account.
func payerKey(name string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, 32-len(name)), name...))
}

// channelMsg sets money of the client aside for a node.
func (f *fixture) channelMsg(node uint64, deposit, blocks int64) *types.MsgOpenChannel {
	return &types.MsgOpenChannel{
		Client: client(), Network: f.network(), Node: node, Key: payerKey("client").Public().(ed25519.PublicKey),
		Deposit: math.NewInt(deposit), Expires: f.ctx.BlockHeight() + blocks,
	}
}

// openChannel opens a channel to node 1 and returns it.
func (f *fixture) openChannel(deposit, blocks int64) types.Channel {
	return f.channel(must(f, f.msgs.OpenChannel, f.channelMsg(1, deposit, blocks)).Channel)
}

// channel returns a channel that is open.
func (f *fixture) channel(id uint64) types.Channel {
	rsp, err := f.queries.Channel(f.ctx, &types.QueryChannelRequest{Channel: id})
	require.NoError(f.t, err)
	return rsp.Channel
}

func topUpMsg(channel uint64, amount, expires int64) *types.MsgTopUpChannel {
	return &types.MsgTopUpChannel{Client: client(), Channel: channel, Amount: math.NewInt(amount), Expires: expires}
}

func closeMsg(sender string, channel uint64) *types.MsgCloseChannel {
	return &types.MsgCloseChannel{Sender: sender, Channel: channel}
}

func TestOpenChannel(t *testing.T) {
	f := newFixture(t, 2)
	c := f.openChannel(500, 300)
	require.Equal(t, types.Channel{
		Id: 1, Network: networkID, Node: 1, Client: client(), Key: payerKey("client").Public().(ed25519.PublicKey),
		Deposit: math.NewInt(500), Redeemed: math.ZeroInt(), Expires: firstOpening + 300,
	}, c)
	require.Equal(t, []int64{funds - 500, 500}, []int64{f.has("client"), f.escrowed()})
	require.Equal(t, 1, f.w.duties, "an open channel keeps its network awake")
	require.Equal(t, &types.EventChannelOpened{
		Channel: 1, Network: networkID, Node: 1, Client: client(), Deposit: math.NewInt(500), Expires: firstOpening + 300,
	}, eventsOf[*types.EventChannelOpened](f.events())[0])
	require.Equal(t, uint64(2), f.openChannel(1, noticeBlocks).Id, "a client can have several to a node")
}

func TestOpenChannelIsRefused(t *testing.T) {
	f := newFixture(t, 3)
	f.edit(3, func(n *networktypes.Node) { n.Status = networktypes.NODE_STATUS_SUSPENDED })
	for _, tc := range []struct {
		name   string
		change func(*types.MsgOpenChannel)
		want   error
	}{
		{"fails: no client", func(m *types.MsgOpenChannel) { m.Client = "" }, types.ErrInvalidRequest},
		{"fails: no such network", func(m *types.MsgOpenChannel) { m.Network = otherID }, networktypes.ErrNetworkNotFound},
		{"fails: no such node", func(m *types.MsgOpenChannel) { m.Node = 4 }, networktypes.ErrNodeNotFound},
		{"fails: a node that does not take part", func(m *types.MsgOpenChannel) { m.Node = 3 }, types.ErrWrongState},
		{"fails: no key", func(m *types.MsgOpenChannel) { m.Key = nil }, types.ErrInvalidChannel},
		{"fails: a key that anybody can sign with", func(m *types.MsgOpenChannel) { m.Key = append(make([]byte, 31), 0) }, types.ErrInvalidChannel},
		{"fails: nothing in it", func(m *types.MsgOpenChannel) { m.Deposit = math.ZeroInt() }, types.ErrInvalidDeal},
		{"fails: no amount", func(m *types.MsgOpenChannel) { m.Deposit = math.Int{} }, types.ErrInvalidDeal},
		{"fails: more than the client has", func(m *types.MsgOpenChannel) { m.Deposit = math.NewInt(funds + 1) }, types.ErrInsufficientFunds},
		{"fails: more than there can be", func(m *types.MsgOpenChannel) { m.Deposit = types.MaxAmount().AddRaw(1) }, types.ErrInvalidDeal},
		{"fails: shorter than a notice", func(m *types.MsgOpenChannel) { m.Expires = firstOpening + noticeBlocks - 1 }, types.ErrInvalidChannel},
		{"fails: longer than a year", func(m *types.MsgOpenChannel) { m.Expires = firstOpening + types.MaxChannelBlocks + 1 }, types.ErrInvalidChannel},
		{"fails: never", func(m *types.MsgOpenChannel) { m.Expires = -1 }, types.ErrInvalidChannel},
	} {
		t.Run(tc.name, func(*testing.T) {
			msg := f.channelMsg(1, 500, 300)
			tc.change(msg)
			refuse(f, f.msgs.OpenChannel, msg, tc.want)
		})
	}
	f.ctx = f.ctx.WithBlockHeight(firstOpening - 1)
	refuse(f, f.msgs.OpenChannel, f.channelMsg(1, 500, 300), types.ErrWrongState)
}

func TestTopUpChannel(t *testing.T) {
	f := newFixture(t, 1)
	c := f.openChannel(500, 300)
	f.events()
	rsp := must(f, f.msgs.TopUpChannel, topUpMsg(1, 70, 0))
	require.Equal(t, []int64{570, c.Expires}, []int64{rsp.Deposit.Int64(), rsp.Expires})
	rsp = must(f, f.msgs.TopUpChannel, topUpMsg(1, 0, c.Expires+10))
	require.Equal(t, []int64{570, c.Expires + 10}, []int64{rsp.Deposit.Int64(), rsp.Expires})
	require.Equal(t, &types.EventChannelChanged{Channel: 1, Network: networkID, Node: 1, Deposit: math.NewInt(570), Expires: c.Expires + 10},
		eventsOf[*types.EventChannelChanged](f.events())[1])
	require.Equal(t, []int64{funds - 570, 570}, []int64{f.has("client"), f.escrowed()})
	f.to(c.Expires + 9)
	for _, tc := range []struct {
		name string
		msg  *types.MsgTopUpChannel
		want error
	}{
		{"fails: not the client", &types.MsgTopUpChannel{Client: operator(1), Channel: 1, Amount: math.NewInt(1)}, types.ErrUnauthorized},
		{"fails: no such channel", topUpMsg(2, 1, 0), types.ErrChannelNotFound},
		{"fails: nothing", topUpMsg(1, 0, 0), types.ErrInvalidChannel},
		{"fails: less than nothing", topUpMsg(1, -1, 0), types.ErrInvalidChannel},
		{"fails: no amount", &types.MsgTopUpChannel{Client: client(), Channel: 1, Expires: c.Expires + 100}, types.ErrInvalidChannel},
		{"fails: more than the client has", topUpMsg(1, funds, 0), types.ErrInsufficientFunds},
		{"fails: more than there can be", &types.MsgTopUpChannel{Client: client(), Channel: 1, Amount: types.MaxAmount()}, types.ErrInvalidDeal},
		{"fails: a nearer end", topUpMsg(1, 1, c.Expires+9), types.ErrInvalidChannel},
		{"fails: sooner than a notice", topUpMsg(1, 1, c.Expires+9+noticeBlocks-1), types.ErrInvalidChannel},
		{"fails: longer than a year", topUpMsg(1, 1, c.Expires+10+types.MaxChannelBlocks), types.ErrInvalidChannel},
	} {
		t.Run(tc.name, func(*testing.T) { refuse(f, f.msgs.TopUpChannel, tc.msg, tc.want) })
	}
	must(f, f.msgs.TopUpChannel, topUpMsg(1, 1, c.Expires+9+noticeBlocks))
}

// A client gets its money back after the notice and not before, so that what it signed can be redeemed.
func TestCloseChannel(t *testing.T) {
	f := newFixture(t, 1)
	c := f.openChannel(500, 300)
	refuse(f, f.msgs.CloseChannel, closeMsg(operator(1), 1), types.ErrUnauthorized)
	refuse(f, f.msgs.CloseChannel, closeMsg(client(), 2), types.ErrChannelNotFound)
	refuse(f, f.msgs.CloseChannel, closeMsg("mesh1", 1), types.ErrInvalidRequest)
	f.to(firstOpening + 7)
	f.events()
	rsp := must(f, f.msgs.CloseChannel, closeMsg(client(), 1))
	require.Equal(t, []int64{firstOpening + 7 + noticeBlocks, 0}, []int64{rsp.Expires, rsp.Refund.Int64()})
	require.Len(t, eventsOf[*types.EventChannelChanged](f.events()), 1)
	refuse(f, f.msgs.CloseChannel, closeMsg(client(), 1), types.ErrWrongState)
	f.to(rsp.Expires)
	require.Equal(t, int64(funds-500), f.has("client"))
	must(f, f.msgs.RedeemVouchers, redeemMsg(f.voucher(1, 100, 1)))
	f.to(rsp.Expires + 1)
	require.Equal(t, int64(funds-100), f.has("client"), "what is left comes back by itself")
	require.Equal(t, &types.EventChannelClosed{
		Channel: 1, Network: networkID, Node: 1, Client: client(), Redeemed: math.NewInt(100), Refund: math.NewInt(400),
	}, eventsOf[*types.EventChannelClosed](f.events())[0])
	require.Zero(t, f.w.duties)
	require.Empty(t, f.export().Channels)
	refuse(f, f.msgs.CloseChannel, closeMsg(client(), 1), types.ErrChannelNotFound)
	require.Less(t, rsp.Expires, c.Expires)
}

// More money for longer takes an announcement to close a channel back.
func TestTopUpTakesAClosingBack(t *testing.T) {
	f := newFixture(t, 1)
	c := f.openChannel(500, 300)
	must(f, f.msgs.CloseChannel, closeMsg(client(), 1))
	must(f, f.msgs.TopUpChannel, topUpMsg(1, 0, c.Expires))
	f.to(firstOpening + noticeBlocks + 2)
	require.Equal(t, c, f.channel(1))
}

// Channels that expire together come back in blocks of 100; one whose client cannot be paid holds up no other and comes
// back when anyone asks for it, also after an import.
func TestExpiredChannels(t *testing.T) {
	f := newFixture(t, 1)
	f.w.give(account("rival"), funds)
	stuck := f.channelMsg(1, 500, 30)
	stuck.Client = addr(account("rival"))
	must(f, f.msgs.OpenChannel, stuck)
	for range 249 {
		f.openChannel(2, 30)
	}
	f.openChannel(2, 40)
	f.w.closed = string(account("rival"))
	f.to(firstOpening + 30)
	require.Len(t, f.export().Channels, 251)
	for _, left := range []int{152, 52, 2} {
		f.to(f.ctx.BlockHeight() + 1)
		require.Len(t, f.export().Channels, left)
	}
	f.w.duties = 2 // the world knows no branches: the channel that failed counted its duty down
	why := eventsOf[*types.EventChannelStuck](f.events())
	require.Len(t, why, 1)
	require.Equal(t, []any{uint64(1), networkID}, []any{why[0].Channel, why[0].Network})
	require.NotEmpty(t, why[0].Reason)
	refuse(f, f.msgs.RedeemVouchers, redeemMsg(), types.ErrInvalidRequest)
	f.to(firstOpening + 42)
	require.Len(t, f.export().Channels, 1)
	other := reborn(t, f, *f.export())
	other.t = t
	other.w.closed = ""
	other.to(other.ctx.BlockHeight() + 1)
	require.Empty(t, other.export().Channels, "an import tries again")
	f.w.closed = ""
	f.to(f.ctx.BlockHeight() + 50)
	rsp := must(f, f.msgs.CloseChannel, closeMsg(operator(1), 1))
	require.Equal(t, int64(500), rsp.Refund.Int64())
	require.Equal(t, int64(funds), f.has("rival"))
	require.Equal(t, int64(funds), f.has("client"))
}

// What is found by client and by node are the channels there are, each under its own.
func TestChannelsAreFound(t *testing.T) {
	f := newFixture(t, 2)
	f.w.give(account("rival"), funds)
	far := f.openChannel(5, 300).Id
	near := f.openChannel(5, 30).Id
	msg := f.channelMsg(2, 7, 50)
	msg.Client = addr(account("rival"))
	third := must(f, f.msgs.OpenChannel, msg).Channel
	ids := func(list []types.Channel) (ids []uint64) {
		for _, c := range list {
			ids = append(ids, c.Id)
		}
		return ids
	}
	byClient := func(name string) []uint64 {
		rsp, err := f.queries.ChannelsByClient(f.ctx, &types.QueryChannelsByClientRequest{Client: addr(account(name))})
		require.NoError(t, err)
		return ids(rsp.Channels)
	}
	byNode := func(node uint64) []uint64 {
		rsp, err := f.queries.ChannelsByNode(f.ctx, &types.QueryChannelsByNodeRequest{Network: networkID, Node: node})
		require.NoError(t, err)
		return ids(rsp.Channels)
	}
	require.Equal(t, []uint64{far, near}, byClient("client"))
	require.Equal(t, []uint64{third}, byClient("rival"))
	require.Equal(t, []uint64{near, far}, byNode(1), "soonest end first")
	require.Equal(t, []uint64{third}, byNode(2))
	require.Equal(t, []types.Deadline{
		{Duty: "redeem", Channel: near, Until: firstOpening + 31, AtStake: math.NewInt(5)},
		{Duty: "redeem", Channel: far, Until: firstOpening + 301, AtStake: math.NewInt(5)},
	}, f.redeemDuties(1))
	must(f, f.msgs.RedeemVouchers, redeemMsg(f.voucher(near, 5, 1)))
	require.Len(t, f.redeemDuties(1), 1, "nothing is left in the other")
	f.to(firstOpening + 31)
	require.Equal(t, []uint64{far}, byClient("client"))
	require.Equal(t, []uint64{far}, byNode(1))
	for _, req := range []*types.QueryChannelsByNodeRequest{{Network: networkID, Node: 9}, {Network: otherID, Node: 1}} {
		_, err := f.queries.ChannelsByNode(f.ctx, req)
		require.ErrorContains(t, err, "NotFound")
	}
	_, err := f.queries.ChannelsByClient(f.ctx, &types.QueryChannelsByClientRequest{Client: "mesh1"})
	require.ErrorContains(t, err, "InvalidArgument")
	_, err = f.queries.Channel(f.ctx, &types.QueryChannelRequest{Channel: near})
	require.ErrorContains(t, err, "NotFound")
}

// redeemDuties returns the duties of a node that are about channels.
func (f *fixture) redeemDuties(node uint64) []types.Deadline {
	rsp, err := f.queries.Deadlines(f.ctx, &types.QueryDeadlinesRequest{Network: networkID, Node: node})
	require.NoError(f.t, err)
	var list []types.Deadline
	for _, d := range rsp.Deadlines {
		if d.Duty == "redeem" {
			list = append(list, d)
		}
	}
	return list
}

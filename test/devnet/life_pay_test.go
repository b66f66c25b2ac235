package devnet_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// open lets giver and founder open a channel each in one block, the one to the node of the last index, the other to that of the second.
// It returns the channels.
func (l *life) open() (closes, stays uint64) {
	l.t.Helper()
	far := l.Chain.Height() + 400
	byGiver := l.Send(l.giver, l.PayerOf(l.giver).OpenMsg(l.holder(3).ID, 600*storage.Token, far))
	byFounder := l.Send(l.Founder, l.PayerOf(l.Founder).OpenMsg(l.holder(1).ID, 500*storage.Token, far))
	l.Next()
	var first, second tasktypes.MsgOpenChannelResponse
	l.Answer(byGiver, &first)
	l.Answer(byFounder, &second)
	return first.Channel, second.Channel
}

// pay lets two nodes be paid by use. Both bring the vouchers of both in the same blocks; one channel is closed, and paid from until the
// last block of its notice, the other stays open.
func (l *life) pay() {
	closes, stays := l.open()
	giver, founder := l.PayerOf(l.giver), l.PayerOf(l.Founder)
	one, two := l.holder(3).Operator, l.holder(1).Operator
	l.Do(l.giver, giver.TopUpMsg(closes, 100*storage.Token, 0))
	l.Send(one, storage.RedeemMsg(one, giver.Voucher(closes, 100*storage.Token, 1), founder.Voucher(stays, 50*storage.Token, 1)))
	l.Send(two, storage.RedeemMsg(two, founder.Voucher(stays, 75*storage.Token, 2), giver.Voucher(closes, 200*storage.Token, 2)))
	l.Do(l.giver, giver.CloseMsg(closes))
	last := l.Chain.Height() + int64(l.Terms().Pay.NoticeBlocks)
	require.Equal(l.t, last, l.Channel(closes).Expires)
	l.To(last - 1)
	l.Do(l.giver, storage.RedeemMsg(l.giver, giver.Voucher(closes, 300*storage.Token, 3)))
	require.Nil(l.t, l.Channel(closes))
	tokens := func(n int64) math.Int { return math.NewInt(n * storage.Token) }
	require.Equal(l.t, storage.ChannelBook{
		Deposited: tokens(700), Redeemed: tokens(300), Burnt: tokens(60), Earned: tokens(240), Back: tokens(400),
	}, *l.Books.Channel(closes))
	require.Equal(l.t, tokens(75), l.Channel(stays).Redeemed)
}

// A chain that begins with the export of another keeps the channels of that: what was redeemed stays so, vouchers that were signed before
// count, and a notice goes on.
func TestChannelsGoOnAfterExport(t *testing.T) {
	l := newLife(t, storage.Config{Chain: devnet.Config{Validators: 1, Accounts: 20}}, 6)
	closes, stays := l.open()
	giver, founder := l.PayerOf(l.giver), l.PayerOf(l.Founder)
	spent, latest := giver.Voucher(closes, 100*storage.Token, 1), giver.Voucher(closes, 250*storage.Token, 2)
	other := founder.Voucher(stays, 50*storage.Token, 1)
	l.Do(l.giver, storage.RedeemMsg(l.giver, spent))
	l.Do(l.giver, giver.CloseMsg(closes))
	last := l.Channel(closes).Expires
	heir := l.Export("mesh-devnet-2")
	for _, n := range []*storage.Network{l.Network, heir} {
		anyone := n.Chain.Accounts[slices.Index(l.Chain.Accounts, l.giver)]
		var codes []uint32
		for _, r := range n.Redeem(anyone, spent, latest, other) {
			codes = append(codes, r.Code)
		}
		require.Equal(t, []uint32{tasktypes.ErrVoucherSpent.ABCICode(), 0, 0}, codes)
		n.To(last - 1)
		require.NotNil(t, n.Channel(closes))
		n.Next()
		require.Nil(t, n.Channel(closes))
		require.EqualValues(t, 350*storage.Token, n.Books.Channel(closes).Back.Int64())
		require.NotNil(t, n.Channel(stays))
	}
	requireSameState(t, l.Network, heir)
}

package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// channelSelfPayer is a founder who pays his own node by channels to be paid the emission that follows.
type channelSelfPayer struct {
	*gang
	client *storage.Payer
}

// round pays all of a channel in three parts: with the last block of an epoch, with the first of the next, and with the last one of
// the notice.
func (s *channelSelfPayer) round(deposit int64) {
	node := s.nodes[0]
	channel := s.client.Open(node.ID, deposit, s.Chain.Height()+500)
	part := deposit / 4
	s.To(s.Calendar().RollsAt - 2)
	present(s.t, s.Network, node.Operator, presented{voucher: s.client.Voucher(channel, part, 1)})
	epoch := s.Epoch()
	present(s.t, s.Network, node.Operator, presented{voucher: s.client.Voucher(channel, 2*part, 2)})
	assert.Equal(s.t, epoch+1, s.Epoch())
	s.Do(s.client.Account, s.client.CloseMsg(channel))
	s.To(s.Channel(channel).Expires - 1)
	present(s.t, s.Network, node.Operator, presented{voucher: s.client.Voucher(channel, 3*part, 3)})
	assert.Nil(s.t, s.Channel(channel))
}

// payOneself plays two rounds on a network that burns τ of every payment, in hundredths of a percent.
func payOneself(t testing.TB, burnBps uint32, deposit int64) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{Create: func(m *networktypes.MsgCreateNetwork) { m.BurnBps = burnBps }})
	s := &channelSelfPayer{gang: newGang(t, n, 1, storage.Bond), client: n.PayerOf(n.NewAccount(deposit))}
	n.Next()
	s.addresses = append(s.addresses, n.Founder.String(), s.client.String())
	n.ToEpoch(1)
	s.begin()
	s.round(deposit)
	withdrawAll(n)
	s.round(n.Balance(s.client.Account).Int64())
	net := s.paidOut()
	tally := channelTally(n, deposit, s.nodes...)
	tally.Claimed, tally.Net = tally.Proven, net
	return tally
}

// playChannelSelfPayer tries it at the least burn, the usual one and the most, and with more than an epoch's emission. At best he loses
// τ(1−κ) of what he pays himself, and nothing else; the figure is that of the usual burn.
func playChannelSelfPayer(t testing.TB) Tally {
	t.Helper()
	var usual Tally
	for _, c := range []struct {
		burnBps uint32
		deposit int64
		short   bool // of emission
	}{{2_000, storage.Funds, false}, {100, storage.Funds, false}, {5_000, storage.Funds, false}, {2_000, 100 * storage.Funds, true}} {
		tally := payOneself(t, c.burnBps, c.deposit)
		const kappa = 8_000
		bound := tally.Proven.MulRaw(int64(c.burnBps)).MulRaw(10_000 - kappa).QuoRaw(10_000 * 10_000).Neg()
		assert.True(t, bound.IsNegative())
		assert.True(t, tally.Paid.IsPositive())
		assert.True(t, tally.Net.Equal(bound) || c.short && tally.Net.LT(bound), "burn of %d: net %s, at best %s", c.burnBps, tally.Net, bound)
		if usual.Net.IsNil() {
			usual = tally
		}
	}
	return usual
}

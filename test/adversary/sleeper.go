package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// sleeper has all the nodes of a network, pays them in the last epoch before it falls asleep, and pays one of them a little more before
// another epoch has begun: that the closed one shall be matched again. The other leaves its match where it is, so that the chain still
// knows of that epoch.
type sleeper struct {
	*gang
	client *storage.Payer
}

// fallAsleep pays both nodes a thousand tokens, and takes out all that keeps the network awake.
func (s *sleeper) fallAsleep() {
	const pay = 1_000 * token
	// Both channels end with the last block of the next epoch.
	s.To(s.Calendar().RollsAt - 3)
	end := s.Calendar().RollsAt - 1 + int64(s.Terms().Pay.NoticeBlocks)
	one, other := s.client.Open(s.nodes[0].ID, pay, end), s.client.Open(s.nodes[1].ID, pay, end)
	for _, h := range s.nodes {
		s.Send(h.Owner, h.UnbondMsg(h.Node().OwnBond))
	}
	s.ToEpoch(s.Epoch() + 1)
	present(s.t, s.Network, s.nodes[0].Operator,
		presented{voucher: s.client.Voucher(one, pay, 1)}, presented{voucher: s.client.Voucher(other, pay, 1)})
	s.Until(60, func() bool { return s.Calendar().RollsAt == 0 })
	s.Do(s.nodes[0].Operator, s.nodes[0].WithdrawMsg())
}

// wake tries to open another channel, and has the node paid a unit by it each time before it withdraws.
func (s *sleeper) wake() *storage.Tx {
	node := s.nodes[0]
	tx := s.Try(s.client.Account, s.client.OpenMsg(node.ID, 10, s.Chain.Height()+100))
	s.Next()
	for _, c := range s.State().Tasks.Channels {
		for paid := int64(1); paid <= 3; paid++ {
			s.Try(node.Operator, storage.RedeemMsg(node.Operator, s.client.Voucher(c.Id, paid, uint64(paid))))
			s.Next()
			s.Try(node.Operator, node.WithdrawMsg())
			s.Next()
		}
	}
	return tx
}

// playSleeper nets what is his in the end.
func playSleeper(t testing.TB) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{})
	s := &sleeper{gang: newGang(t, n, 2, storage.Bond), client: n.NewPayer()}
	n.Next()
	s.addresses = append(s.addresses, s.client.String())
	n.ToEpoch(1)
	s.begin()
	s.fallAsleep()
	assertRefused(t, []*storage.Tx{s.wake()}, tasktypes.ErrWrongState)
	withdrawAll(n)
	tally := channelTally(n, 2_000*token, s.nodes...)
	tally.Net = s.won()
	assert.Equal(t, fair(n, 2_000*token).SubRaw(2_000*token).String(), tally.Net.String(), "what is lost by paying oneself")
	return tally
}

package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// selfDealing is a founder who buys space on his own network to be paid the emission that follows.
type selfDealing struct {
	*gang
	client *storage.Client
}

// Act implements storage.Actor: his nodes are honest.
func (s *selfDealing) Act() {
	for _, h := range s.nodes {
		h.Act()
	}
}

// dealWithOneself plays it on a network that burns τ of every payment, in hundredths of a percent, where others
// have as many nodes as given. It returns what came of it and what he paid for proven epochs, gross.
func dealWithOneself(t testing.TB, burnBps uint32, others int) (Tally, math.Int) {
	t.Helper()
	n := storage.New(t, storage.Config{Create: func(m *networktypes.MsgCreateNetwork) { m.BurnBps = burnBps }})
	if others > 0 {
		n.JoinHonest(others)
	}
	s := &selfDealing{gang: newGang(t, n, 4, storage.Bond), client: n.NewClient()}
	n.Next()
	s.addresses = append(s.addresses, n.Founder.String(), s.client.String())
	n.ToEpoch(1)
	s.begin()
	n.Actors = append(n.Actors, s)
	for _, d := range openDeals(n, s.client, 2, 4) {
		s.client.Put(d, 1_500)
	}
	finish(n)
	gross := math.ZeroInt()
	for _, d := range n.Books.Deals {
		gross = gross.Add(d.Paid)
	}
	tally := s.tally(s.won())
	// What is burnt of his is burnt of his payments, to whomever they went.
	tally.Burnt = n.Books.Burnt
	return tally, gross
}

// playSelfDealing tries it with all the nodes there are and with half of them, at the least burn, the usual one
// and the most. At best he loses τ(1−κ) of what he pays himself, and the burn of the opening; the figure is that
// of the usual burn with all nodes his own.
func playSelfDealing(t testing.TB) Tally {
	t.Helper()
	var usual Tally
	for _, c := range []struct {
		burnBps uint32
		others  int
	}{{2_000, 0}, {100, 0}, {5_000, 0}, {2_000, 4}} {
		tally, gross := dealWithOneself(t, c.burnBps, c.others)
		const kappa = 8_000
		bound := gross.MulRaw(int64(c.burnBps)).MulRaw(10_000 - kappa).QuoRaw(10_000 * 10_000).Neg()
		assert.True(t, gross.IsPositive())
		assert.True(t, bound.IsNegative())
		assert.True(t, tally.Net.LTE(bound), "burn of %d, %d nodes of others: net %s, at best %s", c.burnBps, c.others, tally.Net, bound)
		assert.True(t, tally.Paid.IsPositive())
		if usual.Net.IsNil() {
			usual = tally
		}
	}
	return usual
}

package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// openGriefer is a client who asks its holders to show blocks as often as it may, so that one of them misses an answer.
type openGriefer struct {
	*storage.Client
	n    *storage.Network
	deal uint64
	asks []*storage.Tx
}

// Act implements storage.Actor.
func (g *openGriefer) Act() {
	for number := range g.n.Indices(g.deal) {
		g.asks = append(g.asks, g.n.Try(g.Account, g.RequestMsg(g.deal, uint32(number), uint64(g.n.Chain.Height()))))
	}
}

// requested lets a deal of four honest holders run to its end, with a client who asks or does not, and returns what the client has in the
// end, and the network.
func requested(t testing.TB, asks bool) (*openGriefer, math.Int) {
	t.Helper()
	n := storage.New(t, storage.Config{})
	n.JoinHonest(4)
	c := n.NewClient()
	n.ToEpoch(1)
	g := &openGriefer{Client: c, n: n, deal: openDeals(n, c, 1, dealEpochs)[0]}
	c.Put(g.deal, 20_000)
	if asks {
		n.Actors = append(n.Actors, g)
	}
	finish(n)
	return g, n.Wealth(c.String())
}

// playOpenGriefer nets what the client has over what it has where it asks for nothing: each answer is paid by the bond of its request.
func playOpenGriefer(t testing.TB) Tally {
	t.Helper()
	_, quiet := requested(t, false)
	g, wealth := requested(t, true)
	answered, asked := math.ZeroInt(), 0
	for _, tx := range g.asks {
		if tx.Err() == nil {
			asked++
		}
	}
	assert.Positive(t, asked)
	for _, h := range g.n.Holders {
		b := g.n.Books.Node(h.ID)
		answered = answered.Add(b.Repaired)
		assert.True(t, b.Repaired.IsPositive(), "node %d was never asked", h.ID)
		assert.True(t, b.Taken.IsZero(), "node %d has lost %s", h.ID, b.Taken)
	}
	assert.Empty(t, g.n.Books.Losses)
	tally := tallyOf(g.n, g.n.Holders...)
	tally.Net = wealth.Sub(quiet)
	assert.Equal(t, answered.Neg().String(), tally.Net.String(), "what %d requests cost", asked)
	return tally
}

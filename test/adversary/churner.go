package adversary

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// churner is a client that puts another layout into each of its deals in every block, with the acknowledgements of all
// holders. Their proofs, which are made from what they held a block before, shall come too late: then it has its
// storage for nothing, and what they pay for the losses goes into the reserves of its deals.
type churner struct {
	*storage.Client
	scene   *scene
	commits int
}

// Act implements storage.Actor.
func (c *churner) Act() {
	for _, id := range c.scene.deals {
		if d := c.scene.Deal(id); d.IsOpen() && c.scene.Epoch() <= d.LastEpoch {
			c.scene.Try(c.Account, c.CommitMsg(id, 20_000+c.commits%7, 1_500))
			c.commits++
		}
	}
}

// playLayoutChurner nets what comes back of the deals over what would if every epoch had been proven. The holders are
// honest, and acknowledge what they store themselves too.
func playLayoutChurner(t testing.TB) Tally {
	t.Helper()
	s := newScene(t, 2, 20_000, 1_500)
	c := &churner{Client: s.client, scene: s}
	owed := map[uint64]math.Int{}
	for _, id := range s.deals {
		owed[id] = math.ZeroInt()
		for _, i := range s.Indices(id) {
			owed[id] = owed[id].Add(s.Deal(id).Rate.MulRaw(int64(s.Deal(id).LastEpoch - i.FromEpoch + 1)))
		}
	}
	// It comes first in every block, so that its layouts are there before the proofs.
	s.Actors = append(slices.Insert(s.Actors, 0, storage.Actor(c)), s.liar)
	finish(s.Network)
	require.Greater(t, c.commits, 200)
	tally := tallyOf(s.Network, s.Holders...)
	tally.Net = math.ZeroInt()
	for _, id := range s.deals {
		b := s.Books.Deal(id)
		tally.Net = tally.Net.Add(b.Back).Sub(b.Deposited.Sub(b.Burnt).Sub(owed[id]))
	}
	assert.Empty(t, s.Books.Losses)
	assert.Equal(t, tally.Claimed.String(), tally.Proven.String())
	return tally
}

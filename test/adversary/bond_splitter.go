package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// beThere is two epochs of a network in which everybody is there and does all its duties. It returns what a gang came to that joins
// three others.
func beThere(t testing.TB, join func(n *storage.Network) *gang) Tally {
	t.Helper()
	n := storage.New(t, storage.Config{})
	joinEach(n, storage.Bond, 3*storage.Bond/2, 5*storage.Bond/4)
	g := join(n)
	n.ToEpoch(n.Epoch() + 1)
	g.begin()
	all := func(*storage.Holder) bool { return true }
	for range 2 {
		proofs := pass(n, func(epoch uint64) []*storage.Presence {
			var seen []*storage.Presence
			for _, h := range n.Holders {
				seen = append(seen, h.Presence(epoch, all, all))
			}
			return seen
		})
		for _, tx := range proofs {
			require.NoError(t, tx.Err(), "%s", tx)
		}
	}
	return g.tally(g.won())
}

// playBondSplitter nets what a bond earns as four owners over what it earns as one, and holds the same of four nodes of one owner. All
// other owners watch, which is worth what their bonds are, whoever is drawn of an owner's nodes; where seats are drawn, that holds in
// expectation only: TestWorthFollowsBonds.
func playBondSplitter(t testing.TB) Tally {
	t.Helper()
	const part, whole = storage.Bond, 4 * storage.Bond
	one := beThere(t, func(n *storage.Network) *gang { return newOwner(t, n, whole) })
	nodes := beThere(t, func(n *storage.Network) *gang { return newOwner(t, n, part, part, part, part) })
	owners := beThere(t, func(n *storage.Network) *gang { return newGang(t, n, 4, part) })
	assert.True(t, one.Net.IsPositive())
	for name, split := range map[string]Tally{"nodes": nodes, "owners": owners} {
		// Each part loses a unit at most by rounding, for uptime and for duties of each of two epochs.
		assert.True(t, split.Net.LTE(one.Net) && split.Net.GTE(one.Net.SubRaw(4*2*2)), "four %s came to %s, one of all bonds to %s", name, split.Net, one.Net)
	}
	owners.Net = math.MaxInt(owners.Net, nodes.Net).Sub(one.Net)
	return owners
}

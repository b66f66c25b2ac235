package adversary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// gang is one person with several accounts: owners of nodes, and clients.
type gang struct {
	*storage.Network
	t testing.TB
	// nodes are all of the gang's nodes.
	nodes []*storage.Holder
	// addresses are all of its accounts.
	addresses []string
	start     math.Int
}

// newGang has nodes of an owner each join, with a bond in base units each. They do not act yet.
func newGang(t testing.TB, n *storage.Network, nodes int, bond int64) *gang {
	t.Helper()
	g := &gang{Network: n, t: t}
	for range nodes {
		owner := n.NewAccount(storage.Funds)
		n.Next()
		h := n.Join(owner, bond)
		g.nodes = append(g.nodes, h)
		g.addresses = append(g.addresses, owner.String(), h.Operator.String())
	}
	return g
}

// newOwner has nodes of one owner join, each with a bond in base units. They do not act yet.
func newOwner(t testing.TB, n *storage.Network, bonds ...int64) *gang {
	t.Helper()
	g := &gang{Network: n, t: t}
	owner := n.NewAccount(storage.Funds)
	g.addresses = append(g.addresses, owner.String())
	n.Next()
	for _, b := range bonds {
		h := n.Join(owner, b)
		g.nodes, g.addresses = append(g.nodes, h), append(g.addresses, h.Operator.String())
	}
	return g
}

// begin notes what the gang has.
func (g *gang) begin() { g.start = g.Wealth(g.addresses...) }

// has tells whether a node is the gang's.
func (g *gang) has(node uint64) bool {
	for _, h := range g.nodes {
		if h.ID == node {
			return true
		}
	}
	return false
}

// won returns what the gang has more than at the beginning.
func (g *gang) won() math.Int {
	g.t.Helper()
	return g.Wealth(g.addresses...).Sub(g.start)
}

// honestPay returns what the gang's proofs of epochs have earned, with the emission that followed: the pay for
// bytes it really had, which is no gain of a game. The bucket of a devnet is never short, so the cap alone
// bounds the match.
func (g *gang) honestPay() math.Int {
	sum := math.ZeroInt()
	for _, h := range g.nodes {
		b := g.Books.Node(h.ID)
		match := b.Burnt.MulRaw(int64(g.Record.Params.Pay.MatchCapBps)).QuoRaw(10_000)
		sum = sum.Add(b.Earned).Add(match)
	}
	return sum
}

// tally returns what the gang came to beside a net.
func (g *gang) tally(net math.Int) Tally {
	t := tallyOf(g.Network, g.nodes...)
	t.Net = net
	return t
}

// requireMostBonds holds that the gang has more than half of all bonds.
func (g *gang) requireMostBonds() {
	g.t.Helper()
	mine, all := math.ZeroInt(), math.ZeroInt()
	for _, n := range g.State().Network.Nodes {
		all = all.Add(n.Node.TotalBond())
		if g.has(n.Node.Id) {
			mine = mine.Add(n.Node.TotalBond())
		}
	}
	require.True(g.t, mine.MulRaw(2).GT(all), "the gang has %s of %s bonds", mine, all)
}

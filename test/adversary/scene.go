package adversary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// scene is where a lying node lies: a network of three honest nodes and it, and a client whose deals all four
// of them hold.
type scene struct {
	*storage.Network
	t      testing.TB
	client *storage.Client
	// liar is the node that will lie; it is honest so far and does not act.
	liar *storage.Holder
	// deals are those of the client by id.
	deals []uint64
}

// dealEpochs is how long the deals of a scene run.
const dealEpochs = 6

// newScene has deals drawn and filled with pieces of the given lengths; all four nodes have acknowledged them.
func newScene(t testing.TB, deals int, lengths ...int) *scene {
	t.Helper()
	return newLongScene(t, deals, dealEpochs, lengths...)
}

// newLongScene is newScene with deals that run for so many epochs.
func newLongScene(t testing.TB, deals int, epochs uint64, lengths ...int) *scene {
	t.Helper()
	n := storage.New(t, storage.Config{})
	n.JoinHonest(3)
	s := &scene{Network: n, t: t, client: n.NewClient()}
	owner := n.NewAccount(storage.Funds)
	n.Next()
	s.liar = n.Join(owner, storage.Bond)
	n.ToEpoch(1)
	s.deals = openDeals(s.Network, s.client, deals, epochs)
	for _, d := range s.deals {
		s.client.Put(d, lengths...)
		for number, i := range n.Indices(d) {
			require.Equal(t, tasktypes.INDEX_STATUS_HELD, i.Status, "index %d of deal %d", number, d)
		}
	}
	return s
}

// openDeals opens deals of four indices at once and has them drawn.
func openDeals(n *storage.Network, c *storage.Client, deals int, epochs uint64) []uint64 {
	var msgs []sdk.Msg
	var ids []uint64
	for at := range deals {
		msgs = append(msgs, c.OpenMsg(2, 4, epochs))
		ids = append(ids, uint64(len(n.State().Tasks.Deals)+at+1))
	}
	n.Do(c.Account, msgs...)
	for _, d := range ids {
		c.Draw(d)
	}
	return ids
}

// finish makes blocks until every deal is settled and everything is withdrawn.
func finish(n *storage.Network) {
	n.Until(600, func() bool {
		for _, d := range n.State().Tasks.Deals {
			if d.IsOpen() {
				return false
			}
		}
		return true
	})
	n.ToEpoch(n.Epoch() + 2)
}

// lie lets the actor act in the liar's place until everything is settled, and tallies what the liar came to.
func (s *scene) lie(a storage.Actor) Tally {
	s.t.Helper()
	s.Actors = append(s.Actors, a)
	before := s.Wealth(s.liar.Owner.String(), s.liar.Operator.String())
	finish(s.Network)
	t := tallyOf(s.Network, s.liar)
	t.Net = s.Wealth(s.liar.Owner.String(), s.liar.Operator.String()).Sub(before)
	return t
}

// tallyOf adds up the books of nodes; Net is left to the caller.
func tallyOf(n *storage.Network, nodes ...*storage.Holder) Tally {
	t := Tally{Claimed: math.ZeroInt(), Proven: math.ZeroInt(), Paid: math.ZeroInt(), Burnt: math.ZeroInt(), Net: math.ZeroInt()}
	for _, h := range nodes {
		b := n.Books.Node(h.ID)
		t.Claimed, t.Proven = t.Claimed.Add(b.Claimed), t.Proven.Add(b.Proven)
		t.Paid, t.Burnt = t.Paid.Add(b.Withdrawn), t.Burnt.Add(b.Burnt)
	}
	return t
}

// held returns the deals the node holds an index of, with what it has acknowledged.
func held(n *storage.Network, h *storage.Holder) []tasktypes.StoredIndex {
	var list []tasktypes.StoredIndex
	for _, s := range n.State().Tasks.Indices {
		if s.Index.Node == h.ID && s.Index.Status == tasktypes.INDEX_STATUS_HELD {
			list = append(list, s)
		}
	}
	return list
}

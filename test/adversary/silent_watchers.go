package adversary

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
)

// watchOneAnother is two epochs of a network of four friends and one other, who is always there, and comes first to prove. Friends that are
// silent attest and answer each other only. It returns what they came to, and what the other is paid.
func watchOneAnother(t testing.TB, silent bool) (Tally, math.Int) {
	t.Helper()
	n := storage.New(t, storage.Config{})
	victim := joinEach(n, storage.Bond)[0]
	g := newGang(t, n, 4, storage.Bond)
	n.ToEpoch(n.Epoch() + 1)
	g.begin()
	all := func(*storage.Holder) bool { return true }
	signs := func(h *storage.Holder) bool { return !silent || h == victim }
	for range 2 {
		proofs := pass(n, func(epoch uint64) []*storage.Presence {
			var seen []*storage.Presence
			if p := victim.Presence(epoch, signs, signs); p.Slots() > 0 || p.Worth() > 0 {
				seen = append(seen, p)
			}
			for _, h := range g.nodes {
				seen = append(seen, h.Presence(epoch, all, all))
			}
			return seen
		})
		for _, tx := range proofs {
			require.NoError(t, tx.Err(), "%s", tx)
		}
	}
	return g.tally(g.won()), n.Books.Node(victim.ID).Withdrawn
}

// playSilentWatchers nets what they are paid over what they would be if they attested and answered everybody: what another is not paid
// is paid to nobody. Where seats are drawn among unequal bonds, and duties come to more than there is for them, who proves last is paid less
// (ADR 0014); those who prove first need nobody's silence for that.
func playSilentWatchers(t testing.TB) Tally {
	t.Helper()
	open, paid := watchOneAnother(t, false)
	tally, nothing := watchOneAnother(t, true)
	assert.True(t, open.Net.IsPositive())
	assert.True(t, paid.IsPositive(), "the other is paid where all watch")
	assert.True(t, nothing.IsZero(), "the other is paid %s although nobody attests or answers it", nothing)
	tally.Net = tally.Net.Sub(open.Net)
	return tally
}

package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// openIn returns what the module says keeps a network from ending.
func (f *fixture) openIn(t require.TestingT, network uint64) string {
	open, err := f.keeper.OpenIn(f.ctx, network)
	require.NoError(t, err)
	return open
}

// drained withdraws until a node has nothing left.
func (f *fixture) drained(t require.TestingT, node uint64) {
	for {
		if _, err := f.withdraw(node); err != nil {
			require.ErrorIs(t, err, types.ErrNothingToWithdraw)
			return
		}
	}
}

// TestOpenIn: fees, the match of a closed epoch, and emission are open until they are withdrawn, also where they are shared with givers
// that came and went; what a withdrawal leaves of a run's sharing is not.
func TestOpenIn(t *testing.T) {
	const open = "node 2 has pay to withdraw"
	for _, tc := range []struct {
		name string
		pay  func(f *fixture)
	}{
		{"ok: fees and their match", func(f *fixture) { f.fee(t, 2, 1, 800, 200) }},
		{"ok: a fee of which nothing is left for the owner", func(f *fixture) { f.fee(t, 2, 1, 0, 1) }},
		{"ok: uptime", func(f *fixture) { f.presence(t, 2, 1, 1, 1_000_000, 3, 0) }},
		{"ok: uptime before a giver came", func(f *fixture) {
			f.presence(t, 2, 1, 1, 1_000_000, 3, 0)
			f.setBond(t, 2, "giver", 300, 4_000)
		}},
		{"ok: uptime after a giver came, in the same epoch", func(f *fixture) {
			f.setBond(t, 2, "giver", 300, 4_000)
			f.presence(t, 2, 1, 1, 1_000_000, 3, 0)
		}},
		{"ok: fees and uptime over many changes of bonds", func(f *fixture) {
			for e := uint64(1); e <= 9; e++ {
				f.networks.epoch = e
				f.setBond(t, 2, "giver", int64(100*e), 1_000)
				f.presence(t, 2, e, e, 1_000_000, 3, 0)
				if e%2 == 0 {
					f.fee(t, 2, e, 100, 10)
				}
				f.closeEpoch(t, e)
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t)
			f.networks.epoch = 1
			f.fee(t, 1, 1, 80, 20)
			f.closeEpoch(t, 1)
			f.drained(t, 1)
			f.networks.epoch = 1
			require.Empty(t, f.openIn(t, seq), "node 1 has withdrawn all")
			tc.pay(f)
			require.Equal(t, open, f.openIn(t, seq))
			require.Empty(t, f.openIn(t, seq-1))
			require.Empty(t, f.openIn(t, seq+1))
			other := newFixture(t)
			require.NoError(t, other.keeper.InitGenesis(other.ctx, f.export(t)))
			require.Equal(t, f.store(), other.store())
			require.Equal(t, open, other.openIn(t, seq))
			if f.networks.epoch == 1 {
				f.closeEpoch(t, 1)
			}
			f.networks.epoch = 10
			for _, err := f.withdraw(2); err == nil; _, err = f.withdraw(2) {
				e, errEarnings := f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: networkID, Node: 2})
				require.NoError(t, errEarnings)
				if e.Fees.IsPositive() || e.Presence.IsPositive() {
					require.Equal(t, open, f.openIn(t, seq))
				}
			}
			require.Empty(t, f.openIn(t, seq))
		})
	}
}

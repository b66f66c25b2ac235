package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// TestPayIsByTheTermsOfItsEpoch: what was burnt in an epoch is matched by the cap and the split of its opening, and being there is paid
// by those of the epoch one was there in, also where other terms count by the time it is settled.
func TestPayIsByTheTermsOfItsEpoch(t *testing.T) {
	paid := func(changed bool) (matched, presence [2]string) {
		f := newFixture(t)
		old := f.networks.network.Params
		now := old
		now.Pay.MatchCapBps = 6_000
		now.Distribution = networktypes.TokenDistribution{UptimeBps: 5_000, TasksBps: 3_000, GovernanceBps: 2_000}
		now.Uptime.ContributionBps, now.Epoch.UptimeSlots = 2_500, 5
		f.fee(t, 1, 1, 800, 200)
		if changed {
			f.networks.termsOf = map[uint64]networktypes.NetworkParams{1: old}
			f.networks.network.Params = now
		}
		for i := range 2 {
			epoch := uint64(i) + 1
			f.closeEpoch(t, epoch)
			f.presence(t, 1, epoch+1, epoch, 40_000_000, 3, networktypes.Whole/10)
			rsp, err := f.withdraw(1)
			require.NoError(t, err)
			matched[i], presence[i] = rsp.Matched.String(), rsp.Presence.String()
			f.fee(t, 1, epoch+1, 800, 200)
		}
		return matched, presence
	}
	matchedBefore, presenceBefore := paid(false)
	matched, presence := paid(true)
	require.Equal(t, [2]string{"160", "160"}, matchedBefore)
	require.Equal(t, [2]string{"160", "120"}, matched)
	require.Equal(t, [2]string{"826", "826"}, presenceBefore)
	require.Equal(t, [2]string{"826", "1175"}, presence)
}

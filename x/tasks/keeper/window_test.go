package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func (f *fixture) window(epoch uint64) *types.QueryWindowResponse {
	rsp, err := f.queries.Window(f.ctx, &types.QueryWindowRequest{Network: networkID, Epoch: epoch})
	require.NoError(f.t, err)
	return rsp
}

// A beacon that is silent for longer than epochs are kept costs the pay of those that are forgotten, and nobody's
// bond: what is still kept is claimed and proven when the beacon is back, epoch after epoch.
func TestBeaconSilentForLongerThanEpochsAreKept(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(60)
	f.claim(2, nodes...)
	const silent = 18*epochBlocks - 5
	f.w.seedLate[opening(3)+5] = silent
	back := opening(3) + 5 + 2 + int64(silent) // in epoch 21: 6 and what follows are kept
	for _, epoch := range []uint64{4, 6, 18, 19, 20, 21} {
		f.toEpoch(epoch)
		for index := range uint32(3) {
			refuse(f, f.msgs.DeclareLoss, declareMsg(id, index), types.ErrNotLost)
		}
		refuse(f, f.msgs.Claim, f.claimMsg(nodes[0], epoch-1), beacontypes.ErrSeedPending)
	}
	f.to(back)
	for epoch := uint64(6); epoch <= 9; epoch++ {
		require.Equal(t, back+8+15*int64(epoch-6), f.window(epoch).Window.ClaimsFrom)
		f.to(f.window(epoch).Window.ClaimsFrom)
		for _, n := range nodes {
			must(f, f.msgs.Claim, f.claimMsg(n, epoch))
		}
		f.to(f.ctx.BlockHeight() + 5 + 2)
		for _, n := range nodes {
			must(f, f.msgs.Prove, f.proveMsg(n, epoch))
		}
		for index := range uint32(3) {
			_, err := send(f, f.msgs.DeclareLoss, declareMsg(id, index))
			require.ErrorIs(t, err, types.ErrNotLost, "epoch %d", epoch)
		}
		f.to(f.ctx.BlockHeight() + 8)
	}
	for _, n := range nodes {
		require.Equal(t, math.NewInt(bond), f.w.nodes[n].OwnBond)
	}
}

// A seed that nobody has asked for while the beacon kept it holds up nothing that follows.
func TestSeedThatNobodyAskedFor(t *testing.T) {
	f := newFixture(t, 3)
	_, nodes := f.held(5_000)
	f.claim(2, nodes...)
	f.ctx = f.ctx.WithBlockHeight(opening(1_200)) // nobody does anything for 24,000 blocks
	must(f, f.msgs.Claim, f.claimMsg(nodes[0], 1_199))
	f.to(f.ctx.BlockHeight() + 5 + 2)
	must(f, f.msgs.Prove, f.proveMsg(nodes[0], 1_199))
}

// However long an epoch is, proofs come while the beacon keeps their seed.
func TestProofsOfLongEpochs(t *testing.T) {
	for _, tc := range []struct {
		name         string
		blocks, want uint64
	}{
		{"ok: no room", 20, 0},
		{"ok: some room", 120, 100},
		{"ok: as much as there may be", 20 + types.MaxShift, types.MaxShift},
		{"ok: more than there may be", 1_000_000, types.MaxShift},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			f.w.params.Epoch.EpochBlocks = tc.blocks
			_, nodes := f.held(5)
			f.claim(2, nodes...)
			f.to(f.ctx.BlockHeight() + 5 + 2)
			w := f.window(2)
			require.Equal(t, int64(tc.want)+8, w.ProofsUntil-w.ProofsFrom)
		})
	}
}

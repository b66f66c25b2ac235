package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// openIn returns what the module says keeps the network from ending.
func (f *fixture) openIn() string {
	open, err := f.keeper.OpenIn(f.ctx, seq)
	require.NoError(f.t, err)
	return open
}

// TestOpenIn: of a network that sleeps, the last epoch is open for as long as somebody could claim it, or prove a claim, to the block.
func TestOpenIn(t *testing.T) {
	const open = "epoch 3 can still be claimed or proven"
	for _, tc := range []struct {
		name string
		// claimed tells whether somebody claimed the last epoch, and seedLate by how many blocks its seed is late.
		claimed  bool
		seedLate int64
		// over is how many blocks after the close nothing is open any more.
		over int64
	}{
		{"ok: nobody has claimed", false, 0, 5},
		{"ok: somebody has", true, 0, 5 + 2 + 8},
		{"ok: its seed is late", true, 200, 5 + 2 + 200 + 8},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			require.Equal(t, "epoch 1 can still be claimed or proven", f.openIn(), "it is not asked before")
			_, nodes := f.held(2)
			f.w.lastEpoch = 3
			f.toEpoch(4)
			closed := f.ctx.BlockHeight()
			f.w.seedLate[closed+5] = tc.seedLate
			if tc.claimed {
				f.claim(3, nodes...)
			}
			for at := f.ctx.BlockHeight(); at < closed+tc.over; at++ {
				f.ctx = f.ctx.WithBlockHeight(at)
				require.Equal(t, open, f.openIn(), "block %d", at-closed)
			}
			f.ctx = f.ctx.WithBlockHeight(closed + tc.over)
			require.Empty(t, f.openIn())
		})
	}
}

// TestNothingOpensInANetworkThatEnded: who would put money in is told why not, and keeps it.
func TestNothingOpensInANetworkThatEnded(t *testing.T) {
	f := newFixture(t, 3)
	f.to(firstOpening + 3)
	f.w.ended = firstOpening + 2
	refuse(f, f.msgs.OpenDeal, openMsg(10), networktypes.ErrNetworkEnded)
	refuse(f, f.msgs.OpenChannel, f.channelMsg(1, 500, 300), networktypes.ErrNetworkEnded)
	refuse(f, f.msgs.PostTask, taskMsg(1), networktypes.ErrNetworkEnded)
	require.EqualValues(t, funds, f.has("client"))
}

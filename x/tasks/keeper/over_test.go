package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
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

// TestDisputesAndHeldSlashesAreDuties: from its posting until the last money that was taken for it is given to somebody, a task keeps its
// network going, and so keeps it from ending.
func TestDisputesAndHeldSlashesAreDuties(t *testing.T) {
	f := newFixture(t, juryNodes)
	require.Zero(t, f.w.duties)
	id, _ := f.judged(2, "lie", "42", "lie")
	require.Equal(t, 1, f.w.duties, "an outcome that can be disputed")
	f.dispute(id)
	require.Equal(t, []any{types.TASK_STATUS_JURY_DRAWING, 1}, []any{f.task(id).Status, f.w.duties})
	jury := f.jury(id)
	require.Equal(t, []any{types.TASK_STATUS_JURY_WORKING, 1}, []any{f.task(id).Status, f.w.duties})
	for _, j := range jury {
		must(f, f.msgs.CommitResult, commitMsg(id, j.Node, "42"))
	}
	for _, j := range jury {
		require.Equal(t, []any{types.TASK_STATUS_JURY_REVEALING, 1}, []any{f.task(id).Status, f.w.duties})
		must(f, f.msgs.RevealResult, revealMsg(id, j.Node, "42"))
	}
	held := f.slashes()
	require.Equal(t, []any{types.TASK_STATUS_SETTLED, 2, 2}, []any{f.task(id).Status, len(held), f.w.duties}, "both liars")
	require.NoError(t, f.keeper.ReturnSlash(f.ctx, held[0].Id))
	require.Equal(t, 1, f.w.duties)
	f.ctx = f.ctx.WithBlockHeight(held[1].Until)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Equal(t, 1, f.w.duties, "it can still be given back")
	f.ctx = f.ctx.WithBlockHeight(held[1].Until + 1)
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	require.Equal(t, []int64{0, 0}, []int64{int64(f.w.duties), f.escrowed()})
}

// TestOneDutyForEachJury: a second jury, and one that finds nothing, change nothing about it.
func TestOneDutyForEachJury(t *testing.T) {
	f := newFixture(t, juryNodes)
	id, _ := f.disputed(2, "42", "42")
	f.votes(id, 5, "42", "odd")
	require.Equal(t, []any{types.TASK_STATUS_JURY_DRAWING, 1}, []any{f.task(id).Status, f.w.duties})
	f.votes(id, 5, "42", "odd")
	require.Equal(t, []any{types.TASK_OUTCOME_HUNG, 0}, []any{f.task(id).Outcome, f.w.duties})
}

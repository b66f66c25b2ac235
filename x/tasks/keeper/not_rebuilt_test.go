package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// turn moves to the beginning of a turn of the vacant index 0 of a deal and returns whose it is.
func (f *fixture) turn(id uint64, turn int64) []uint64 {
	f.to(f.deal(id).Indices[0].SinceHeight + 2 + 5*turn)
	return takers(f, id)
}

// Who took an index and did not rebuild it comes last when it is taken again: after all others that
// would do, and after those that did so before it.
func TestWhoDidNotRebuildComesLast(t *testing.T) {
	f, id, _ := silent(t, 6, 40)
	var gone []uint64
	for range 3 {
		now := f.turn(id, 0)
		require.Len(t, now, 1)
		require.NotContains(t, gone, now[0], "an other is there")
		must(f, f.msgs.TakeIndex, takeMsg(now[0], id, 0))
		gone = append(gone, now[0])
		if len(gone) == 2 { // by itself, or found out after two epochs
			f.toEpoch(epochAt(f.ctx.BlockHeight()) + types.AckEpochs)
			must(f, f.msgs.DeclareLoss, declareMsg(id, 0))
		} else {
			must(f, f.msgs.ReportLoss, reportMsg(now[0], id, 0))
		}
		require.Equal(t, gone, f.deal(id).Indices[0].NotRebuilt)
	}
	// Now there is nobody else. The one that gave it back first may try again first.
	for turn := range 3 {
		want := slices.Sorted(slices.Values(gone[:turn+1]))
		require.Equal(t, want, f.turn(id, int64(turn)))
	}
	must(f, f.msgs.TakeIndex, takeMsg(gone[1], id, 0))
	must(f, f.msgs.ReportLoss, reportMsg(gone[1], id, 0))
	require.Equal(t, []uint64{gone[0], gone[2], gone[1]}, f.deal(id).Indices[0].NotRebuilt)
	must(f, f.msgs.TakeIndex, takeMsg(f.turn(id, 0)[0], id, 0))
	must(f, f.msgs.Ack, f.ackMsg(gone[0], id, 0))
	require.Empty(t, f.deal(id).Indices[0].NotRebuilt, "it is rebuilt: the next loss begins anew")
}

package repair_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/repair"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// sizes are plain bytes of segments around every border of the code.
func sizes() []int { return []int{1, 65_520, 65_521, 131_040, 131_041, 400_000} }

func TestRebuild(t *testing.T) {
	w := newWorld(t, sizes()...)
	require.NoError(t, w.rebuild(t.Context()))
	require.Equal(t, []uint64{5}, w.adopted)
	require.Len(t, w.disk, len(sizes()))
	require.Equal(t, 2*len(sizes()), w.asked[1]+w.asked[2]+w.asked[3], "k pieces for one, and none too many")
}

func TestRebuildWithFellowsMissing(t *testing.T) {
	for name, edit := range map[string]func(*world){
		"ok: one is gone":       func(w *world) { w.gone[1] = true },
		"ok: one lacks a piece": func(w *world) { w.without[[2]int{0, 2}] = true },
		"ok: each lacks another piece": func(w *world) {
			w.without[[2]int{0, 1}], w.without[[2]int{1, 2}], w.without[[2]int{2, 3}] = true, true, true
		},
		"ok: one has no list":              func(w *world) { w.listing[1] = true },
		"ok: only one has the list":        func(w *world) { w.listing[1], w.listing[2] = true, true },
		"ok: the list is with one behind":  func(w *world) { w.indices[0].Acked.Version, w.listing[2], w.listing[3] = 4, true, true },
		"ok: one index is not held":        func(w *world) { w.indices[1] = work.Index{Status: work.IndexVacant} },
		"ok: one index is being rebuilt":   func(w *world) { w.indices[1].Status = work.IndexReserved },
		"ok: one waits for its first ack":  func(w *world) { w.indices[2] = work.Index{Status: work.IndexAssigned, Node: 3} },
		"ok: one has acknowledged nothing": func(w *world) { w.indices[2].Acked = work.Layout{} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sizes()...)
			edit(w)
			require.NoError(t, w.rebuild(t.Context()))
			require.Equal(t, []uint64{5}, w.adopted)
		})
	}
}

// lost has an index lost by its holder, which has its pieces all the same.
func (w *world) lost(numbers ...int) {
	for _, number := range numbers {
		w.indices[number] = work.Index{Status: work.IndexVacant, LostBy: w.indices[number].Node}
	}
}

// Who lost an index may only have been away: what it has is as good as what holders have.
func TestWhoLostAnIndexIsAsked(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*world)
		want map[uint64]int // pieces asked for, by node
	}{
		"ok: only with those who hold it": {func(w *world) { w.lost(0) }, map[uint64]int{2: 6, 3: 6}},
		"ok: all but one were away":       {func(w *world) { w.lost(0, 1); w.gone[2] = true }, map[uint64]int{1: 6, 3: 6}},
		"ok: all were away":               {func(w *world) { w.lost(0, 1, 2) }, nil},
		"ok: one is being rebuilt": {func(w *world) {
			w.lost(0, 1, 2)
			w.indices[1].Status, w.indices[1].Node = work.IndexReserved, 9
		}, nil},
		"ok: who lost this index has it": {func(w *world) {
			w.indices[3].LostBy = 5
			w.gone[1], w.gone[2], w.gone[3] = true, true, true
		}, nil},
		"ok: this node itself lost it": {func(w *world) { w.indices[3].LostBy = 4 }, map[uint64]int{1: 6, 2: 6}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sizes()...)
			tc.edit(w)
			require.NoError(t, w.rebuild(t.Context()))
			require.Equal(t, []uint64{5}, w.adopted)
			require.Len(t, w.disk, len(sizes()))
			for node, n := range tc.want {
				if !w.gone[node] {
					require.Equal(t, n, w.asked[node], "node %d", node)
				}
			}
		})
	}
}

// TestOneWhoIsGoneIsNotAskedForEverything: the first failure is what a repair pays for a fellow that is not there.
func TestOneWhoIsGoneIsNotAskedForEverything(t *testing.T) {
	many := make([]int, 40)
	for i := range many {
		many[i] = 1_000 + i
	}
	w := newWorld(t, many...)
	w.gone[1] = true
	require.NoError(t, w.rebuild(t.Context()))
	require.LessOrEqual(t, w.asked[1], 2, "once for each segment that was under way")
}

func TestTooFewFellows(t *testing.T) {
	w := newWorld(t, sizes()...)
	w.without[[2]int{0, 3}], w.without[[2]int{2, 3}] = true, true
	err := w.rebuild(t.Context())
	var few *repair.TooFewError
	require.ErrorAs(t, err, &few)
	require.Equal(t, []int{3, 2, 1}, []int{few.Segment, few.Need, few.Have})
	require.ErrorIs(t, err, repair.ErrTooFew)
	require.ErrorIs(t, err, errGone)
	require.Empty(t, w.adopted)

	// What was made is not made again once the pieces are there.
	w.without = map[[2]int]bool{}
	w.asked = map[uint64]int{}
	before := len(w.disk)
	require.NoError(t, w.rebuild(t.Context()))
	require.Equal(t, 2*(len(sizes())-before), w.asked[1]+w.asked[2]+w.asked[3])
	require.Equal(t, []uint64{5}, w.adopted)
}

func TestNobodyHasTheList(t *testing.T) {
	w := newWorld(t, sizes()...)
	w.gone[1], w.gone[2], w.gone[3] = true, true, true
	err := w.rebuild(t.Context())
	require.ErrorIs(t, err, repair.ErrNoList)
	require.ErrorIs(t, err, errGone)
	require.Empty(t, w.disk)
}

// TestPiecesThatDoNotBelongTogether: a client that coded wrongly harms itself only; nothing is acknowledged.
func TestPiecesThatDoNotBelongTogether(t *testing.T) {
	w := newWorld(t, 1_000, 2_000)
	segments := []record.Segment{w.list.At(0), w.list.At(1)}
	segments[1].Roots = append([][32]byte(nil), segments[1].Roots...)
	segments[1].Roots[3][0] ^= 1
	w.commit(segments)
	err := w.rebuild(t.Context())
	require.ErrorIs(t, err, repair.ErrInconsistent)
	require.ErrorContains(t, err, "segment 1 of deal 7")
	require.Empty(t, w.adopted)
}

func TestDiskIsFull(t *testing.T) {
	w := newWorld(t, sizes()...)
	w.full = 2
	require.ErrorIs(t, w.rebuild(t.Context()), errNoRoom)
	require.Empty(t, w.adopted)
	w.full = -1
	require.NoError(t, w.rebuild(t.Context()))
	require.Equal(t, []uint64{5}, w.adopted)
}

func TestInterrupted(t *testing.T) {
	w := newWorld(t, sizes()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, w.rebuild(ctx), context.Canceled)
	require.Empty(t, w.adopted)
}

func TestNothingLiesInTheDeal(t *testing.T) {
	w := newWorld(t, 10)
	w.deal.Layout = work.Layout{}
	require.NoError(t, w.rebuild(t.Context()))
	require.Empty(t, w.adopted)
}

func TestNewNeedsEverything(t *testing.T) {
	w := newWorld(t, 10)
	for name, deps := range map[string]repair.Deps{
		"fails: no fellows": {Readers: w, Store: w, Shelf: w},
		"fails: no readers": {Fellows: w, Store: w, Shelf: w},
		"fails: no store":   {Fellows: w, Readers: w, Shelf: w},
		"fails: no shelf":   {Fellows: w, Readers: w, Store: w},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := repair.New(deps)
			require.ErrorIs(t, err, repair.ErrInvalid)
		})
	}
}

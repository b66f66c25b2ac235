package holder_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// has says whether the list of a version is on disk.
func (w *world) has(version uint64, list *record.List) bool {
	_, err := w.holder.List(deal, w.layout(version, list))
	require.True(w.t, err == nil || errors.Is(err, holder.ErrNoList), "%v", err)
	return err == nil
}

// must makes a version that the holder signs.
func (w *world) must(version uint64, base from, numbers ...uint64) *record.List {
	list, err := w.make(version, base, numbers...)
	require.NoError(w.t, err)
	return list
}

func TestReconcileKeepsWhatCanBeOwed(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1, 2)
	require.Empty(t, w.reconcile(deal))
	require.True(t, w.has(1, v1), "forgot what may be committed any time")

	w.chain.Commit(deal, w.layout(1, v1), true)
	v2 := w.must(2, from{1, v1, []record.Range{{From: 1, Count: 1}}}, 3)
	rival := w.must(2, from{}, 9)
	far := w.must(4, from{}, 8)
	require.Empty(t, w.reconcile(deal))
	for _, at := range []struct {
		version uint64
		list    *record.List
	}{{1, v1}, {2, v2}, {2, rival}, {4, far}} {
		require.True(t, w.has(at.version, at.list))
	}
	require.Equal(t, w.roots(1, 2, 3, 8, 9), w.store.Refs(deal))

	// The chain has version 2, without this node's ack: version 1 is what is owed, and 2 may still be acknowledged.
	w.chain.Commit(deal, w.layout(2, v2), false)
	require.Empty(t, w.reconcile(deal))
	require.True(t, w.has(1, v1))
	require.True(t, w.has(2, v2))
	require.False(t, w.has(2, rival), "kept what nobody can commit any more")
	require.True(t, w.has(4, far))

	w.chain.Commit(deal, w.layout(2, v2), true)
	require.Empty(t, w.reconcile(deal))
	require.False(t, w.has(1, v1))
	require.True(t, w.has(2, v2))

	// Pieces that were put a while ago and are in no list any more go as well.
	w.chain.Mine(600)
	require.Empty(t, w.reconcile(deal))
	require.Equal(t, w.roots(2, 3, 8), w.store.Refs(deal))
}

func TestReconcileDropsPiecesThatOnlyAnOlderVersionNeeded(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, v1), true)
	require.Empty(t, w.reconcile(deal))
	v2 := w.must(2, from{1, v1, []record.Range{{From: 1, Count: 1}}}, 3)
	w.chain.Commit(deal, w.layout(2, v2), true)
	require.Empty(t, w.reconcile(deal))
	require.Equal(t, w.roots(2, 3), w.store.Refs(deal))
}

func TestReconcileKeepsWhatWasJustPut(t *testing.T) {
	w := newWorld(t)
	segment, pieces := holdertest.Segment(5, n, 1000)
	w.put(segment.Roots[index], pieces[index])
	w.chain.Mine(599)
	require.Empty(t, w.reconcile(deal))
	require.Len(t, w.store.Refs(deal), 1)
	w.chain.Mine(1)
	require.Empty(t, w.reconcile(deal))
	require.Empty(t, w.store.Refs(deal))

	// After a restart it is as if it had been put then.
	w.put(segment.Roots[index], pieces[index])
	w.chain.Mine(500)
	w.open()
	require.Empty(t, w.reconcile(deal))
	w.chain.Mine(599)
	require.Empty(t, w.reconcile(deal))
	require.Len(t, w.store.Refs(deal), 1)
	w.chain.Mine(1)
	require.Empty(t, w.reconcile(deal))
	require.Empty(t, w.store.Refs(deal))
}

func TestReconcileDropsDeals(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *world)
		gone   bool
	}{
		{"ok: settled", func(w *world) { w.chain.Change(deal, func(d *work.Deal, _ []work.Index) { d.Settled = true }) }, true},
		{"ok: given to another", func(w *world) { w.chain.Change(deal, func(_ *work.Deal, at []work.Index) { at[index].Node = 99 }) }, true},
		{"ok: not mentioned, but ours", func(*world) {}, false},
		{"ok: lost, and nobody has it", func(w *world) { w.chain.Change(deal, vacate) }, false},
		{"ok: lost, and being rebuilt", func(w *world) {
			w.chain.Change(deal, vacate)
			w.chain.Change(deal, func(_ *work.Deal, at []work.Index) { at[index].Status, at[index].Node = work.IndexReserved, 99 })
		}, false},
		{"ok: lost, and settled", func(w *world) {
			w.chain.Change(deal, vacate)
			w.chain.Change(deal, func(d *work.Deal, _ []work.Index) { d.Settled = true })
		}, true},
		{"ok: lost, and another one is vacant", func(w *world) {
			w.chain.Change(deal, giveAway)
			w.chain.Change(deal, func(_ *work.Deal, at []work.Index) { at[0] = work.Index{Status: work.IndexVacant} })
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			v1 := w.must(1, from{}, 1, 2)
			w.chain.Commit(deal, w.layout(1, v1), true)
			test.change(w)
			require.Empty(t, w.reconcile())
			require.Equal(t, test.gone, len(w.store.Refs(deal)) == 0)
			require.Equal(t, test.gone, !w.has(1, v1))
			names, err := w.disk.Names("")
			require.NoError(t, err)
			require.Equal(t, test.gone, len(names) == 0)
		})
	}
}

// A node that lost an index and takes it again finds what it had: the latest list, or an older one with pieces of which
// most are in the latest, too.
func TestWhatWasLostIsTakenAgain(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, v1), true)
	require.Empty(t, w.reconcile(deal))
	w.chain.Change(deal, vacate)
	require.Empty(t, w.reconcile())
	w.chain.Mine(5000)
	w.open() // a restart in between
	require.Empty(t, w.reconcile())
	retake := func(_ *work.Deal, at []work.Index) {
		at[index] = work.Index{Status: work.IndexReserved, Node: w.chain.Own, LostBy: w.chain.Own}
	}
	w.chain.Change(deal, retake)
	require.Empty(t, w.reconcile(deal))
	ref := work.IndexRef{Deal: deal, Index: index}
	require.True(t, w.holder.Signed(ref, w.layout(1, v1)), "nothing need be rebuilt")
	require.Equal(t, w.roots(1, 2), w.store.Refs(deal))

	// Meanwhile the client has committed another layout.
	v2, err := v1.Apply([]record.Range{{From: 1, Count: 1}}, w.list(3))
	require.NoError(t, err)
	w.chain.Change(deal, func(d *work.Deal, _ []work.Index) { d.Layout = w.layout(2, v2) })
	w.chain.Mine(5000)
	require.Empty(t, w.reconcile(deal))
	require.Equal(t, w.roots(1, 2), w.store.Refs(deal), "piece 2 need not be rebuilt")
	_, pieces := holdertest.Segment(3, n, 1000)
	p, err := w.holder.Put(t.Context(), deal, v2.At(1).Roots[index], 1000)
	require.NoError(t, err)
	_, err = p.Write(pieces[index])
	require.NoError(t, err)
	require.NoError(t, p.Commit())
	_, err = w.holder.Adopt(t.Context(), deal, 2, v2)
	require.NoError(t, err)
	w.chain.Commit(deal, w.layout(2, v2), true)
	require.Empty(t, w.reconcile(deal))
	require.Equal(t, w.roots(2, 3), w.store.Refs(deal))
	require.False(t, w.has(1, v1))
}

// What is kept without pay makes room for what is paid for.
func TestWhatWasLostMakesRoom(t *testing.T) {
	w := newWorld(t)
	w.store.Quota = 2500
	v1 := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, v1), true)
	require.Empty(t, w.reconcile(deal))
	root, other := [32]byte{1}, uint64(8)
	_, err := w.holder.Put(t.Context(), other, root, 1000)
	require.ErrorIs(t, err, holder.ErrNoRoom)
	require.Len(t, w.store.Refs(deal), 2, "it is owed")
	w.chain.Change(deal, vacate)
	require.Empty(t, w.reconcile())
	require.Len(t, w.store.Refs(deal), 2)
	p, err := w.holder.Put(t.Context(), other, root, 1000)
	require.NoError(t, err)
	p.Abort()
	require.Empty(t, w.store.Refs(deal))
	require.False(t, w.has(1, v1))
}

func TestReconcileDropsNothingWhileTheChainIsSilent(t *testing.T) {
	w := newWorld(t)
	w.must(1, from{}, 1)
	down := errors.New("down")
	w.chain.Fail(down)
	_, err := w.holder.Reconcile(t.Context(), nil)
	require.ErrorIs(t, err, down)
	require.Len(t, w.store.Refs(deal), 1)
}

func TestReconcileTellsOfLosses(t *testing.T) {
	tests := []struct {
		name    string
		lose    func(w *world, list *record.List)
		missing int
		segment int
		want    error
	}{
		{"ok: nothing lost", func(*world, *record.List) {}, 0, 0, nil},
		{"ok: store forgot a reference", func(w *world, list *record.List) { w.store.Lose(deal, list.At(1).Roots[index]) }, 0, 0, nil},
		{"fails: a piece in quarantine", func(w *world, list *record.List) { w.store.Break(list.At(2).Roots[index]) }, 1, 2, holder.ErrUnknown},
		{"fails: two pieces gone", func(w *world, list *record.List) {
			require.NoError(w.t, w.store.Drop(deal, list.At(1).Roots[index], list.At(2).Roots[index]))
		}, 2, 1, holder.ErrUnknown},
		{"fails: list gone", func(w *world, list *record.List) {
			require.NoError(w.t, w.disk.Remove(w.file(1, list)))
			w.open()
		}, 0, -1, holder.ErrNoList},
		{"fails: list gone under a running holder", func(w *world, list *record.List) {
			require.NoError(w.t, w.disk.Remove(w.file(1, list)))
		}, 0, -1, holder.ErrNoList},
		{"fails: list changed", func(w *world, list *record.List) { w.disk.names[w.file(1, list)].data[40] ^= 1 }, 0, -1, holder.ErrListDamaged},
		{"fails: list cut off", func(w *world, list *record.List) {
			f := w.disk.names[w.file(1, list)]
			f.data = f.data[:100]
		}, 0, -1, holder.ErrListDamaged},
		{"fails: list empty", func(w *world, list *record.List) { w.disk.names[w.file(1, list)].data = nil }, 0, -1, holder.ErrListDamaged},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			list := w.must(1, from{}, 1, 2, 3)
			w.chain.Commit(deal, w.layout(1, list), true)
			require.Empty(t, w.reconcile(deal))
			test.lose(w, list)
			losses := w.reconcile(deal)
			if test.want == nil {
				require.Empty(t, losses)
				require.Equal(t, w.roots(1, 2, 3), w.store.Refs(deal))
				return
			}
			require.Len(t, losses, 1)
			require.ErrorIs(t, losses[0], test.want)
			require.Equal(t, work.IndexRef{Deal: deal, Index: index}, losses[0].Ref)
			require.Equal(t, w.layout(1, list), losses[0].Layout)
			require.Equal(t, test.missing, losses[0].Missing)
			require.Equal(t, test.segment, losses[0].Segment)
			require.Equal(t, losses, w.reconcile(deal), "not told again")
		})
	}
}

func TestReconcileIsNotTakenBackwards(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1)
	w.chain.Commit(deal, w.layout(1, v1), true)
	before := w.chain.Held(deal)
	v2 := w.must(2, from{}, 2)
	w.chain.Commit(deal, w.layout(2, v2), true)
	require.Empty(t, w.reconcile(deal))
	losses, err := w.holder.Reconcile(t.Context(), before)
	require.NoError(t, err)
	require.Empty(t, losses, "version 1 was forgotten, not lost")
}

func TestAdopt(t *testing.T) {
	w := newWorld(t)
	list := w.list(1, 2)
	w.chain.Commit(deal, w.layout(3, list), false)
	_, err := w.holder.Adopt(t.Context(), deal, 3, list)
	require.ErrorIs(t, err, wire.Missing)
	for _, number := range []uint64{1, 2} {
		segment, pieces := holdertest.Segment(number, n, 1000)
		p, err := w.store.Put(t.Context(), deal, segment.Roots[index], 1000)
		require.NoError(t, err)
		_, err = p.Write(pieces[index])
		require.NoError(t, err)
		require.NoError(t, p.Commit())
	}
	_, err = w.holder.Adopt(t.Context(), deal, 2, list)
	require.ErrorIs(t, err, wire.BadList)
	_, err = w.holder.Adopt(t.Context(), 99, 3, list)
	require.ErrorIs(t, err, holder.ErrNoDeal)
	signature, err := w.holder.Adopt(t.Context(), deal, 3, list)
	require.NoError(t, err)
	require.Len(t, signature, 64)
	w.chain.Commit(deal, w.layout(3, list), true)
	w.open()
	require.Empty(t, w.reconcile(deal))
}

// What a claim is proved against is kept, list and pieces, until the proof can come no more, whatever was acknowledged
// since; after a restart too, and without taking room from what is put next.
func TestReconcileKeepsWhatAClaimIsProvedAgainst(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1, 2)
	w.chain.Commit(deal, w.layout(1, v1), true)
	v2 := w.must(2, from{1, v1, []record.Range{{From: 1, Count: 1}}}, 3)
	w.chain.Commit(deal, w.layout(2, v2), true)
	claim := func(epoch uint64, l work.Layout) {
		w.chain.Change(deal, func(_ *work.Deal, at []work.Index) { at[index].Claimed, at[index].ClaimedEpoch = l, epoch })
	}
	claim(5, w.layout(1, v1))
	v3 := w.must(3, from{}, 4)
	w.chain.Commit(deal, w.layout(3, v3), true)
	for _, again := range []bool{false, true} {
		if again {
			w.open()
		}
		w.chain.Mine(600)
		require.Empty(t, w.reconcile(deal))
		require.Equal(t, []bool{true, false, true}, []bool{w.has(1, v1), w.has(2, v2), w.has(3, v3)})
		require.Equal(t, w.roots(1, 2, 4), w.store.Refs(deal))
		tree, at, err := w.holder.Holdings(t.Context(), 5).Layout(deal)
		require.NoError(t, err)
		require.Equal(t, w.layout(1, v1).Root, tree.Root().Hash)
		require.Equal(t, uint32(index), at)
		tree, _, err = w.holder.Holdings(t.Context(), 6).Layout(deal)
		require.NoError(t, err)
		require.Equal(t, w.layout(3, v3).Root, tree.Root().Hash)
	}
	claim(0, work.Layout{})
	require.Empty(t, w.reconcile(deal))
	require.False(t, w.has(1, v1))
	require.Equal(t, w.roots(4), w.store.Refs(deal))
}

// A list of a claim that is gone or damaged is no loss of what is held now.
func TestReconcileWithoutTheListOfAClaim(t *testing.T) {
	w := newWorld(t)
	v1 := w.must(1, from{}, 1)
	w.chain.Commit(deal, w.layout(1, v1), true)
	w.chain.Change(deal, func(_ *work.Deal, at []work.Index) { at[index].Claimed, at[index].ClaimedEpoch = w.layout(1, v1), 5 })
	v2 := w.must(2, from{}, 2)
	w.chain.Commit(deal, w.layout(2, v2), true)
	require.NoError(t, w.disk.Remove(w.file(1, v1)))
	require.Empty(t, w.reconcile(deal))
	_, _, err := w.holder.Holdings(t.Context(), 5).Layout(deal)
	var loss *holder.LossError
	require.ErrorAs(t, err, &loss)
	require.Equal(t, w.layout(1, v1), loss.Layout)
}

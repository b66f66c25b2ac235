package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func drawMsg(sender string, deal uint64) *types.MsgDrawDeal {
	return &types.MsgDrawDeal{Sender: sender, Deal: deal}
}

func TestDrawAssignsDistinctNodes(t *testing.T) {
	f := newFixture(t, 5)
	id := f.open(10)
	refuse(f, f.msgs.DrawDeal, drawMsg(client(), id), beacontypes.ErrSeedPending)
	refuse(f, f.msgs.DrawDeal, drawMsg(client(), id+1), types.ErrDealNotFound)
	refuse(f, f.msgs.DrawDeal, drawMsg("mesh1", id), types.ErrInvalidRequest)
	nodes := f.drawn(id)
	require.Len(t, nodes, 3)
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(nodes))), 3, "three different nodes: %v", nodes)
	require.NotContains(t, nodes, uint64(0))
	for number, i := range f.deal(id).Indices {
		require.Equal(t, types.INDEX_STATUS_ASSIGNED, i.Status)
		require.Equal(t, uint32(1), i.Draws)
		o := f.owed(nodes[number], 2)
		require.Equal(t, uint64(gib), o.Owed.Space)
		require.Equal(t, int64(4*price), o.Owed.Exposure.Int64(), "two repairs of two epochs' rate and k of 1")
		require.True(t, o.Amount.IsZero(), "nothing is owed before an ack")
	}
	require.Len(t, eventsOf[*types.EventIndexAssigned](f.events()), 3)
	refuse(f, f.msgs.DrawDeal, drawMsg(client(), id), types.ErrWrongState)
}

// Who sends the message makes no difference: the draw is the beacon's.
func TestDrawIsTheSameForEverybody(t *testing.T) {
	a, b := newFixture(t, 6), newFixture(t, 6)
	first := a.drawn(a.open(10))
	id := b.open(10)
	b.to(b.ctx.BlockHeight() + 9)
	require.Equal(t, first, must(b, b.msgs.DrawDeal, drawMsg(operator(4), id)).Nodes)
}

func TestDrawWithConditions(t *testing.T) {
	everybody := []uint64{1, 2, 3, 4}
	for _, tc := range []struct {
		name string
		edit func(*fixture, *types.MsgOpenDeal)
		want []uint64 // nodes that can be drawn
	}{
		{"ok: region", func(f *fixture, m *types.MsgOpenDeal) {
			m.Region = "us"
			f.edit(2, func(n *networktypes.Node) { n.Offer.Region = "us" })
		}, []uint64{2}},
		{"ok: without an owner", func(_ *fixture, m *types.MsgOpenDeal) { m.Without = []string{addr(account("owner1"))} }, []uint64{2, 3, 4}},
		{"ok: exactly enough room", func(f *fixture, _ *types.MsgOpenDeal) {
			f.edit(1, func(n *networktypes.Node) { n.Offer.StorageBytes = gib })
		}, everybody},
		{"ok: one byte short", func(f *fixture, _ *types.MsgOpenDeal) {
			f.edit(1, func(n *networktypes.Node) { n.Offer.StorageBytes = gib - 1 })
		}, []uint64{2, 3, 4}},
		{"ok: bond covers the exposure", func(f *fixture, _ *types.MsgOpenDeal) {
			f.edit(1, func(n *networktypes.Node) { n.OwnBond = math.NewInt(4 * price) })
		}, everybody},
		{"ok: own and given bond together cover it", func(f *fixture, _ *types.MsgOpenDeal) {
			f.edit(1, func(n *networktypes.Node) { n.OwnBond, n.GivenBond = math.NewInt(4*price-1), math.NewInt(1) })
		}, everybody},
		{"ok: bond one unit short", func(f *fixture, _ *types.MsgOpenDeal) {
			f.edit(1, func(n *networktypes.Node) { n.OwnBond = math.NewInt(4*price - 1) })
		}, []uint64{2, 3, 4}},
		{"ok: takes no part", func(f *fixture, _ *types.MsgOpenDeal) {
			f.edit(3, func(n *networktypes.Node) { n.Weight = math.ZeroInt() })
		}, []uint64{1, 2, 4}},
		{"ok: two nodes of one owner", func(f *fixture, _ *types.MsgOpenDeal) {
			f.edit(4, func(n *networktypes.Node) { n.Owner, n.OwnerSlot = f.w.nodes[3].Owner, f.w.nodes[3].OwnerSlot })
		}, []uint64{1, 2, 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 4)
			msg := openMsg(10)
			msg.Profile.N = 4
			tc.edit(f, msg)
			nodes := f.drawn(must(f, f.msgs.OpenDeal, msg).Deal)
			nodes = slices.DeleteFunc(nodes, func(n uint64) bool { return n == 0 })
			require.ElementsMatch(t, tc.want, nodes)
		})
	}
}

// A second deal finds a node full that the first one has filled.
func TestDrawCountsWhatANodeHolds(t *testing.T) {
	f := newFixture(t, 3)
	f.edit(1, func(n *networktypes.Node) { n.Offer.StorageBytes = gib })
	f.edit(2, func(n *networktypes.Node) { n.OwnBond = math.NewInt(8*price - 1) })
	require.ElementsMatch(t, []uint64{1, 2, 3}, f.drawn(f.open(10)))
	require.ElementsMatch(t, []uint64{3, 0, 0}, f.drawn(f.open(10)))
}

// An index without an ack goes back after two epochs, is drawn anew with a later seed, three times
// in all, and then waits for the client.
func TestDrawAgain(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(30)
	stranger := drawMsg(operator(1), id)
	for round := uint32(1); round <= types.MaxDraws; round++ {
		f.to(f.ctx.BlockHeight() + 2)
		must(f, f.msgs.DrawDeal, stranger)
		require.Equal(t, round, f.deal(id).Indices[0].Draws)
		require.Equal(t, types.INDEX_STATUS_ASSIGNED, f.deal(id).Indices[0].Status)
		since := f.epoch()
		f.to(opening(since+types.AckEpochs) - 1)
		refuse(f, f.msgs.DrawDeal, stranger, types.ErrWrongState)
		f.to(opening(since + types.AckEpochs))
		require.Equal(t, []uint64{0, 0, 0}, must(f, f.msgs.DrawDeal, stranger).Nodes, "put back")
		require.True(t, f.owed(1, f.epoch()).Owed.Exposure.IsZero(), "free again")
	}
	f.to(f.ctx.BlockHeight() + 2)
	refuse(f, f.msgs.DrawDeal, stranger, types.ErrWrongState)
	mine := drawMsg(client(), id)
	require.Equal(t, []uint64{0, 0, 0}, must(f, f.msgs.DrawDeal, mine).Nodes, "the client starts the count again")
	refuse(f, f.msgs.DrawDeal, mine, beacontypes.ErrSeedPending)
	f.to(f.ctx.BlockHeight() + 2)
	require.NotContains(t, must(f, f.msgs.DrawDeal, stranger).Nodes, uint64(0))
	require.Equal(t, uint32(1), f.deal(id).Indices[0].Draws)
}

// A draw that finds nobody counts as one of the three: it is not tried again with the same seed
// until somebody likes the outcome.
func TestDrawThatFindsNobodyCounts(t *testing.T) {
	f := newFixture(t, 0)
	id := f.open(30)
	for round := uint32(1); round <= types.MaxDraws; round++ {
		require.Equal(t, []uint64{0, 0, 0}, f.drawn(id))
		require.Equal(t, round, f.deal(id).Indices[0].Draws)
		require.Equal(t, f.ctx.BlockHeight(), f.deal(id).Indices[0].SinceHeight)
	}
	f.to(f.ctx.BlockHeight() + 2)
	refuse(f, f.msgs.DrawDeal, drawMsg(operator(1), id), types.ErrWrongState)
}

// An index of a deal with a layout does not wait for its client for ever: files that are paid for would be less safe than they were sold.
func TestDrawOfADealWithALayout(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(30)
	nodes := f.drawn(id)
	f.commit(id)
	must(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0))
	must(f, f.msgs.Ack, f.ackMsg(nodes[1], id, 1))
	f.edit(nodes[2], func(n *networktypes.Node) { n.Status, n.Weight = networktypes.NODE_STATUS_SUSPENDED, math.ZeroInt() })
	f.toEpoch(f.epoch() + types.AckEpochs)
	stranger := drawMsg(operator(nodes[0]), id)
	must(f, f.msgs.DrawDeal, stranger)
	for range types.MaxDraws - 1 { // one was before
		f.to(f.ctx.BlockHeight() + 2)
		require.Equal(t, uint64(0), must(f, f.msgs.DrawDeal, stranger).Nodes[2], "nobody is left")
	}
	f.edit(nodes[2], func(n *networktypes.Node) { n.Status, n.Weight = networktypes.NODE_STATUS_JOINED, n.OwnBond })
	since := f.deal(id).Indices[2].SinceEpoch
	f.to(opening(since+types.AckEpochs) - 1)
	refuse(f, f.msgs.DrawDeal, stranger, types.ErrWrongState)
	f.to(opening(since + types.AckEpochs))
	must(f, f.msgs.DrawDeal, stranger)
	require.Zero(t, f.deal(id).Indices[2].Draws)
	f.to(f.ctx.BlockHeight() + 2)
	require.Equal(t, nodes[2], must(f, f.msgs.DrawDeal, stranger).Nodes[2])
}

func TestDrawAfterTheEnd(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(1)
	f.toEpoch(3)
	refuse(f, f.msgs.DrawDeal, drawMsg(client(), id), types.ErrWrongState)
}

// The beacon forgets. An index nobody has drawn for long, or taken after a loss, begins to wait
// anew, with another seed for everybody.
func TestDrawAfterTheSeedIsForgotten(t *testing.T) {
	f := newFixture(t, 4)
	id := f.open(5_000)
	opened := f.ctx.BlockHeight()
	f.ctx = f.ctx.WithBlockHeight(opened + 2*types.RedrawBlocks + 1)
	refuse(f, f.msgs.DrawDeal, drawMsg(client(), id), beacontypes.ErrSeedPending)
	f.ctx = f.ctx.WithBlockHeight(opened + 2*types.RedrawBlocks + 2)
	nodes := must(f, f.msgs.DrawDeal, drawMsg(client(), id)).Nodes
	require.NotContains(t, nodes, uint64(0))
	f.commit(id)
	must(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0))
	must(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 3*types.RedrawBlocks + 2)
	require.Len(t, takers(f, id), 1, "the turns begin again")
}

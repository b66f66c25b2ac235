package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func takeMsg(node, deal uint64, index uint32) *types.MsgTakeIndex {
	return &types.MsgTakeIndex{Operator: operator(node), Network: networkID, Deal: deal, Index: index}
}

// vacant has a deal whose index 0 was reported lost in epoch 4, and returns who held it.
func vacant(t *testing.T, nodes int, epochs uint64) (*fixture, uint64, uint64) {
	t.Helper()
	f := newFixture(t, nodes)
	id, holders := f.held(epochs)
	f.prove(2, holders...)
	f.toEpoch(4)
	must(f, f.msgs.ReportLoss, reportMsg(holders[0], id, 0))
	return f, id, holders[0]
}

// takers returns the nodes whose turn it is, without the one that lost the index and needs none.
func takers(f *fixture, id uint64) []uint64 {
	var list []uint64
	loser := f.deal(id).Indices[0].LostBy
	for node := uint64(1); node <= uint64(len(f.w.nodes)); node++ {
		if node == loser {
			continue
		}
		before := f.w.clone()
		branch, _ := f.ctx.CacheContext()
		_, err := f.msgs.TakeIndex(branch, takeMsg(node, id, 0))
		f.w = before
		if err == nil {
			list = append(list, node)
			continue
		}
		require.ErrorIs(f.t, err, types.ErrNotYourTurn)
	}
	return list
}

// With every turn one node more may take a vacant index, and who might before still may.
func TestTurns(t *testing.T) {
	f, id, _ := vacant(t, 6, 10)
	refuse(f, f.msgs.TakeIndex, takeMsg(1, id, 0), beacontypes.ErrSeedPending)
	refuse(f, f.msgs.TakeIndex, takeMsg(1, id, 1), types.ErrWrongState)
	seed := f.ctx.BlockHeight() + 2
	var before []uint64
	for turn := 0; turn < 5; turn++ {
		for _, height := range []int64{seed + int64(5*turn), seed + int64(5*turn) + 4} {
			if epochAt(height) > 4 {
				break
			}
			f.to(height)
			now := takers(f, id)
			require.Len(t, now, min(turn+1, 3), "three nodes have no index of the deal and did not lose this one")
			require.Subset(t, now, before)
			before = now
		}
	}
}

func TestRepairIsPaidWithTheFirstProof(t *testing.T) {
	f, id, loser := vacant(t, 4, 10)
	f.to(opening(4) + 2 + 5) // the second turn: loser and the idle one
	node := 1 + 2 + 3 + 4 - f.deal(id).Indices[1].Node - f.deal(id).Indices[2].Node - loser
	_, reserve, _ := opened(10)
	require.Equal(t, int64(repair), must(f, f.msgs.TakeIndex, takeMsg(node, id, 0)).RepairPay.Int64())
	require.Equal(t, reserve, f.deal(id).Deal.Reserve.Int64(), "what the loser paid in is set aside")
	require.Equal(t, types.INDEX_STATUS_RESERVED, f.deal(id).Indices[0].Status)
	refuse(f, f.msgs.TakeIndex, takeMsg(loser, id, 0), types.ErrWrongState)
	f.toEpoch(5)
	must(f, f.msgs.Ack, f.ackMsg(node, id, 0))
	d := f.deal(id)
	require.Equal(t, uint64(6), d.Indices[0].FromEpoch)
	require.Equal(t, reserve+3*price, d.Deal.Reserve.Int64(), "epochs 3 to 5 had no holder: their rate flows to the reserve")
	escrowed := f.escrowed()
	f.events()
	f.prove(6, node)
	require.Equal(t, escrowed-price-repair, f.escrowed())
	paid := eventsOf[*types.EventRepairPaid](f.events())
	require.Len(t, paid, 1)
	require.Equal(t, int64(repair), paid[0].Amount.Int64())
	require.Len(t, f.w.fees, 3+2, "pay and repair go through one function, with their burns")
	require.Equal(t, int64(401), f.w.fees[4].Burnt.Int64(), "20 % of 2,002, rounded up")
	f.prove(7, node)
	require.Len(t, f.w.fees, 3+3, "a repair is paid once")
	f.toEpoch(13)
	f.to(f.ctx.BlockHeight() + 1)
	require.Zero(t, f.escrowed())
}

// An empty reserve sets nothing aside, and the repair pays nothing.
func TestRepairWithAnEmptyReserve(t *testing.T) {
	f := newFixture(t, 4)
	f.w.params.Storage.ReserveBps = 0
	id, nodes := f.held(10)
	require.Equal(t, "unprotected", f.deal(id).Assurance)
	n := f.w.nodes[nodes[0]]
	n.OwnBond = n.OwnBond.Sub(n.OwnBond) // nothing to take
	f.w.nodes[nodes[0]] = n
	f.toEpoch(3)
	require.Zero(t, must(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0)).Paid.Int64())
	f.to(opening(3) + 2 + 5)
	node := 1 + 2 + 3 + 4 - nodes[0] - nodes[1] - nodes[2]
	require.Zero(t, must(f, f.msgs.TakeIndex, takeMsg(node, id, 0)).RepairPay.Int64())
	must(f, f.msgs.Ack, f.ackMsg(node, id, 0))
	f.prove(4, node)
	require.Len(t, f.w.fees, 1)
}

// A node that took an index and does not rebuild it loses it for nothing but the time.
func TestTakenAndNotRebuilt(t *testing.T) {
	f, id, loser := vacant(t, 4, 20)
	f.to(opening(4) + 7)
	node := 1 + 2 + 3 + 4 - f.deal(id).Indices[1].Node - f.deal(id).Indices[2].Node - loser
	reserve := f.deal(id).Deal.Reserve
	must(f, f.msgs.TakeIndex, takeMsg(node, id, 0))
	refuse(f, f.msgs.DeclareLoss, declareMsg(id, 0), types.ErrNotLost)
	f.toEpoch(6)
	require.Zero(t, must(f, f.msgs.DeclareLoss, declareMsg(id, 0)).Paid.Int64())
	i := f.deal(id).Indices[0]
	require.Equal(t, types.INDEX_STATUS_VACANT, i.Status)
	require.Equal(t, uint64(3), i.VacantFrom, "vacant since it was lost")
	require.Equal(t, reserve.String(), f.deal(id).Deal.Reserve.String())
	require.Equal(t, int64(bond), f.w.nodes[node].OwnBond.Int64())
	f.to(f.ctx.BlockHeight() + 7)
	must(f, f.msgs.TakeIndex, takeMsg(node, id, 0))
	require.Zero(t, must(f, f.msgs.ReportLoss, reportMsg(node, id, 0)).Paid.Int64(), "it may say so itself")
	require.Equal(t, types.INDEX_STATUS_VACANT, f.deal(id).Indices[0].Status)
}

func TestNothingToTakeInTheLastEpoch(t *testing.T) {
	f, id, loser := vacant(t, 4, 4) // epochs 2 to 5
	f.toEpoch(5)
	refuse(f, f.msgs.TakeIndex, takeMsg(loser, id, 0), types.ErrWrongState)
}

// silent has a deal whose index 0 was declared lost in epoch 5 because its holder proved nothing, and returns who that is.
func silent(t *testing.T, nodes int, epochs uint64) (*fixture, uint64, uint64) {
	t.Helper()
	f := newFixture(t, nodes)
	id, holders := f.held(epochs)
	f.prove(2, holders...)
	f.prove(3, holders[1:]...)
	f.prove(4, holders[1:]...)
	f.to(opening(5) + 15)
	must(f, f.msgs.DeclareLoss, declareMsg(id, 0))
	return f, id, holders[0]
}

// Who lost an index may take it again at once, without a turn and without pay: a node that was only away has all of it.
func TestWhoLostItTakesItAgain(t *testing.T) {
	f, id, loser := silent(t, 4, 20)
	require.Equal(t, loser, f.deal(id).Indices[0].LostBy)
	require.Equal(t, []types.VacantIndex{{Deal: id, LostBy: loser}}, f.vacantIndices(nil).Indices)
	reserve := f.deal(id).Deal.Reserve
	require.Zero(t, must(f, f.msgs.TakeIndex, takeMsg(loser, id, 0)).RepairPay.Int64(), "before the seed of the first turn")
	require.Equal(t, reserve.String(), f.deal(id).Deal.Reserve.String())
	must(f, f.msgs.Ack, f.ackMsg(loser, id, 0))
	i := f.deal(id).Indices[0]
	require.Equal(t, []uint64{loser, 6, 0}, []uint64{i.Node, i.FromEpoch, i.LostBy})
	f.events()
	f.prove(6, loser)
	require.Empty(t, eventsOf[*types.EventRepairPaid](f.events()), "nothing had to be rebuilt")
}

// Who reported the loss says that it has not got it, and comes last.
func TestWhoReportedItDoesNotTakeItAgain(t *testing.T) {
	f, id, loser := vacant(t, 4, 20)
	require.Equal(t, loser, f.deal(id).Indices[0].LostBy)
	f.to(f.ctx.BlockHeight() + 2)
	refuse(f, f.msgs.TakeIndex, takeMsg(loser, id, 0), types.ErrNotYourTurn)
}

// Who acknowledged an index and never proved it has nothing to come back with: it cannot hold up a repair again and again.
func TestWhoNeverProvedItDoesNotTakeItAgain(t *testing.T) {
	f, id, loser := silent(t, 4, 40)
	must(f, f.msgs.TakeIndex, takeMsg(loser, id, 0))
	must(f, f.msgs.Ack, f.ackMsg(loser, id, 0)) // with nothing behind it
	others := []uint64{f.deal(id).Indices[1].Node, f.deal(id).Indices[2].Node}
	for epoch := uint64(6); epoch <= 7; epoch++ {
		f.prove(epoch, others...)
	}
	f.to(opening(8) + 15)
	must(f, f.msgs.DeclareLoss, declareMsg(id, 0))
	i := f.deal(id).Indices[0]
	require.Equal(t, loser, i.LostBy)
	require.Equal(t, []uint64{loser}, i.NotRebuilt)
	f.to(f.ctx.BlockHeight() + 2)
	refuse(f, f.msgs.TakeIndex, takeMsg(loser, id, 0), types.ErrNotYourTurn)
}

// It may do so once: if it does not come back with it, others do.
func TestWhoLostItTakesItAgainOnce(t *testing.T) {
	f, id, loser := silent(t, 4, 20)
	must(f, f.msgs.TakeIndex, takeMsg(loser, id, 0))
	must(f, f.msgs.ReportLoss, reportMsg(loser, id, 0))
	require.Equal(t, loser, f.deal(id).Indices[0].LostBy, "it still held it last")
	f.to(f.ctx.BlockHeight() + 2)
	refuse(f, f.msgs.TakeIndex, takeMsg(loser, id, 0), types.ErrNotYourTurn)
	spare := 1 + 2 + 3 + 4 - f.deal(id).Indices[1].Node - f.deal(id).Indices[2].Node - loser
	require.Equal(t, []uint64{spare}, takers(f, id))
	require.Equal(t, int64(repair), must(f, f.msgs.TakeIndex, takeMsg(spare, id, 0)).RepairPay.Int64())
	require.Equal(t, loser, f.deal(id).Indices[0].LostBy, "its pieces are still worth asking for")
	must(f, f.msgs.Ack, f.ackMsg(spare, id, 0))
	require.Zero(t, f.deal(id).Indices[0].LostBy)
}

// What makes a node unfit to be drawn because of the loss itself does not keep it from taking the index again; what would
// keep it from holding it at all does.
func TestWhoMayTakeAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(f *fixture, id uint64, n *networktypes.Node)
		ok   bool
	}{
		"ok: its bond is below the least": {func(_ *fixture, _ uint64, n *networktypes.Node) { n.Weight = math.ZeroInt() }, true},
		"fails: its bond cannot pay another loss": {func(_ *fixture, _ uint64, n *networktypes.Node) {
			n.OwnBond = math.NewInt(repair)
		}, false},
		"fails: it is suspended": {func(_ *fixture, _ uint64, n *networktypes.Node) { n.Status = networktypes.NODE_STATUS_SUSPENDED }, false},
		"fails: it has left":     {func(_ *fixture, _ uint64, n *networktypes.Node) { n.Status = networktypes.NODE_STATUS_LEFT }, false},
		"fails: no room":         {func(_ *fixture, _ uint64, n *networktypes.Node) { n.Offer.StorageBytes = 1 }, false},
		"fails: its owner has another index of the deal": {func(f *fixture, id uint64, n *networktypes.Node) {
			n.OwnerSlot = f.w.nodes[f.deal(id).Indices[1].Node].OwnerSlot
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f, id, loser := silent(t, 4, 20)
			f.edit(loser, func(n *networktypes.Node) { tc.edit(f, id, n) })
			f.to(f.ctx.BlockHeight() + 2)
			if tc.ok {
				must(f, f.msgs.TakeIndex, takeMsg(loser, id, 0))
				return
			}
			refuse(f, f.msgs.TakeIndex, takeMsg(loser, id, 0), types.ErrNotYourTurn)
		})
	}
}

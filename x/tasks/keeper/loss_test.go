package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// repair is what one repair of a deal of openMsg pays: two epochs of the rate for k of 1.
const repair = 2 * price

func reportMsg(node, deal uint64, index uint32) *types.MsgReportLoss {
	return &types.MsgReportLoss{Operator: operator(node), Network: networkID, Deal: deal, Index: index}
}

func declareMsg(deal uint64, index uint32) *types.MsgDeclareLoss {
	return &types.MsgDeclareLoss{Sender: client(), Deal: deal, Index: index}
}

func TestReportLoss(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	f.prove(2, nodes...)
	f.toEpoch(4)
	_, reserve, _ := opened(10)
	refuse(f, f.msgs.ReportLoss, reportMsg(nodes[1], id, 0), types.ErrUnauthorized)
	refuse(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 3), types.ErrInvalidRequest)
	f.events()
	require.Equal(t, int64(repair), must(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0)).Paid.Int64())
	require.Equal(t, int64(bond-repair), f.w.nodes[nodes[0]].OwnBond.Int64())
	d := f.deal(id)
	require.Equal(t, reserve+repair, d.Deal.Reserve.Int64())
	require.Equal(t, types.Index{
		Status: types.INDEX_STATUS_VACANT, SinceEpoch: 4, SinceHeight: opening(4), VacantFrom: 3, RepairPay: math.ZeroInt(), LostBy: nodes[0],
		NotRebuilt: nodes[:1],
	}, d.Indices[0], "vacant from the first epoch that was not claimed")
	require.Zero(t, f.owed(nodes[0], 3).Amount.Int64())
	require.Equal(t, uint64(1), f.w.counters[nodes[0]].Lost)
	lost := eventsOf[*types.EventIndexLost](f.events())
	require.Len(t, lost, 1)
	require.Equal(t, "reported", lost[0].Reason)
	refuse(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0), types.ErrUnauthorized)
}

// Who reports a loss before it claims is owed the rest and can claim it; who claimed first is
// proved against what it lost.
func TestClaimAfterALoss(t *testing.T) {
	f := newFixture(t, 3)
	first, nodes := f.held(10)
	second, others := f.held(10)
	f.toEpoch(3)
	honest, liar := nodes[0], nodes[1]
	index := uint32(0)
	for i, n := range others {
		if n == honest {
			index = uint32(i)
		}
	}
	late := f.claimMsg(honest, 2)
	must(f, f.msgs.ReportLoss, reportMsg(honest, second, index))
	_, err := send(f, f.msgs.Claim, late)
	require.ErrorIs(t, err, types.ErrInvalidClaim, "the lost deal cannot be claimed")
	f.claim(2, honest, liar)
	must(f, f.msgs.ReportLoss, reportMsg(liar, first, 1)) // after the claim: it must still prove the deal
	f.toProofs(2)
	must(f, f.msgs.Prove, f.proveMsg(honest, 2))
	list := f.owing(f.export(), liar, 2)
	require.Len(t, list, 2, "the claim stands on both deals")
	lostPieces := list[:0:0]
	for _, o := range list {
		if o.deal.Id == first {
			o.number = (o.number + 1) % 3 // it shows somebody else's
		}
		lostPieces = append(lostPieces, o)
	}
	_, err = send(f, f.msgs.Prove, f.proofOf(liar, 2, f.trie(list, nil), lostPieces, f.seedOf(liar, 2)))
	require.ErrorIs(t, err, types.ErrInvalidProof)
}

func TestDeclareLoss(t *testing.T) {
	for _, tc := range []struct {
		name   string
		run    func(f *fixture, id uint64, nodes []uint64)
		reason string
		paid   int64
	}{
		{"ok: left", func(f *fixture, _ uint64, nodes []uint64) {
			f.prove(2, nodes...)
			f.edit(nodes[0], func(n *networktypes.Node) { n.Status = networktypes.NODE_STATUS_LEFT })
		}, "left", repair},
		{"ok: silent for lost_epochs", func(f *fixture, _ uint64, nodes []uint64) {
			f.prove(2, nodes...)
			f.prove(3, nodes[1:]...)
			f.prove(4, nodes[1:]...)
			f.to(opening(5) + 15)
		}, "silent", 2 * repair},
		{"ok: bond smaller than the price", func(f *fixture, _ uint64, nodes []uint64) {
			f.edit(nodes[0], func(n *networktypes.Node) { n.OwnBond = math.NewInt(7) })
			f.to(opening(4) + 15)
		}, "silent", 7},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			id, nodes := f.held(10)
			tc.run(f, id, nodes)
			before := f.deal(id).Deal.Reserve
			require.Equal(t, tc.paid, must(f, f.msgs.DeclareLoss, declareMsg(id, 0)).Paid.Int64())
			require.Equal(t, tc.paid, f.deal(id).Deal.Reserve.Sub(before).Int64())
			require.Equal(t, tc.reason, eventsOf[*types.EventIndexLost](f.events())[0].Reason)
			require.Equal(t, int64(price), f.owed(nodes[0], f.epoch()).Amount.Int64(), "the open epoch is still owed")
			require.Zero(t, f.owed(nodes[0], f.epoch()+1).Amount.Int64())
		})
	}
}

func TestDeclareLossIsRefused(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Storage.LostEpochs = 3
	id, nodes := f.held(20)
	refuse(f, f.msgs.DeclareLoss, declareMsg(id, 3), types.ErrInvalidRequest)
	refuse(f, f.msgs.DeclareLoss, declareMsg(9, 0), types.ErrDealNotFound)
	refuse(f, f.msgs.DeclareLoss, &types.MsgDeclareLoss{Sender: "mesh1", Deal: id}, types.ErrInvalidRequest)
	lost := func() error { _, err := send(f, f.msgs.DeclareLoss, declareMsg(id, 0)); return err }
	f.prove(2, nodes...)
	f.prove(3, nodes[1:]...)
	f.prove(4, nodes[1:]...)
	f.to(opening(5) + 15)
	require.ErrorIs(t, lost(), types.ErrNotLost, "two epochs are no loss while k + 1 of 3 are proven")
	f.prove(5, nodes[1:]...)
	f.to(opening(6) + 14)
	require.ErrorIs(t, lost(), types.ErrNotLost, "the third is not over")
	f.to(opening(6) + 15)
	require.NoError(t, lost())
	require.ErrorIs(t, lost(), types.ErrNotLost, "a vacant index has no holder")
}

// Two epochs are enough where fewer indices are proven than keep the deal safe.
func TestDeclareLossInDanger(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Storage.LostEpochs = 24
	id, nodes := f.held(20)
	f.prove(2, nodes...)
	f.prove(3, nodes[2])
	f.to(opening(4) + 15)
	_, err := send(f, f.msgs.DeclareLoss, declareMsg(id, 0))
	require.ErrorIs(t, err, types.ErrNotLost, "one epoch is never a loss")
	f.prove(4, nodes[2])
	f.to(opening(5) + 15)
	must(f, f.msgs.DeclareLoss, declareMsg(id, 0))
	_, err = send(f, f.msgs.DeclareLoss, declareMsg(id, 2))
	require.ErrorIs(t, err, types.ErrNotLost, "who proves is not lost, whatever the others do")
}

// Where fewer are proven than a rebuild needs, there is nothing to hurry for: a network that was away as a whole has its
// lost_epochs to come back in.
func TestDeclareLossWhereNothingCanBeRebuilt(t *testing.T) {
	f := newFixture(t, 3)
	f.w.params.Storage.LostEpochs = 24
	id, nodes := f.held(40)
	f.prove(2, nodes...)
	for _, epoch := range []uint64{5, 12, 26} {
		f.to(opening(epoch) + 15)
		_, err := send(f, f.msgs.DeclareLoss, declareMsg(id, 0))
		require.ErrorIs(t, err, types.ErrNotLost, "epoch %d", epoch)
	}
	f.prove(26, nodes[2])
	f.to(opening(27) + 15)
	must(f, f.msgs.DeclareLoss, declareMsg(id, 0))
	i := f.deal(id).Indices[1]
	require.Equal(t, types.INDEX_STATUS_HELD, i.Status)
	g := newFixture(t, 3)
	g.w.params.Storage.LostEpochs = 24
	id, nodes = g.held(40)
	g.prove(2, nodes...)
	g.to(opening(27) + 15)
	must(g, g.msgs.DeclareLoss, declareMsg(id, 0))
}

// Nobody owes proofs for a deal that is over, however late it is settled.
func TestNoSilenceAfterTheEnd(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(2)
	f.w.closed = string(account("client")) // so that it cannot be settled
	f.prove(2, nodes...)
	f.prove(3, nodes...)
	for _, epoch := range []uint64{5, 6, 7, 9} {
		f.to(opening(epoch) + 15)
		_, err := send(f, f.msgs.DeclareLoss, declareMsg(id, 0))
		require.ErrorIs(t, err, types.ErrNotLost, "epoch %d", epoch)
	}
	require.Equal(t, int64(bond), f.w.nodes[nodes[0]].OwnBond.Int64())
}

// After a deal's last epoch there is nothing left to lose: who leaves then, or drops what it has claimed to the
// end, pays nobody for a repair that will not be made.
func TestNothingIsLostAfterTheEnd(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(2) // epochs 2 and 3
	f.prove(2, nodes...)
	f.edit(nodes[0], func(n *networktypes.Node) { n.Status = networktypes.NODE_STATUS_LEFT })
	f.toEpoch(4)
	refuse(f, f.msgs.DeclareLoss, declareMsg(id, 0), types.ErrNotLost)
	f.claim(3, nodes...)
	refuse(f, f.msgs.ReportLoss, reportMsg(nodes[1], id, 1), types.ErrWrongState)
	f.prove(3)
	for _, n := range nodes {
		must(f, f.msgs.Prove, f.proveMsg(n, 3))
		require.Equal(t, int64(bond), f.w.nodes[n].OwnBond.Int64())
	}
	f.toEpoch(5)
	f.to(f.ctx.BlockHeight() + 1)
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
}

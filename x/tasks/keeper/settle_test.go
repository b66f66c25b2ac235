package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

func settleMsg(deal uint64) *types.MsgSettleDeal {
	return &types.MsgSettleDeal{Sender: operator(1), Deal: deal}
}

// opened is what a deal of openMsg costs at once: escrow, reserve and burn.
func opened(epochs int64) (escrow, reserve, burnt int64) {
	escrow = 3 * price * epochs
	return escrow, (escrow*500 + 9_999) / 10_000, (3*price*2_000 + 9_999) / 10_000
}

func TestRefundsAreExact(t *testing.T) {
	const epochs = 5
	_, _, burnt := opened(epochs)
	for _, tc := range []struct {
		name string
		run  func(*fixture) uint64
		// cost is what the deal cost beside the burn of its opening.
		cost int64
	}{
		{"ok: never drawn", func(f *fixture) uint64 { return f.open(epochs) }, 0},
		{"ok: never acked", func(f *fixture) uint64 {
			id := f.open(epochs)
			f.drawn(id)
			return id
		}, 0},
		{"ok: never proven", func(f *fixture) uint64 {
			id, _ := f.held(epochs)
			return id
		}, 0},
		{"ok: claimed and never proven", func(f *fixture) uint64 {
			id, nodes := f.held(epochs)
			f.claim(2, nodes...)
			return id
		}, 0},
		{"ok: every epoch proven by all", func(f *fixture) uint64 {
			id, nodes := f.held(epochs)
			for e := uint64(2); e <= 6; e++ {
				f.prove(e, nodes...)
			}
			return id
		}, 3 * epochs * price},
		{"ok: some epochs missed", func(f *fixture) uint64 {
			id, nodes := f.held(epochs)
			f.prove(2, nodes[0])
			f.prove(3, nodes[0], nodes[1])
			f.prove(5, nodes[1], nodes[2])
			f.prove(6, nodes[0])
			return id
		}, 6 * price},
		{"ok: one acked late", func(f *fixture) uint64 {
			id := f.open(epochs)
			nodes := f.drawn(id)
			f.commit(id)
			must(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0))
			f.prove(2, nodes[0])
			must(f, f.msgs.Ack, f.ackMsg(nodes[1], id, 1)) // in epoch 3, owed from 4 on
			f.prove(3, nodes[0])
			f.prove(4, nodes[0], nodes[1])
			return id
		}, 4 * price},
		{"ok: cancelled", func(f *fixture) uint64 {
			id, nodes := f.held(epochs)
			f.prove(2, nodes...)
			require.Equal(f.t, uint64(3), must(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id}).LastEpoch)
			f.prove(3, nodes...)
			return id
		}, 6 * price},
		{"ok: cancelled at once", func(f *fixture) uint64 {
			id := f.open(epochs)
			must(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id})
			return id
		}, 0},
		{"ok: extended", func(f *fixture) uint64 {
			id, nodes := f.held(2)
			require.Equal(f.t, uint64(6), must(f, f.msgs.ExtendDeal, &types.MsgExtendDeal{Client: client(), Deal: id, Epochs: 3}).LastEpoch)
			f.prove(2, nodes...)
			f.prove(6, nodes...)
			return id
		}, 6 * price},
		{"ok: cancelled before its first epoch and extended again", func(f *fixture) uint64 {
			id, nodes := f.held(epochs)
			must(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id})
			require.Zero(f.t, f.owed(nodes[0], 2).Amount.Int64())
			must(f, f.msgs.ExtendDeal, &types.MsgExtendDeal{Client: client(), Deal: id, Epochs: 2})
			require.Equal(f.t, int64(price), f.owed(nodes[0], 3).Amount.Int64())
			require.Zero(f.t, f.owed(nodes[0], 4).Amount.Int64())
			f.prove(3, nodes...)
			return id
		}, 3 * price},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			id := tc.run(f)
			f.toEpoch(f.deal(id).Deal.LastEpoch + 2)
			require.Equal(t, types.DEAL_STATUS_OPEN, f.deal(id).Deal.Status)
			f.to(f.ctx.BlockHeight() + 1) // the block that opens the epoch settles it
			require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
			require.Equal(t, funds-burnt-tc.cost, f.has("client"))
			require.Zero(t, f.escrowed())
			require.Zero(t, f.w.duties)
			for node := range f.w.nodes {
				o := f.owed(node, f.epoch()).Owed
				require.Equal(t, []uint64{0, 0}, []uint64{o.Deals, o.Space})
				require.True(t, o.Exposure.IsZero() && o.Amount.IsZero())
			}
			g := f.export()
			require.Empty(t, g.Indices)
			require.Empty(t, g.Stints)
			settled := eventsOf[*types.EventDealSettled](f.events())
			require.Len(t, settled, 1)
			require.Equal(t, tc.cost, settled[0].Cost.Int64())
		})
	}
}

func TestSettleByMessage(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(1) // epoch 2
	refuse(f, f.msgs.SettleDeal, settleMsg(9), types.ErrDealNotFound)
	f.claim(2, nodes...)
	f.to(opening(3) + 14)
	must(f, f.msgs.Prove, f.proveMsg(nodes[0], 2))
	_, err := send(f, f.msgs.SettleDeal, settleMsg(id))
	require.ErrorIs(t, err, types.ErrNotOver, "a proof can still come at this height")
	f.to(opening(3) + 15)
	escrow, reserve, _ := opened(1)
	require.Equal(t, escrow+reserve-price, must(f, f.msgs.SettleDeal, settleMsg(id)).Refund.Int64())
	for _, again := range []func() error{
		func() error { _, err := send(f, f.msgs.SettleDeal, settleMsg(id)); return err },
		func() error {
			_, err := send(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id})
			return err
		},
		func() error { _, err := send(f, f.msgs.DrawDeal, drawMsg(client(), id)); return err },
		func() error { _, err := send(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0)); return err },
	} {
		require.ErrorIs(t, again(), types.ErrWrongState)
	}
}

func TestExtendAndCancelAreRefused(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(2)
	extend := func(change func(*types.MsgExtendDeal)) *types.MsgExtendDeal {
		m := &types.MsgExtendDeal{Client: client(), Deal: id, Epochs: 1}
		change(m)
		return m
	}
	refuse(f, f.msgs.ExtendDeal, extend(func(m *types.MsgExtendDeal) { m.Client = operator(1) }), types.ErrUnauthorized)
	refuse(f, f.msgs.ExtendDeal, extend(func(m *types.MsgExtendDeal) { m.Deal = 9 }), types.ErrDealNotFound)
	refuse(f, f.msgs.ExtendDeal, extend(func(m *types.MsgExtendDeal) { m.Epochs = 0 }), types.ErrInvalidDeal)
	refuse(f, f.msgs.ExtendDeal, extend(func(m *types.MsgExtendDeal) { m.Epochs = types.MaxEpochs - 1 }), types.ErrInvalidDeal)
	refuse(f, f.msgs.ExtendDeal, extend(func(m *types.MsgExtendDeal) { m.Epochs = 1<<64 - 2 }), types.ErrInvalidDeal)
	refuse(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: operator(1), Deal: id}, types.ErrUnauthorized)
	f.toEpoch(3)
	refuse(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id}, types.ErrWrongState)
	f.toEpoch(4)
	refuse(f, f.msgs.ExtendDeal, extend(func(*types.MsgExtendDeal) {}), types.ErrWrongState)
	poor := newFixture(t, 3)
	poor.w.give(account("poor"), 10_000)
	msg := openMsg(2)
	msg.Client = addr(account("poor"))
	must(poor, poor.msgs.OpenDeal, msg)
	refuse(poor, poor.msgs.ExtendDeal, &types.MsgExtendDeal{Client: msg.Client, Deal: 1, Epochs: 2}, types.ErrInsufficientFunds)
}

// A block settles ten deals by itself; the rest follow in the next blocks.
func TestEndBlockSettlesTenDeals(t *testing.T) {
	f := newFixture(t, 3)
	for range 25 {
		f.open(1)
	}
	f.toEpoch(4)
	settled := 0
	for _, want := range []int{10, 20, 25, 25} {
		f.to(f.ctx.BlockHeight() + 1)
		settled += len(eventsOf[*types.EventDealSettled](f.events()))
		require.Equal(t, []int{want, 25 - want}, []int{settled, f.w.duties})
	}
	_, _, burnt := opened(1)
	require.Equal(t, funds-25*burnt, f.has("client"))
}

// Deals that cannot be paid back hold up no others, however many they are, and can be settled by
// message once they can.
func TestEndBlockPassesOverAFailingDeal(t *testing.T) {
	f := newFixture(t, 3)
	f.w.give(account("closed"), funds)
	for range 12 {
		msg := openMsg(1)
		msg.Client = addr(account("closed"))
		must(f, f.msgs.OpenDeal, msg)
	}
	for range 12 {
		f.open(1)
	}
	f.w.closed = string(account("closed"))
	f.toEpoch(4)
	f.to(f.ctx.BlockHeight() + 4)
	f.w.duties = 12 // the world knows no branches: a failed settlement counted its duty down
	for id := uint64(1); id <= 24; id++ {
		require.Equal(t, id > 12, f.deal(id).Deal.Status == types.DEAL_STATUS_SETTLED, "deal %d", id)
	}
	f.w.closed = ""
	for id := uint64(1); id <= 12; id++ {
		must(f, f.msgs.SettleDeal, settleMsg(id))
	}
	require.Zero(t, f.escrowed())
	require.Zero(t, f.w.duties)
}

// Where the last proofs come late, the deal waits for the next epoch.
func TestEndBlockWaitsForLateProofs(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(1)
	f.claim(2, nodes...)
	f.w.seedLate[opening(3)+5] = 10
	f.toEpoch(4)
	f.to(f.ctx.BlockHeight() + 2)
	require.Equal(t, types.DEAL_STATUS_OPEN, f.deal(id).Deal.Status)
	must(f, f.msgs.Prove, f.proveMsg(nodes[0], 2))
	f.toEpoch(5)
	f.to(f.ctx.BlockHeight() + 1)
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
	require.Zero(t, f.escrowed())
	require.Equal(t, networktypes.Counters{Proven: 1}, f.w.counters[nodes[0]])
}

// However often an index changes hands, there is little left to do when its deal is settled, and the cost is exact.
func TestStintsAreSettledOnTheWay(t *testing.T) {
	const changes = 12
	f := newFixture(t, 6)
	for node := range f.w.nodes {
		f.edit(node, func(n *networktypes.Node) { n.OwnBond = n.OwnBond.MulRaw(1_000) })
	}
	id, holders := f.held(90)
	f.prove(2, holders...)
	holder := holders[0]
	for range changes {
		must(f, f.msgs.ReportLoss, reportMsg(holder, id, 0))
		f.to(f.ctx.BlockHeight() + 2 + 5*4)
		turns := takers(f, id)
		turns = slices.DeleteFunc(turns, func(node uint64) bool { return node == holder })
		require.NotEmpty(t, turns)
		holder = turns[0]
		must(f, f.msgs.TakeIndex, takeMsg(holder, id, 0))
		must(f, f.msgs.Ack, f.ackMsg(holder, id, 0))
		f.prove(f.deal(id).Indices[0].FromEpoch, holder)
		require.LessOrEqual(t, len(f.export().Stints), 2)
	}
	require.Equal(t, int64((1+changes-2)*price), f.deal(id).Deal.Spent.Int64(), "of index 0, but for its last two holders")
	last := must(f, f.msgs.CancelDeal, &types.MsgCancelDeal{Client: client(), Deal: id}).LastEpoch
	f.events()
	f.toEpoch(last + 2)
	f.to(f.ctx.BlockHeight() + epochBlocks - 1)
	settled := eventsOf[*types.EventDealSettled](f.events())
	require.Len(t, settled, 1)
	require.Equal(t, int64((3+changes)*price), settled[0].Cost.Int64())
	require.Empty(t, f.export().Stints)
	require.True(t, f.deal(id).Deal.Spent.IsZero())
}

package keeper_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// handlers are those of all messages of the module.
func (f *fixture) handlers() []fuzzed.Handler {
	m := f.msgs
	return []fuzzed.Handler{
		fuzzed.HandlerOf(m.OpenDeal), fuzzed.HandlerOf(m.DrawDeal), fuzzed.HandlerOf(m.CommitLayout), fuzzed.HandlerOf(m.Ack), fuzzed.HandlerOf(m.ExtendDeal),
		fuzzed.HandlerOf(m.CancelDeal), fuzzed.HandlerOf(m.SettleDeal), fuzzed.HandlerOf(m.Claim), fuzzed.HandlerOf(m.Prove), fuzzed.HandlerOf(m.ReportLoss),
		fuzzed.HandlerOf(m.DeclareLoss), fuzzed.HandlerOf(m.TakeIndex), fuzzed.HandlerOf(m.RequestOpen), fuzzed.HandlerOf(m.AnswerOpen),
		fuzzed.HandlerOf(m.OpenChannel), fuzzed.HandlerOf(m.TopUpChannel), fuzzed.HandlerOf(m.CloseChannel), fuzzed.HandlerOf(m.RedeemVouchers),
		fuzzed.HandlerOf(m.PostTask), fuzzed.HandlerOf(m.DrawTask), fuzzed.HandlerOf(m.CommitResult), fuzzed.HandlerOf(m.RevealResult), fuzzed.HandlerOf(m.MoveTask),
		fuzzed.HandlerOf(m.DisputeTask),
	}
}

// apart runs on a copy of all that messages and blocks can change.
func (f *fixture) apart(t require.TestingT, run func()) {
	ctx, world, was := f.ctx, f.w, f.t
	defer func() { f.ctx, f.w, f.t = ctx, world, was }()
	f.ctx, _ = ctx.CacheContext()
	f.w, f.t = world.clone(), t
	run()
}

// worked is a fixture at the opening of epoch 5 with what every message needs, and the first holders of deal 1:
// its index 0 is vacant, the node of index 1 has claimed epoch 4, and that of index 2 is asked for a block. Deal 2
// waits for its first layout and deal 3 for its draw. There is a channel; of the
// tasks 1 is done, and a slash held of a node that was silent; 2 can be disputed and 3 has a jury; 4 waits for reveals, 5 for
// a commitment and 6 for its draw.
func worked(t testing.TB) (*fixture, []uint64) {
	t.Helper()
	f := newFixture(t, 8)
	f.w.params.Bond.AppealWindowBlocks = 10 * epochBlocks
	for node := 1; node <= 8; node++ {
		f.w.give(account(fmt.Sprintf("operator%d", node)), funds)
	}
	silent, drawn := f.posted(1)
	f.commits(silent, drawn, "42")
	now := f.ctx
	f.ctx = now.WithBlockHeight(f.task(silent).Closes + 1) // as if it had been at stake before there were epochs
	require.NoError(t, f.keeper.EndBlock(f.ctx))
	f.ctx = now
	require.Len(t, f.slashes(), 1)
	require.Equal(t, types.TASK_STATUS_SETTLED, f.task(silent).Status)
	_, nodes := f.held(12)
	f.prove(2, nodes...)
	f.toEpoch(4)
	must(f, f.msgs.ReportLoss, reportMsg(nodes[0], 1, 0))
	f.drawn(f.open(1))
	f.judged(1, "42")
	disputed, _ := f.judged(1, "42")
	must(f, f.msgs.DisputeTask, &types.MsgDisputeTask{Sender: addr(account("rival")), Task: disputed})
	f.jury(disputed)
	f.claim(4, nodes[1])
	must(f, f.msgs.RequestOpen, requestMsg(client(), 1, 2))
	f.open(3)
	f.openChannel(500, 300)
	_, drawn = f.posted(2)
	f.commits(4, drawn, "42", "42")
	_, drawn = f.posted(1)
	require.NotEmpty(t, drawn)
	must(f, f.msgs.PostTask, taskMsg(2))
	f.events()
	return f, nodes
}

// seed is a message that is accepted some blocks after the fixture's.
type seed struct {
	kind, wait uint8
	bytes      []byte
}

// seeds has one message of each type, in the order of handlers.
func seeds(t testing.TB, f *fixture, nodes []uint64) []seed {
	t.Helper()
	var list []seed
	for kind, s := range []struct {
		wait uint8
		msg  func() fuzzed.Message
	}{
		{0, func() fuzzed.Message { return openMsg(3) }},
		{2, func() fuzzed.Message { return &types.MsgDrawDeal{Sender: client(), Deal: 3} }},
		{0, func() fuzzed.Message {
			i := f.deal(2).Indices
			return signedMsg(f, 2, []uint64{i[0].Node, i[1].Node, i[2].Node})
		}},
		{0, func() fuzzed.Message { return f.ackMsg(nodes[1], 1, 1) }},
		{0, func() fuzzed.Message { return &types.MsgExtendDeal{Client: client(), Deal: 1, Epochs: 2} }},
		{0, func() fuzzed.Message { return &types.MsgCancelDeal{Client: client(), Deal: 1} }},
		{25, func() fuzzed.Message { return settleMsg(2) }},
		{0, func() fuzzed.Message { return f.claimMsg(nodes[2], 4) }},
		{7, func() fuzzed.Message { return f.proveMsg(nodes[1], 4) }},
		{0, func() fuzzed.Message { return reportMsg(nodes[1], 1, 1) }},
		{30, func() fuzzed.Message { return declareMsg(1, 2) }},
		{0, func() fuzzed.Message { return takeMsg(takers(f, 1)[0], 1, 0) }},
		{0, func() fuzzed.Message { return requestMsg(operator(nodes[1]), 1, 2) }},
		{0, func() fuzzed.Message { return f.answerMsg(f.export().Requests[0]) }},
		{0, func() fuzzed.Message { return f.channelMsg(1, 50, 90) }},
		{0, func() fuzzed.Message { return topUpMsg(1, 50, f.channel(1).Expires+1) }},
		{0, func() fuzzed.Message { return closeMsg(client(), 1) }},
		{0, func() fuzzed.Message { return redeemMsg(f.voucher(1, 50, 1), f.voucher(1, 70, 2)) }},
		{0, func() fuzzed.Message { return taskMsg(3) }},
		{1, func() fuzzed.Message { return &types.MsgDrawTask{Sender: client(), Task: 6} }},
		{0, func() fuzzed.Message { return commitMsg(5, f.task(5).Replicas[0].Node, "42") }},
		{0, func() fuzzed.Message { return revealMsg(4, f.task(4).Replicas[0].Node, "42") }},
		{100, func() fuzzed.Message { return &types.MsgMoveTask{Sender: client(), Task: 4} }},
		{0, func() fuzzed.Message { return &types.MsgDisputeTask{Sender: addr(account("rival")), Task: 2} }},
	} {
		f.apart(t, func() {
			f.to(f.ctx.BlockHeight() + int64(s.wait))
			msg := s.msg()
			bz, err := msg.Marshal()
			require.NoError(t, err)
			list = append(list, seed{uint8(kind), s.wait, bz})
			require.NoError(t, f.handlers()[kind].Handle(f.ctx, msg), "%T", msg)
		})
	}
	return list
}

// deliver waits some blocks and sends a message as a transaction. Refused, it leaves store and world as they
// were. Accepted, it leaves a state that is valid, comes back from an export as it was, and has the money it
// says it has; and the blocks go on.
func (f *fixture) deliver(t *testing.T, h fuzzed.Handler, msg fuzzed.Message, wait uint8) {
	t.Helper()
	f.to(f.ctx.BlockHeight() + int64(wait))
	before, world := f.snapshot(), f.w.clone()
	if f.tx(func(ctx context.Context) error { return h.Handle(ctx, msg) }) != nil {
		require.Equal(t, before, f.snapshot())
		require.True(t, reflect.DeepEqual(world, f.w))
		return
	}
	g := f.export()
	require.NoError(t, g.Validate())
	other := reborn(t, f, *g)
	require.Equal(t, g, other.export())
	require.Equal(t, f.snapshot(), other.snapshot())
	f.checkMoney(t, g)
	f.to(opening(f.epoch() + 2))
	require.NoError(t, f.export().Validate())
}

// checkMoney holds the module's balance against what its deals, indices, requests, channels and tasks say, as the fixture of
// worked stands: its holders have proven epoch 2, and what a message has proven is told by its event.
func (f *fixture) checkMoney(t *testing.T, g *types.GenesisState) {
	t.Helper()
	h := &history{fixture: f, proven: map[[2]uint64]bool{}}
	for node := range f.w.nodes {
		h.proven[[2]uint64{node, 2}] = true
	}
	for _, e := range eventsOf[*types.EventProven](f.events()) {
		h.proven[[2]uint64{e.Node, e.Epoch}] = true
	}
	paid, sum := h.paidSoFar(g), math.ZeroInt()
	for _, d := range g.Deals {
		sum = sum.Add(d.Escrow).Add(d.Reserve)
		if d.IsOpen() {
			sum = sum.Sub(paid[d.Id])
		}
	}
	for _, s := range g.Indices {
		sum = sum.Add(s.Index.RepairPay)
	}
	for _, r := range g.Requests {
		sum = sum.Add(r.Bond)
	}
	for _, c := range g.Channels {
		sum = sum.Add(c.Left())
	}
	for _, task := range g.Tasks {
		sum = sum.Add(task.Escrow)
		if task.Dispute != nil {
			sum = sum.Add(task.Dispute.Bond)
		}
	}
	for _, s := range g.Slashes {
		sum = sum.Add(s.Amount)
	}
	require.Equal(t, sum.String(), f.w.of(moduleAccount(types.ModuleName)).String(), "balance of the module")
	require.Equal(t, f.w.supply.AmountOf(denom).String(), f.w.total().String(), "supply")
}

// FuzzMsg sends any bytes that decode as a message of any type: see deliver.
func FuzzMsg(f *testing.F) {
	w, nodes := worked(f)
	for _, s := range seeds(f, w, nodes) {
		f.Add(s.kind, s.wait, s.bytes)
	}
	fuzzed.SendMessages(f, w.handlers, func(t *testing.T, h fuzzed.Handler, msg fuzzed.Message, wait uint8) {
		w.apart(t, func() { w.deliver(t, h, msg, wait) })
	})
}

// FuzzMsgFields sends a valid message of any type with two of its fields changed: see deliver.
func FuzzMsgFields(f *testing.F) {
	w, nodes := worked(f)
	list := seeds(f, w, nodes)
	for _, s := range list {
		for field := range uint8(8) {
			f.Add(s.kind, s.wait, field, field/2, uint64(1)<<(field*8), operator(nodes[1]), []byte{field})
		}
	}
	f.Fuzz(func(t *testing.T, kind, wait, field, other uint8, n uint64, s string, bz []byte) {
		from := list[int(kind)%len(list)]
		h := w.handlers()[from.kind]
		msg := h.Changed(t, from.bytes, field, other, n, s, bz)
		w.apart(t, func() { w.deliver(t, h, msg, wait) })
	})
}

// FuzzGenesis imports states: see fuzzed.ImportStates.
func FuzzGenesis(f *testing.F) {
	w, _ := worked(f)
	bz, err := w.export().Marshal()
	require.NoError(f, err)
	for field := range uint16(fuzzed.Fields(w.export())) {
		f.Add(bz, field, uint64(1), client(), bz[:32])
	}
	fresh := newFixture(f, 0)
	fuzzed.ImportStates(f, func() *types.GenesisState { return &types.GenesisState{} }, fresh.imported)
}

// imported exports what was imported into an empty store; ok is false for a state that is refused.
func (f *fixture) imported(t *testing.T, g *types.GenesisState) (again *types.GenesisState, ok bool) {
	t.Helper()
	f.apart(t, func() {
		if ok = f.keeper.InitGenesis(f.ctx, *g) == nil; ok {
			again = f.export()
		}
	})
	return again, ok
}

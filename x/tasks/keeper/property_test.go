package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// histories is the number of random histories a property runs over.
const histories = 100

// After every step of a random history of all messages, money, owed sums and places are what the
// test's own books say.
func TestRandomHistories(t *testing.T) {
	total := map[string]int{}
	seeded.Checks(t, histories, func(rt *rapid.T) {
		h := newHistory(newFixture(t, 6), rt)
		steps := []func(){
			h.open, h.draw, h.layout, h.ack, h.ack, h.extend, h.cancel, h.settle, h.report, h.declare, h.take, h.take, h.request, h.answer, h.leave,
			h.openChannel, h.topUp, h.closeChannel, h.redeem, h.redeem,
			h.post, h.drawTasks, h.drawTasks, h.results, h.results, h.results, h.dispute,
		}
		for h.epoch() < 13 {
			rapid.SampledFrom(steps).Draw(rt, "step")()
			h.check()
			if rapid.Bool().Draw(rt, "time") {
				h.wait()
			}
		}
		for what, n := range h.done {
			total[what] += n
		}
	})
	t.Logf("accepted: %v", total)
	for _, what := range []string{
		"open", "draw", "commit", "ack", "extend", "cancel", "settle", "declare", "report", "take", "request", "answer",
		"leave", "claim", "prove", "repaired", "settled", "not_rebuilt", "silent", "unanswered", "left", "reported",
		"open channel", "top up", "close channel", "redeem", "redeem refused", "channel closed",
		"post", "draw task", "commit result", "reveal result", "TASK_OUTCOME_MATCHED", "TASK_OUTCOME_UNAVAILABLE", "TASK_OUTCOME_DISAGREED",
		"REPLICA_STATUS_LOST",
	} {
		require.NotZero(t, total[what], "no history had an accepted %s", what)
	}
}

// Random histories of posted tasks alone, with more owners, come to disputes, juries and slashes.
func TestTaskHistories(t *testing.T) {
	total := map[string]int{}
	seeded.Checks(t, histories, func(rt *rapid.T) {
		h := newHistory(newFixture(t, 12), rt)
		steps := []func(){h.post, h.drawTasks, h.results, h.results, h.dispute, h.dispute}
		for range rapid.IntRange(10, 40).Draw(rt, "steps") {
			rapid.SampledFrom(steps).Draw(rt, "step")()
			for range rapid.SampledFrom([]int{0, 1, 1, 1, 40}).Draw(rt, "blocks") {
				h.to(h.ctx.BlockHeight() + 1)
			}
			h.check()
		}
		g := h.export()
		require.NoError(rt, g.Validate())
		require.Equal(rt, g, reborn(t, h.fixture, *g).export())
		for what, n := range h.done {
			total[what] += n
		}
	})
	t.Logf("accepted: %v", total)
	for _, what := range []string{
		"post", "draw task", "commit result", "reveal result", "dispute", "TASK_OUTCOME_MATCHED", "TASK_OUTCOME_UNAVAILABLE", "TASK_OUTCOME_DISAGREED",
		"TASK_OUTCOME_UNDRAWN", "TASK_OUTCOME_FOUND", "TASK_OUTCOME_HUNG", "REPLICA_STATUS_LOST", "REPLICA_STATUS_SILENT",
		types.OffenceSilentResult, types.OffenceSilentJuror, types.OffenceWrongResult, "slash ended",
	} {
		require.NotZero(t, total[what], "no history had an accepted %s", what)
	}
}

// check holds the state against the books.
func (h *history) check() {
	was := h.paid
	h.read(was)
	g := h.export()
	h.paid = h.paidSoFar(g)
	h.checkMoney(g)
	h.checkNodes(g)
	h.checkRows(g)
}

// read books what the events since the last check say.
func (h *history) read(was map[uint64]math.Int) {
	for _, e := range h.events() {
		if h.each != nil {
			h.each(e)
		}
		switch e := e.(type) {
		case *types.EventDealOpened:
			h.books[e.Deal].burnt, h.books[e.Deal].rate = e.Burnt, e.Rate
		case *types.EventIndexLost:
			h.books[e.Deal].taken = h.books[e.Deal].taken.Add(e.Paid)
			h.done[e.Reason]++
		case *types.EventRepairPaid:
			h.books[e.Deal].repaired = h.books[e.Deal].repaired.Add(e.Amount)
			h.done["repaired"]++
		case *types.EventProven:
			require.False(h.t, h.proven[[2]uint64{e.Node, e.Epoch}], "node %d was paid epoch %d twice", e.Node, e.Epoch)
			h.proven[[2]uint64{e.Node, e.Epoch}] = true
		case *types.EventDealSettled:
			b := h.books[e.Deal]
			require.False(h.t, b.isSettled)
			b.isSettled, b.paid, b.back = true, e.Cost, e.Refund
			require.Equal(h.t, was[e.Deal].String(), e.Cost.String(), "deal %d cost what its holders proved", e.Deal)
			require.Equal(h.t, b.deposited.Add(b.taken).String(), b.burnt.Add(b.paid).Add(b.repaired).Add(b.back).String(), "deal %d: %+v", e.Deal, b)
			h.done["settled"]++
		default:
			h.bookChannel(e)
			h.bookTask(e)
		}
	}
}

// paidSoFar returns what each open deal has paid its holders: its rate for every epoch proven by
// the node that held an index then.
func (h *history) paidSoFar(g *types.GenesisState) map[uint64]math.Int {
	paid := map[uint64]math.Int{}
	deals := map[uint64]types.Deal{}
	for _, d := range g.Deals {
		paid[d.Id], deals[d.Id] = d.Spent, d // stints that were settled before the deal
	}
	add := func(d types.Deal, node, from, to uint64) {
		for e := from; e <= min(to, d.LastEpoch); e++ {
			if h.proven[[2]uint64{node, e}] {
				paid[d.Id] = paid[d.Id].Add(d.Rate)
			}
		}
	}
	for _, s := range g.Stints {
		add(deals[s.Deal], s.Stint.Node, s.Stint.FromEpoch, s.Stint.ToEpoch)
	}
	for _, s := range g.Indices {
		if s.Index.Status == types.INDEX_STATUS_HELD {
			add(deals[s.Deal], s.Index.Node, s.Index.FromEpoch, deals[s.Deal].LastEpoch)
		}
	}
	return paid
}

// checkMoney holds the module's balance against its ledgers. What proofs paid is not taken off a
// deal's escrow before the deal is settled, so it is here: that is how the identity reads.
func (h *history) checkMoney(g *types.GenesisState) {
	sum := math.ZeroInt()
	for _, d := range g.Deals {
		require.False(h.t, d.Escrow.Sub(h.paid[d.Id]).IsNegative(), "deal %d has paid %s of %s", d.Id, h.paid[d.Id], d.Escrow)
		sum = sum.Add(d.Escrow).Add(d.Reserve)
		if d.IsOpen() {
			sum = sum.Sub(h.paid[d.Id])
		}
	}
	for _, s := range g.Indices {
		sum = sum.Add(s.Index.RepairPay)
	}
	for _, r := range g.Requests {
		sum = sum.Add(r.Bond)
	}
	sum = sum.Add(h.inChannels(g)).Add(h.inTasks(g))
	require.Equal(h.t, sum.String(), h.w.of(moduleAccount(types.ModuleName)).String(), "balance of the module")
	require.Equal(h.t, h.w.supply.AmountOf(denom).String(), h.w.total().String(), "supply")
	earned := math.ZeroInt()
	for _, fee := range h.w.fees {
		earned = earned.Add(fee.Earned)
	}
	require.Equal(h.t, earned.String(), h.w.of(moduleAccount(payModule)).String(), "fees that were earned")
}

// checkRows holds the rows that explain each claim against its total, whatever has become of its deals since.
func (h *history) checkRows(g *types.GenesisState) {
	for _, c := range g.Claims {
		got := h.explain(c.Node, c.Epoch)
		sum := math.ZeroInt()
		for _, row := range append(got.Rows, got.Ended...) {
			sum = sum.Add(row.Rate)
		}
		require.Equal(h.t, c.Claim.Total.String(), sum.String(), "node %d epoch %d: %v and %v", c.Node, c.Epoch, got.Rows, got.Ended)
	}
}

// checkNodes holds what each node is owed for a random epoch, and what it takes up, against sums
// over the indices.
func (h *history) checkNodes(g *types.GenesisState) {
	epoch := h.epoch() + rapid.Uint64Range(0, 9).Draw(h.t, "look at")
	for node := range h.w.nodes {
		want := types.NewOwed()
		for _, s := range g.Indices {
			if s.Index.Node == node {
				d := g.Deals[s.Deal-1]
				want.Deals, want.Space, want.Exposure = want.Deals+1, want.Space+d.Space, want.Exposure.Add(d.Exposure())
			}
		}
		for _, o := range h.owing(g, node, epoch) {
			want.Amount = want.Amount.Add(o.deal.Rate)
		}
		got := h.owed(node, epoch)
		require.Equal(h.t, want.Amount.String(), got.Amount.String(), "node %d is owed for epoch %d", node, epoch)
		require.Equal(h.t, []any{want.Deals, want.Space, want.Exposure.String()},
			[]any{got.Owed.Deals, got.Owed.Space, got.Owed.Exposure.String()}, "what node %d takes up", node)
	}
}

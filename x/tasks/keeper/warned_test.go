package keeper_test

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/test/fuzzed"
	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// said is a message that was accepted: which of handlers, and its bytes.
type said struct {
	kind  int
	bytes []byte
}

// duty is one that Deadlines named: what, of which node, and for which epoch, request, channel, task or index of a deal.
type duty struct {
	what       string
	node       uint64
	of, number uint64
}

// listing is when Deadlines named a duty last, and until when it said it could be done.
type listing struct{ height, until int64 }

// warned is a course of things in which every block's Deadlines are remembered.
type warned struct {
	*history
	listed map[duty]listing
	// does is whether a duty is ever done.
	does map[duty]bool
	// costs counts the duties that were missed and cost something, by what they were.
	costs map[string]int
	// missed counts the epochs that a node was not paid for; over are the claims, by node and epoch, that can be proven no more.
	missed map[uint64]int
	over   map[[2]uint64]bool
	// said is what nodes have sent for their duties.
	said []said
	// places are the nodes that have an index and a layout of it to acknowledge, by deal and index, as of the last block.
	places map[[2]uint64]uint64
}

func newWarned(f *fixture, t *rapid.T, costs map[string]int) *warned {
	return &warned{
		history: newHistory(f, t), listed: map[duty]listing{}, does: map[duty]bool{}, costs: costs, missed: map[uint64]int{}, over: map[[2]uint64]bool{},
	}
}

// begin has two deals drawn, and the layout of one of them on chain.
func (w *warned) begin() {
	for _, step := range []func(){w.open, w.open, w.block, w.block, w.draw, w.layout, w.block} {
		step()
	}
}

// work reads Deadlines of all nodes in a block, and lets each do what it will ever do of them: that is decided once for each duty.
func (w *warned) work() {
	for _, node := range slices.Sorted(maps.Keys(w.w.nodes)) {
		for _, d := range w.deadlines(node) {
			of := dutyOf(node, d)
			w.listed[of] = listing{w.ctx.BlockHeight(), d.Until}
			if _, known := w.does[of]; !known {
				w.does[of] = rapid.IntRange(0, 9).Draw(w.t, "does") >= w.lazy[node]
			}
			if now := w.ctx.BlockHeight(); w.does[of] && d.From <= now && now < d.Until {
				w.do(node, d)
			}
		}
	}
}

// do does a duty, as far as it is one of those that can be missed here: what Deadlines says can be done must be accepted.
func (w *warned) do(node uint64, d types.Deadline) {
	switch {
	case d.Duty == "claim" && d.AtStake.IsPositive(): // else it is about being there, which nobody is in this world
		w.say(w.claimMsg(node, d.Epoch))
	case d.Duty == "proof":
		w.say(w.proveMsg(node, d.Epoch))
	case d.Duty == "ack":
		w.say(w.ackMsg(node, d.Deal, d.Index))
	case d.Duty == "commit":
		w.say(commitMsg(d.Task, node, "42"))
	case d.Duty == "reveal":
		w.say(revealMsg(d.Task, node, "42"))
	case d.Duty == "open":
		w.say(w.answerMsg(w.requestOf(d.Request)))
	}
}

// say sends a message that is accepted, and remembers it.
func (w *warned) say(msg fuzzed.Message) {
	kind := slices.IndexFunc(w.handlers(), func(h fuzzed.Handler) bool { return reflect.TypeOf(h.New()) == reflect.TypeOf(msg) })
	require.NoError(w.t, w.tx(func(ctx context.Context) error { return w.handlers()[kind].Handle(ctx, msg) }), "%T", msg)
	bz, err := msg.Marshal()
	require.NoError(w.t, err)
	w.said = append(w.said, said{kind, bz})
}

func (w *warned) requestOf(id uint64) types.OpenRequest {
	all := w.export().Requests
	return all[slices.IndexFunc(all, func(r types.OpenRequest) bool { return r.Id == id })]
}

func dutyOf(node uint64, d types.Deadline) duty {
	switch {
	case d.Epoch > 0:
		return duty{what: d.Duty, node: node, of: d.Epoch}
	case d.Request > 0:
		return duty{what: d.Duty, node: node, of: d.Deal, number: uint64(d.Index)}
	case d.Channel > 0:
		return duty{what: d.Duty, node: node, of: d.Channel}
	case d.Task > 0:
		return duty{what: d.Duty, node: node, of: d.Task}
	}
	return duty{what: d.Duty, node: node, of: d.Deal, number: uint64(d.Index)}
}

// mustHaveWarned fails unless a duty that was missed was named in the last block it could be done in.
func (w *warned) mustHaveWarned(d duty, cost any) {
	got, ok := w.listed[d]
	require.True(w.t, ok, "%+v cost %v and was never in Deadlines", d, cost)
	require.Equal(w.t, got.until-1, got.height, "%+v cost %v: named last at height %d, until %d", d, cost, got.height, got.until)
	require.Less(w.t, got.height, w.ctx.BlockHeight(), "%+v cost %v before its time was over", d, cost)
	w.costs[d.what]++
}

// cost holds what an event says was lost against what was named.
func (w *warned) cost(e any) {
	switch e := e.(type) {
	case *types.EventIndexLost:
		switch e.Reason {
		case "unanswered":
			w.mustHaveWarned(duty{"open", e.Node, e.Deal, uint64(e.Index)}, e.Paid)
		case "silent":
			require.GreaterOrEqual(w.t, w.missed[e.Node], 2, "node %d lost index %d of deal %d", e.Node, e.Index, e.Deal)
		}
	case *types.EventReplicaLost:
		what := map[types.ReplicaStatus]string{types.REPLICA_STATUS_LOST: "commit", types.REPLICA_STATUS_SILENT: "reveal"}[e.Status]
		w.mustHaveWarned(duty{what, e.Node, e.Task, 0}, e.Slashed)
	}
}

// block ends a block, and holds what its end has cost against what was named.
func (w *warned) block() {
	before := w.export()
	w.work()
	w.places = places(before)
	w.to(w.ctx.BlockHeight() + 1)
	w.placesWereNamed()
	w.channelsWereNamed(before)
	w.claimsWereNamed()
	w.proofsWereNamed(before)
}

// places finds the nodes that have an index and a layout of it to acknowledge, and lose their place by not doing it.
func places(g *types.GenesisState) map[[2]uint64]uint64 {
	at := map[[2]uint64]uint64{}
	for _, s := range g.Indices {
		isNew := s.Index.Status == types.INDEX_STATUS_ASSIGNED || s.Index.Status == types.INDEX_STATUS_RESERVED
		if isNew && s.Index.Acked.Version < g.Deals[s.Deal-1].Layout.Version {
			at[[2]uint64{s.Deal, uint64(s.Number)}] = s.Index.Node
		}
	}
	return at
}

// placesWereNamed is about those of them who have no place any more, in deals that go on.
func (w *warned) placesWereNamed() {
	for at, node := range w.places {
		d := w.deal(at[0])
		if d.Deal.IsOpen() && d.Indices[at[1]].Node != node {
			w.mustHaveWarned(duty{"ack", node, at[0], at[1]}, "its place")
			delete(w.places, at)
		}
	}
}

// channelsWereNamed is about channels that have ended with money in them, for which their nodes may have had vouchers.
func (w *warned) channelsWereNamed(before *types.GenesisState) {
	for _, c := range before.Channels {
		if _, err := w.queries.Channel(w.ctx, &types.QueryChannelRequest{Channel: c.Id}); err != nil && c.Left().IsPositive() {
			w.mustHaveWarned(duty{"redeem", c.Node, c.Id, 0}, c.Left())
		}
	}
}

// claimsWereNamed is about epochs for which a node is owed something and has made no claim, when the time for that is over.
func (w *warned) claimsWereNamed() {
	for epoch := max(w.epoch(), 4) - 3; epoch < w.epoch(); epoch++ {
		if w.window(epoch).Window.ClaimsUntil != w.ctx.BlockHeight() {
			continue
		}
		for _, node := range slices.Sorted(maps.Keys(w.w.nodes)) {
			if owed := w.owed(node, epoch).Amount; owed.IsPositive() && w.explain(node, epoch).State == "none" {
				w.mustHaveWarned(duty{"claim", node, epoch, 0}, owed)
				w.missed[node]++
			}
		}
	}
}

// proofsWereNamed is about claims for which no proof has come in time.
func (w *warned) proofsWereNamed(before *types.GenesisState) {
	for _, c := range before.Claims {
		at := [2]uint64{c.Node, c.Epoch}
		if c.Claim.ProvenHeight == 0 && !w.over[at] && w.explain(c.Node, c.Epoch).State == "missed" {
			w.over[at] = true
			w.mustHaveWarned(duty{"proof", c.Node, c.Epoch, 0}, c.Claim.Total)
			w.missed[c.Node]++
		}
	}
}

// Whatever a missed duty costs, the duty was in Deadlines until the block before, whatever happens: in random histories of all messages.
func TestWhatCostsWasADeadline(t *testing.T) {
	total := map[string]int{}
	seeded.Checks(t, histories/10, func(rt *rapid.T) {
		w := newWarned(newFixture(t, 6), rt, total)
		w.each = w.cost
		steps := []func(){
			w.open, w.draw, w.draw, w.layout, w.layout, w.extend, w.declare, w.declare, w.take, w.take, w.request, w.request,
			w.openChannel, w.topUp, w.closeChannel, w.redeem, w.post, w.drawTasks, w.drawTasks, w.dispute,
		}
		w.begin()
		for w.epoch() < 12 {
			rapid.SampledFrom(steps).Draw(rt, "step")()
			w.placesWereNamed()
			for range rapid.IntRange(0, 4).Draw(rt, "blocks") {
				w.block()
			}
			w.check()
		}
	})
	t.Logf("missed: %v", total)
	for _, what := range []string{"claim", "proof", "open", "ack", "redeem", "commit", "reveal"} {
		require.NotZero(t, total[what], "no history had a missed %s that cost something", what)
	}
}

package keeper_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

const (
	// coalitionDraws is how many there are by themselves; a long run asks for 100,000.
	coalitionDraws = 150
	// coalitionNodes is how many nodes of one owner each there are, all with the same bond.
	coalitionNodes = 12
)

// coalition is a course of things in which all clients, some owners of nodes and who disputes are one: they are replicas and jurors of their own
// tasks, pay their own nodes by channels, and have a founder who chose the terms. The others do what they have to. Nobody else brings money.
type coalition struct {
	*history
	members map[uint64]bool
	// says is what a member says of a task, as a replica or a juror: an output, or that it is silent.
	says map[[2]uint64]string
	// vouchers are what the channels have promised so far.
	vouchers map[uint64]int64
	// convicted tells that jurors of the coalition have found a lie.
	convicted bool
	// juries that found the truth, and that found a lie or nothing.
	upright, crooked int
}

const (
	truth = "42"
	lie   = "43"
	// mute is what a member says that commits to nothing; hidden to reveal nothing.
	mute, hidden = "mute", "hidden"
)

func newCoalition(t *testing.T, rt *rapid.T) *coalition {
	t.Helper()
	f := newFixture(t, coalitionNodes)
	f.w.params.Pay.BurnBps = rapid.Uint32Range(100, 5_000).Draw(rt, "burn")
	f.w.params.Pay.MatchCapBps = rapid.Uint32Range(0, 8_000).Draw(rt, "match cap")
	f.w.params.Bond.AppealWindowBlocks = rapid.Uint64Range(1, 40).Draw(rt, "appeal window")
	c := &coalition{history: newHistory(f, rt), members: map[uint64]bool{}, says: map[[2]uint64]string{}, vouchers: map[uint64]int64{}}
	f.w.give(account("honest"), funds)
	for _, id := range rapid.Permutation(slices.Sorted(maps.Keys(f.w.nodes))).Draw(rt, "who")[:rapid.IntRange(0, coalitionNodes).Draw(rt, "members")] {
		c.members[id] = true
	}
	return c
}

// plan returns what a node says of a task, decided once.
func (c *coalition) plan(task, node uint64) string {
	if !c.members[node] {
		return truth
	}
	at := [2]uint64{task, node}
	if _, known := c.says[at]; !known {
		c.says[at] = rapid.SampledFrom([]string{lie, lie, lie, truth, unavailable, mute, hidden}).Draw(c.t, "says")
	}
	return c.says[at]
}

// act lets the nodes of a task do what is due, and what members want.
func (c *coalition) act(t types.Task) {
	list, reveals := t.Replicas, t.Status == types.TASK_STATUS_REVEALING
	if t.Status.IsJury() {
		list, reveals = t.Jurors(), t.Status == types.TASK_STATUS_JURY_REVEALING
	}
	for _, r := range list {
		says := c.plan(t.Id, r.Node)
		output := says
		if says == hidden {
			output = lie
		}
		switch {
		case says == mute:
		case r.Status == types.REPLICA_STATUS_DRAWN:
			try(c.history, "commit", c.msgs.CommitResult, commitMsg(t.Id, r.Node, output))
		case r.Status == types.REPLICA_STATUS_COMMITTED && reveals && says != hidden:
			try(c.history, "reveal", c.msgs.RevealResult, revealMsg(t.Id, r.Node, output))
		}
	}
}

// dispute has an outcome disputed: a wrong one by somebody honest, if there is one who looks; any by the coalition, as it likes.
func (c *coalition) dispute(t types.Task) {
	who := ""
	switch {
	case len(t.Wrong(digest(truth))) > 0 && rapid.Bool().Draw(c.t, "looked at"):
		who = "honest"
	case rapid.Bool().Draw(c.t, "disputes"):
		who = "rival"
	default:
		return
	}
	try(c.history, "dispute", c.msgs.DisputeTask, &types.MsgDisputeTask{Sender: addr(account(who)), Task: t.Id})
}

// channel pays a node for nothing: mostly one's own.
func (c *coalition) channel() {
	node := rapid.Uint64Range(1, coalitionNodes).Draw(c.t, "node")
	if len(c.vouchers) < 3 {
		msg := c.channelMsg(node, 10_000, 50)
		if rsp, err := send(c.fixture, c.msgs.OpenChannel, msg); err == nil {
			c.vouchers[rsp.Channel] = 0
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.vouchers)) {
		c.vouchers[id] += rapid.Int64Range(1, 2_000).Draw(c.t, "pays")
		_, err := send(c.fixture, c.msgs.RedeemVouchers, redeemMsg(c.voucher(id, c.vouchers[id], 1)))
		require.NoError(c.t, err)
	}
}

// next makes some blocks and lets everybody do what is due.
func (c *coalition) next() {
	c.to(c.ctx.BlockHeight() + rapid.SampledFrom([]int64{1, 1, 2, 30}).Draw(c.t, "blocks"))
	for _, id := range slices.Sorted(maps.Keys(c.orders)) {
		switch t := c.task(id); t.Status {
		case types.TASK_STATUS_DRAWING, types.TASK_STATUS_JURY_DRAWING:
			try(c.history, "draw task", c.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: id})
		case types.TASK_STATUS_JUDGED:
			c.dispute(t)
		case types.TASK_STATUS_SETTLED:
		default:
			c.act(t)
		}
	}
	for _, e := range c.events() {
		if e, ok := e.(*types.EventJuryDecided); ok {
			switch {
			case string(e.Result) == string(digest(truth)):
				c.upright++
			case len(e.Result) > 0:
				c.convicted = true
				c.crooked++
			}
		}
	}
}

// wealth is all the coalition has or will have: what is in its accounts and bonds, what its nodes have earned with the most emission that can
// follow it, and what comes back to it of what is under way.
func (c *coalition) wealth() math.Int {
	sum := c.w.of(account("client")).Add(c.w.of(account("rival")))
	for id := range c.members {
		sum = sum.Add(c.w.nodes[id].OwnBond)
	}
	for _, fee := range c.w.fees {
		if c.members[fee.Node] {
			sum = sum.Add(fee.Earned).Add(fee.Burnt.MulRaw(int64(c.w.params.Pay.MatchCapBps)).QuoRaw(10_000))
		}
	}
	g := c.export()
	for _, t := range g.Tasks {
		sum = sum.Add(t.Escrow)
		if t.Dispute != nil && t.Dispute.Sender == addr(account("rival")) {
			sum = sum.Add(t.Dispute.Bond)
		}
	}
	for _, ch := range g.Channels {
		sum = sum.Add(ch.Left())
	}
	for _, s := range g.Slashes {
		if reporter, _ := s.Split(); s.Reporter == addr(account("rival")) {
			sum = sum.Add(reporter)
		}
	}
	return sum
}

// loses returns what burns have cost the coalition at the least: all but what emission can follow, and what others have earned.
func (c *coalition) loses() math.Int {
	sum := math.ZeroInt()
	for _, fee := range c.w.fees {
		if c.members[fee.Node] {
			sum = sum.Add(fee.Burnt.MulRaw(10_000 - int64(c.w.params.Pay.MatchCapBps)).QuoRaw(10_000))
		} else if fee.Kind != types.FeeJury { // whoever disputed it pays those
			sum = sum.Add(fee.Earned).Add(fee.Burnt)
		}
	}
	return sum
}

// honestLost tells whether an honest node has lost anything of its bond, or who disputes what is wrong.
func (c *coalition) honestLost() bool {
	for id, n := range c.w.nodes {
		if !c.members[id] && n.OwnBond.LT(math.NewInt(bond)) {
			return true
		}
	}
	return false
}

// A coalition of clients, nodes, jurors and who disputes, under any terms a founder can choose and with any part of the bonds, loses by paying
// itself for work, whatever its nodes say: at the least what is burnt and not matched. Nobody honest pays for it, unless jurors of the coalition have
// two thirds of the seats of a jury; by that it loses, too, in the mean of all draws with fewer than half of the bonds.
func TestCoalitionLosesOnPaidWork(t *testing.T) {
	gains, draws := map[int]math.Int{}, map[int]int{}
	var paid, upright, crooked int
	seeded.Checks(t, coalitionDraws, func(rt *rapid.T) {
		c := newCoalition(t, rt)
		before := c.wealth()
		for range 50 {
			if rapid.IntRange(0, 7).Draw(rt, "posts") == 0 {
				c.post()
			}
			if rapid.IntRange(0, 7).Draw(rt, "channels") == 0 {
				c.channel()
			}
			c.next()
		}
		gain := c.wealth().Sub(before)
		if !c.convicted {
			require.False(rt, c.honestLost(), "somebody honest has paid")
			require.True(rt, len(c.w.fees) == 0 || gain.IsNegative(), "who pays for work loses")
			require.False(rt, gain.Add(c.loses()).IsPositive(), "%d of %d members gain %s, burns alone cost them %s", len(c.members), coalitionNodes, gain, c.loses())
		}
		if len(c.w.fees) > 0 {
			paid++
		}
		upright, crooked = upright+c.upright, crooked+c.crooked
		share := len(c.members)
		if _, ok := gains[share]; !ok {
			gains[share] = math.ZeroInt()
		}
		gains[share], draws[share] = gains[share].Add(gain), draws[share]+1
	})
	for _, share := range slices.Sorted(maps.Keys(gains)) {
		mean := gains[share].QuoRaw(int64(draws[share]))
		t.Logf("%2d of %d: %s in the mean of %d", share, coalitionNodes, mean, draws[share])
		if 2*share < coalitionNodes {
			require.True(t, mean.IsNegative(), "%d of %d", share, coalitionNodes)
		}
	}
	t.Logf("%d draws paid for work; juries found %d truths, %d lies", paid, upright, crooked)
	require.Greater(t, paid, coalitionDraws/2)
	require.Positive(t, upright)
	require.Positive(t, crooked)
}

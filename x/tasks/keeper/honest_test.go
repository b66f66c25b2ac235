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
	// honestHistories is how many there are by themselves; a long run asks for ten times as many.
	honestHistories = 1_000
	// longestCrash is in blocks, shorter than the time for a reveal.
	longestCrash = types.RevealBlocks - 20
)

// honest is a course of posted tasks in which some nodes lie, and the others do what they have to, as well as a device at home can.
type honest struct {
	*history
	// down is until which height a node is down.
	down map[uint64]int64
	// liars say something else as replicas, and are silent as jurors.
	liars map[uint64]bool
	// sent are the messages a node can send again, from the journal of an old backup.
	sent []func() error
}

// act lets the nodes of a task that are up do what is due. What a node sends may arrive twice, or be sent again when it has come back from an old
// backup, in which it does not know what it has said since: it works the task out again, and as its salts come from its key it commits to the same.
func (h *honest) act(t types.Task) {
	list, reveals := t.Replicas, t.Status == types.TASK_STATUS_REVEALING
	if t.Status.IsJury() {
		list, reveals = t.Jurors(), t.Status == types.TASK_STATUS_JURY_REVEALING
	}
	for _, r := range list {
		if h.ctx.BlockHeight() > t.Closes {
			return
		}
		if h.ctx.BlockHeight() < h.down[r.Node] || h.liars[r.Node] && r.Seats > 0 {
			continue
		}
		output := "42"
		if h.liars[r.Node] {
			output = "43"
		}
		switch {
		case r.Status == types.REPLICA_STATUS_DRAWN:
			msg := commitMsg(t.Id, r.Node, output)
			h.say(r, func() error { _, err := send(h.fixture, h.msgs.CommitResult, msg); return err })
		case r.Status == types.REPLICA_STATUS_COMMITTED && reveals:
			msg := revealMsg(t.Id, r.Node, output)
			h.say(r, func() error { _, err := send(h.fixture, h.msgs.RevealResult, msg); return err })
		}
	}
}

// say sends a message, and perhaps once more, or one of a replica of long ago; a second jury takes what a juror has said to the first.
func (h *honest) say(r types.Replica, deliver func() error) {
	require.NoError(h.t, deliver())
	if r.Seats == 0 {
		h.sent = append(h.sent, deliver)
	}
	if rapid.Bool().Draw(h.t, "twice") {
		require.Error(h.t, deliver())
	}
	if len(h.sent) > 0 && rapid.Bool().Draw(h.t, "from a backup") {
		require.Error(h.t, rapid.SampledFrom(h.sent).Draw(h.t, "what")(), "what was accepted is not accepted again")
	}
}

// next makes some blocks and lets everybody who is up do what is due; then one of them may crash.
func (h *honest) next() {
	h.to(h.ctx.BlockHeight() + rapid.SampledFrom([]int64{1, 1, 2, 10}).Draw(h.t, "blocks"))
	for _, id := range slices.Sorted(maps.Keys(h.orders)) {
		switch t := h.task(id); {
		case t.Status == types.TASK_STATUS_DRAWING || t.Status == types.TASK_STATUS_JURY_DRAWING:
			try(h.history, "draw task", h.msgs.DrawTask, &types.MsgDrawTask{Sender: client(), Task: id})
		case t.Status == types.TASK_STATUS_JUDGED && len(t.Wrong(digest("42"))) > 0 && rapid.Bool().Draw(h.t, "disputes"):
			try(h.history, "dispute", h.msgs.DisputeTask, &types.MsgDisputeTask{Sender: addr(account("rival")), Task: id})
		case t.IsOpen():
			h.act(t)
		}
	}
	node := rapid.Uint64Range(1, uint64(2*len(h.w.nodes))).Draw(h.t, "crashes")
	if h.down[node] <= h.ctx.BlockHeight() {
		h.down[node] = h.ctx.BlockHeight() + rapid.Int64Range(1, longestCrash).Draw(h.t, "for")
	}
}

// An honest node is never slashed: not for crashes, for coming back from old backups, for sending twice or late. Those who lie and are disputed are.
func TestHonestNodesAreNeverSlashed(t *testing.T) {
	slashes := map[bool]int{} // of liars, or not
	disputes := 0
	seeded.Checks(t, honestHistories, func(rt *rapid.T) {
		f := newFixture(t, 9)
		h := &honest{history: newHistory(f, rt), down: map[uint64]int64{}, liars: map[uint64]bool{}}
		for range rapid.IntRange(0, 3).Draw(rt, "liars") {
			h.liars[rapid.Uint64Range(1, 9).Draw(rt, "liar")] = true
		}
		for range 2 {
			h.post()
		}
		for range 60 {
			h.next()
			for _, e := range eventsOf[*types.EventSlashed](h.events()) {
				require.True(rt, h.liars[e.Node], "node %d is honest and pays %s for %s", e.Node, e.Amount, e.Offence)
				slashes[h.liars[e.Node]]++
			}
		}
		disputes += h.done["dispute"]
		for node, n := range h.w.nodes {
			require.True(rt, h.liars[node] || n.OwnBond.Equal(math.NewInt(bond)))
		}
	})
	t.Logf("%d disputes, %d slashes of liars", disputes, slashes[true])
	require.Positive(t, slashes[true])
	require.Zero(t, slashes[false])
}

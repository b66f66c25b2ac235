package keeper_test

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// duties lets every node do what Deadlines says is due, as far as it is not lazy. What Deadlines
// says can be done must be accepted.
func (h *history) duties() {
	for _, node := range slices.Sorted(maps.Keys(h.w.nodes)) {
		if h.lazy[node] == 10 {
			continue
		}
		rsp, err := h.queries.Deadlines(h.ctx, &types.QueryDeadlinesRequest{Network: networkID, Node: node})
		require.NoError(h.t, err)
		for _, d := range rsp.Deadlines {
			now := h.ctx.BlockHeight()
			if now < d.From || now >= d.Until || rapid.IntRange(0, 9).Draw(h.t, "does") < h.lazy[node] {
				continue
			}
			switch {
			case d.Duty == "claim" && d.AtStake.IsPositive(): // else it is about being there, which nobody is in this world
				must(h.fixture, h.msgs.Claim, h.claimMsg(node, d.Epoch))
				h.done["claim"]++
			case d.Duty == "proof":
				must(h.fixture, h.msgs.Prove, h.proveMsg(node, d.Epoch))
				h.done["prove"]++
			}
		}
	}
}

// wait lets some blocks pass, with what is due in each.
func (h *history) wait() {
	for range rapid.IntRange(1, 6).Draw(h.t, "blocks") {
		h.to(h.ctx.BlockHeight() + 1)
		h.duties()
	}
	h.check()
}

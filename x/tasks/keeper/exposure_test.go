package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// TestExposure: a node is answerable for an index from the moment it is drawn or takes it, until it
// has lost it or the deal is settled, and never for more than it comes to pay.
func TestExposure(t *testing.T) {
	const each = 4 * price // twice the price of a repair, which is two epochs' rate of the one piece that is read
	f := newFixture(t, 4)
	exposure := func(node uint64) int64 {
		amount, err := f.keeper.Exposure(f.ctx, seq, node)
		require.NoError(t, err)
		return amount.Int64()
	}
	require.Zero(t, exposure(1))
	require.Zero(t, exposure(99), "a node that never held anything")
	id := f.open(3)
	nodes := f.drawn(id)
	spare := 1 + 2 + 3 + 4 - nodes[0] - nodes[1] - nodes[2]
	require.Equal(t, int64(each), exposure(nodes[0]), "drawn")
	require.Zero(t, exposure(spare))
	f.commit(id)
	for index, node := range nodes {
		must(f, f.msgs.Ack, f.ackMsg(node, id, uint32(index)))
	}
	second, _ := f.held(9)
	held := exposure(nodes[0])
	must(f, f.msgs.ReportLoss, reportMsg(nodes[0], id, 0))
	require.Equal(t, held-each, exposure(nodes[0]), "lost")
	f.to(opening(7))
	require.Equal(t, types.DEAL_STATUS_SETTLED, f.deal(id).Deal.Status)
	require.Equal(t, types.DEAL_STATUS_OPEN, f.deal(second).Deal.Status)
	for node := uint64(1); node <= 4; node++ {
		indices, err := f.queries.DealsByNode(f.ctx, &types.QueryDealsByNodeRequest{Network: networkID, Node: node})
		require.NoError(t, err)
		require.Equal(t, each*int64(len(indices.Indices)), exposure(node), "node %d", node)
	}
}

package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// A holder that proves nothing keeps its index for lost_epochs, and its place in draws only until a fellow says that it is
// stale. It comes back when it likes, has the time to prove something, and is paid for what it proves.
func TestStaleNodeIsTakenOutAndComesBack(t *testing.T) {
	n := storage.New(t, storage.Config{Params: func(p *networktypes.Params) { p.DefaultParams.Storage.LostEpochs = 24 }})
	n.JoinHonest(4)
	client := n.NewClient()
	n.ToEpoch(1)
	deal := client.Open(2, 4, 20)
	client.Put(deal, 20_000)
	n.ToEpoch(3)
	h := n.Holders[n.Indices(deal)[0].Node-1]
	status := func() networktypes.NodeStatus { return n.Node(h.ID).Status }
	prune := &networktypes.MsgPrune{Reporter: client.String(), Network: n.Record.Id, Node: h.ID}

	h.Away = true // the last it has proven is epoch 1 or 2
	n.ToEpoch(5)
	n.Refuse(networktypes.ErrWrongStatus, client.Account, prune)
	n.ToEpoch(8)
	require.Equal(t, networktypes.NODE_STATUS_JOINED, status())
	n.Do(client.Account, prune)
	require.Equal(t, networktypes.NODE_STATUS_SUSPENDED, status())
	require.True(t, n.Node(h.ID).Weight.IsZero())
	require.Equal(t, h.ID, n.Indices(deal)[0].Node, "it has its index still")

	paid := n.Books.Node(h.ID).Earned
	n.Do(h.Operator, &networktypes.MsgResume{Operator: h.Operator.String(), Network: n.Record.Id, Node: h.ID})
	n.Refuse(networktypes.ErrWrongStatus, client.Account, prune)
	h.Away = false
	n.Until(100, func() bool { return n.Books.Node(h.ID).Earned.GT(paid) })
	n.ToEpoch(14)
	n.Refuse(networktypes.ErrWrongStatus, client.Account, prune)
	require.Equal(t, networktypes.NODE_STATUS_JOINED, status())
	require.Empty(t, n.Books.Losses)
}

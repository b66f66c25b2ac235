package devnet_test

import (
	"context"
	"testing"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

func TestZZ(t *testing.T) {
	n := storage.New(t, storage.Config{})
	n.JoinHonest(4)
	client := n.NewClient()
	n.ToEpoch(1)
	deal := client.Open(2, 4, 8)
	client.Put(deal, 20_000)
	n.ToEpoch(3)
	t.Log("open 3", n.Chain.Height())
	n.To(n.Chain.Height() + 5) // epoch 2 is claimed
	n.Withhold = true
	n.To(n.Chain.Height() + 50)
	n.Withhold = false
	q := tasktypes.NewQueryClient(n.Chain.Conn())
	for range 12 {
		n.Next()
		w, err := q.Window(context.Background(), &tasktypes.QueryWindowRequest{Network: n.Record.Id, Epoch: 2})
		d, err2 := q.Deadlines(context.Background(), &tasktypes.QueryDeadlinesRequest{Network: n.Record.Id, Node: 1})
		t.Log(n.Chain.Height(), n.Epoch(), w, err, d, err2, n.Books.Node(1).Epochs)
		t.Log(n.State().Tasks.Claims)
	}
}

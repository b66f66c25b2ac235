package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// requireAllProven holds that every holder of a deal that ran over epochs 2 to last has proven them all and
// that nobody was found lost.
func requireAllProven(t *testing.T, n *storage.Network, deal, last uint64) {
	t.Helper()
	want := map[uint64]bool{}
	for epoch := uint64(2); epoch <= last; epoch++ {
		want[epoch] = true
	}
	holders := 0
	for _, h := range n.Holders {
		if b := n.Books.Node(h.ID); b.Claimed.IsPositive() {
			require.Equal(t, want, b.Epochs, "node %d", h.ID)
			holders++
		}
	}
	require.Equal(t, 4, holders)
	require.Empty(t, n.Books.Losses)
	b := n.Books.Deal(deal)
	require.Equal(t, b.Deposited.Sub(b.Burnt).Sub(b.Paid).String(), b.Back.String())
}

// Where an epoch is longer than its windows, the proofs of its nodes are spread over the rest of it.
func TestProofsFillTheEpoch(t *testing.T) {
	n := storage.New(t, storage.Config{Create: func(m *networktypes.MsgCreateNetwork) { m.EpochBlocks = 45 }})
	n.JoinHonest(4)
	client := n.NewClient()
	n.ToEpoch(1)
	deal := client.Open(2, 4, 3)
	client.Put(deal, 20_000)
	n.ToEpoch(3)
	opening, heights := n.Chain.Height(), map[int64]bool{}
	for n.Epoch() == 3 {
		n.Next()
		for _, c := range n.State().Tasks.Claims {
			if c.Epoch == 2 && c.Claim.ProvenHeight != 0 {
				heights[c.Claim.ProvenHeight-opening] = true
			}
		}
	}
	require.Greater(t, len(heights), 1, "all proofs came at %v blocks after the close", heights)
	n.Until(300, func() bool { return n.IsSettled(deal) })
	requireAllProven(t, n, deal, 4)
}

// Where the beacon is silent for more than two epochs, claims and proofs wait for it and catch up: nobody loses
// an epoch's pay, nobody is found lost, and the deal is settled when all is over.
func TestLateSeedsCostNobody(t *testing.T) {
	n := storage.New(t, storage.Config{})
	n.JoinHonest(4)
	client := n.NewClient()
	n.ToEpoch(1)
	deal := client.Open(2, 4, 8)
	client.Put(deal, 20_000)
	n.ToEpoch(3)
	n.To(n.Chain.Height() + 5) // epoch 2 is claimed
	n.Withhold = true
	n.To(n.Chain.Height() + 50)
	require.EqualValues(t, 5, n.Epoch())
	for number := range 4 {
		n.Refuse(tasktypes.ErrNotLost, client.Account, &tasktypes.MsgDeclareLoss{Sender: client.String(), Deal: deal, Index: uint32(number)})
		n.Refuse(networktypes.ErrWrongStatus, client.Account, &networktypes.MsgPrune{Reporter: client.String(), Network: n.Record.Id, Node: uint64(number) + 1})
	}
	n.Withhold = false
	n.Until(600, func() bool { return n.IsSettled(deal) })
	requireAllProven(t, n, deal, 9)
}

// A beacon that is silent for longer than the chain keeps epochs costs those epochs' pay, and nobody's bond.
func TestLongSilenceOfTheBeaconCostsNoBond(t *testing.T) {
	n := storage.New(t, storage.Config{})
	holders := n.JoinHonest(4)
	client := n.NewClient()
	n.Actors = append(n.Actors, client)
	n.ToEpoch(1)
	client.Put(client.Open(2, 4, 40), 20_000)
	n.ToEpoch(3)
	n.To(n.Chain.Height() + 5) // epoch 2 is claimed
	n.Withhold = true
	for epoch := n.Epoch() + 1; epoch <= 3+networktypes.KeptEpochs+1; epoch++ {
		n.ToEpoch(epoch)
		n.Refuse(networktypes.ErrWrongStatus, client.Account, &networktypes.MsgPrune{Reporter: client.String(), Network: n.Record.Id, Node: 1})
	}
	n.Withhold = false
	n.To(n.Chain.Height() + 60)
	require.Empty(t, n.Books.Losses)
	for _, h := range holders {
		require.GreaterOrEqual(t, len(n.Books.Node(h.ID).Epochs), 3, "node %d", h.ID)
		require.EqualValues(t, storage.Bond, h.Node().OwnBond.Int64())
	}
}

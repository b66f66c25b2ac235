package devnet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/devnet/storage"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
)

// A giver that bonds, has the node withdraw and takes its money out again, all in one transaction,
// has no part in what the node was paid before, nor in what it is paid until the next opening. From
// then on it has its commission. The books hold after every block.
func TestGiverHasNoPartInThePast(t *testing.T) {
	n := storage.New(t, storage.Config{})
	h := n.JoinHonest(4)[0]
	client := n.NewClient()
	flash, late := n.NewAccount(storage.Funds), n.NewAccount(storage.Funds)
	n.Do(h.Owner, &networktypes.MsgUpdateNode{Owner: h.Owner.String(), Network: n.Record.Id, Node: h.ID, Offer: networktypes.Offer{
		Region: "eu", StorageBytes: 1 << 40, CommissionBps: 1_000,
	}})
	n.ToEpoch(1)
	client.Put(client.Open(2, 4, 8), 20_000)
	n.Until(100, func() bool { return n.Books.Node(h.ID).Earned.IsPositive() })
	amount := math.NewInt(5_000 * storage.Token)
	withdraw := &rewardtypes.MsgWithdraw{Sender: flash.String(), Network: n.Record.Id, Node: h.ID}
	bond := func(giver string) *networktypes.MsgBond {
		return &networktypes.MsgBond{Giver: giver, Network: n.Record.Id, Node: h.ID, Amount: amount}
	}

	before := n.Wealth(flash.String())
	n.Do(flash, bond(flash.String()), withdraw, &networktypes.MsgUnbond{Giver: flash.String(), Network: n.Record.Id, Node: h.ID, Amount: amount})
	require.Equal(t, before.String(), n.Wealth(flash.String()).String())

	n.Do(late, bond(late.String()))
	epoch, worth := n.Epoch(), n.Wealth(late.String())
	n.Until(100, func() bool {
		require.Equal(t, worth.String(), n.Wealth(late.String()).String(), "nothing of the epoch it came in")
		return n.Epoch() > epoch
	})
	withdrawn := n.Books.Node(h.ID).Withdrawn
	n.Until(100, func() bool { return n.Wealth(late.String()).GT(worth) })
	part, paid := n.Wealth(late.String()).Sub(worth), n.Books.Node(h.ID).Withdrawn.Sub(withdrawn)
	require.True(t, part.MulRaw(10).LT(paid), "%s of %s: its commission of its part of the bonds", part, paid)
	require.Equal(t, before.String(), n.Wealth(flash.String()).String())
	require.LessOrEqual(t, len(n.State().Rewards.Sharings), 1)
}

package keeper_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestRegisterNode follows every record and every unit of one registration with a bond.
func TestRegisterNode(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, owner := f.nets[0], account("ann")
	f.fund(t, n, owner, 1_000)
	msg := f.registration(t, n, owner, "op", "host", 150)
	msg.Offer.CommissionBps = 700
	ctx, events := f.withEvents()
	res, err := f.msgs.RegisterNode(ctx, msg)
	require.NoError(t, err)
	require.Equal(t, uint64(1), res.Node)

	want := types.Node{
		Network: n.Id, Id: 1, Owner: f.text(t, owner), Operator: f.text(t, operator("op")),
		PeerKey: hostPublic("host"), PeerId: types.PeerID(hostPublic("host")), Offer: msg.Offer,
		Status: types.NODE_STATUS_JOINED, OwnBond: math.NewInt(150), GivenBond: math.ZeroInt(), Weight: math.NewInt(150),
	}
	got := f.node(t, n, 1)
	require.Equal(t, want.String(), got.String())
	require.Equal(t, int64(850), f.has(n, owner))
	require.Equal(t, int64(150), f.held(n))

	opens := types.NextOpening(n.Id, epochBlocks, height)
	require.Equal(t, types.Calendar{Network: 1, RollsAt: opens, Nodes: 1, Owners: 1, NextNode: 2, NextOwnerSlot: 1}, f.calendar(t, n))
	require.Equal(t, []types.Bond{{Giver: want.Owner, Amount: math.NewInt(150)}}, f.bonds(t, n, 1).Bonds)
	require.Equal(t, []types.OwnerSlot{{Network: 1, Owner: want.Owner, Nodes: 1}}, f.export(t).OwnerSlots)

	registered, err := sdk.TypedEventToEvent(&types.EventNodeRegistered{
		Network: n.Id, Node: 1, Owner: want.Owner, Operator: want.Operator, PeerId: want.PeerId,
	})
	require.NoError(t, err)
	bonded, err := sdk.TypedEventToEvent(&types.EventBonded{Network: n.Id, Node: 1, Giver: want.Owner, Amount: math.NewInt(150)})
	require.NoError(t, err)
	require.Equal(t, sdk.Events{registered, bonded}, events())

	byOperator, err := f.keeper.NodeOfOperator(f.ctx, n.Seq, operator("op"))
	require.NoError(t, err)
	require.Equal(t, want.String(), byOperator.String())
}

// TestRegisterWithoutBond: a node without money is there and counts in no draw, and its network
// stays dormant. No bond and a bond of nothing are the same.
func TestRegisterWithoutBond(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	for i, bond := range []math.Int{{}, math.ZeroInt()} {
		msg := f.registration(t, n, account("ann"), string('a'+rune(i)), string('a'+rune(i)), 0)
		msg.Bond = bond
		res, err := f.msgs.RegisterNode(f.ctx, msg)
		require.NoError(t, err)
		node := f.node(t, n, res.Node)
		require.Equal(t, types.NODE_STATUS_JOINED, node.Status)
		require.True(t, node.Weight.IsZero())
	}
	require.Equal(t, types.Calendar{Network: 1, NextNode: 3, NextOwnerSlot: 1}, f.calendar(t, n))
	require.Empty(t, f.export(t).Bonds)
}

// TestRegisterRefusals: a refusal leaves store, money and events as they were.
func TestRegisterRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *nodeFixture, *types.MsgRegisterNode)
		is     error
	}{
		{"fails: no owner", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.Owner = "" }, types.ErrInvalidRequest},
		{"fails: owner in capitals", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) {
			m.Owner = string(bytes.ToUpper([]byte(m.Owner)))
		}, types.ErrInvalidRequest},
		{"fails: another owner than signed for", func(t *testing.T, f *nodeFixture, m *types.MsgRegisterNode) {
			m.Owner = f.text(t, account("eve"))
		}, types.ErrInvalidSignature},
		{"fails: no network", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.Network = "" }, types.ErrInvalidRequest},
		{"fails: unknown network", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.Network = "net_00000000" }, types.ErrNetworkNotFound},
		{"fails: signed for another network", func(_ *testing.T, f *nodeFixture, m *types.MsgRegisterNode) { m.Network = f.nets[1].Id }, types.ErrInvalidSignature},
		{"fails: offer out of bounds", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.Offer.CommissionBps = 5_001 }, types.ErrInvalidOffer},
		{"fails: no signature of the operator", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.OperatorSignature = nil }, types.ErrInvalidSignature},
		{"fails: no signature of the host", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.PeerSignature = nil }, types.ErrInvalidSignature},
		{"fails: no key of the operator", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.OperatorKey = nil }, types.ErrInvalidSignature},
		{"fails: no key of the host", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.PeerKey = nil }, types.ErrInvalidSignature},
		{"fails: operator has a node", func(t *testing.T, f *nodeFixture, m *types.MsgRegisterNode) {
			*m = *f.registration(t, f.nets[0], account("ann"), "taken", "host", 10)
		}, types.ErrNodeExists},
		{"fails: host has a node", func(t *testing.T, f *nodeFixture, m *types.MsgRegisterNode) {
			*m = *f.registration(t, f.nets[0], account("ann"), "op", "taken", 10)
		}, types.ErrNodeExists},
		{"fails: owner of the other node, with the same operator and host", func(t *testing.T, f *nodeFixture, m *types.MsgRegisterNode) {
			*m = *f.registration(t, f.nets[0], account("bob"), "taken", "taken", 10)
		}, types.ErrNodeExists},
		{"fails: negative bond", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.Bond = math.NewInt(-1) }, types.ErrInvalidAmount},
		{"fails: bond over the largest amount", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.Bond = types.MaxAmount().AddRaw(1) }, types.ErrInvalidAmount},
		{"fails: bond of one unit more than there is", func(_ *testing.T, _ *nodeFixture, m *types.MsgRegisterNode) { m.Bond = math.NewInt(1_001) }, types.ErrInsufficientFunds},
		{"fails: money of another network", func(t *testing.T, f *nodeFixture, m *types.MsgRegisterNode) {
			f.fund(t, f.nets[1], account("cal"), 1_000)
			*m = *f.registration(t, f.nets[0], account("cal"), "op", "host", 1)
		}, types.ErrInsufficientFunds},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 2)
			f.register(t, f.nets[0], account("bob"), "taken", minBond)
			f.fund(t, f.nets[0], account("ann"), 1_000)
			msg := f.registration(t, f.nets[0], account("ann"), "op", "host", 10)
			c.change(t, f, msg)
			before, exported := f.snapshot(), f.export(t)
			res, err := f.msgs.RegisterNode(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			require.Nil(t, res)
			require.Equal(t, exported, f.export(t))
			require.Equal(t, before, f.snapshot())
		})
	}
}

// TestOncePerNetwork: operator and host have one node in a network, and may have one in every
// network, of other owners too.
func TestOncePerNetwork(t *testing.T) {
	f := newNodeFixture(t, 2)
	require.Equal(t, uint64(1), f.register(t, f.nets[0], account("ann"), "same", minBond))
	require.Equal(t, uint64(1), f.register(t, f.nets[1], account("bob"), "same", minBond))
	for i, owner := range []string{"ann", "bob"} {
		node, err := f.keeper.NodeOfOperator(f.ctx, f.nets[i].Seq, operator("same"))
		require.NoError(t, err)
		require.Equal(t, f.text(t, account(owner)), node.Owner)
	}
}

// TestNumbersAndSlots: nodes are numbered in the order they come, owners keep their slot for good,
// and an owner's nodes lie side by side. Networks count by themselves, and nobody who left makes room.
func TestNumbersAndSlots(t *testing.T) {
	f := newNodeFixture(t, 2)
	type place struct{ id, ownerSlot, slot uint64 }
	for i, c := range []struct {
		net   int
		owner string
		want  place
	}{
		{0, "ann", place{1, 0, 0}}, {0, "bob", place{2, 1, 0}}, {0, "ann", place{3, 0, 1}}, {1, "bob", place{1, 0, 0}},
		{0, "bob", place{4, 1, 1}}, {0, "ann", place{5, 0, 2}}, {1, "ann", place{2, 1, 0}}, {0, "cal", place{6, 2, 0}},
	} {
		n := f.nets[c.net]
		id := f.register(t, n, account(c.owner), string('a'+rune(i)), minBond)
		node := f.node(t, n, id)
		require.Equal(t, c.want, place{node.Id, node.OwnerSlot, node.Slot}, "registration %d", i)
		if i%2 == 0 {
			_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: node.Owner, Network: n.Id, Node: id})
			require.NoError(t, err)
		}
	}
	require.Equal(t, types.Calendar{Network: 1, RollsAt: f.calendar(t, f.nets[0]).RollsAt, Nodes: 3, Owners: 3, NextNode: 7, NextOwnerSlot: 3}, f.calendar(t, f.nets[0]))
}

// TestRegisterLimits: owners and an owner's nodes are bounded by the slots of the trees.
func TestRegisterLimits(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	f.register(t, n, account("ann"), "one", minBond)
	g := f.export(t)
	g.Calendars[0].NextOwnerSlot = types.MaxOwners
	g.OwnerSlots[0].Nodes = types.MaxNodesPerOwner
	other := newNodeFixture(t, 0)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, *g))
	for name, owner := range map[string]string{"fails: another node of the owner": "ann", "fails: another owner": "bob"} {
		t.Run(name, func(t *testing.T) {
			before := other.snapshot()
			_, err := other.msgs.RegisterNode(other.ctx, f.registration(t, n, account(owner), "two", "two", 0))
			require.ErrorIs(t, err, types.ErrLimit)
			require.Equal(t, before, other.snapshot())
		})
	}
}

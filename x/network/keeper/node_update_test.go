package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestUpdateNode replaces the offer as a whole, and the operator where a key is given.
func TestUpdateNode(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, owner := f.nets[0], account("ann")
	id := f.register(t, n, owner, "one", minBond)
	offer := types.Offer{Region: "us-east", MemoryBytes: 7, CommissionBps: 9}
	_, err := f.msgs.UpdateNode(f.ctx, &types.MsgUpdateNode{Owner: f.text(t, owner), Network: n.Id, Node: id, Offer: offer})
	require.NoError(t, err)
	require.Equal(t, offer, f.node(t, n, id).Offer)
	require.Equal(t, f.text(t, operator("one")), f.node(t, n, id).Operator)

	operatorSig, hostSig := bind(t, n, owner, "two", "one")
	msg := &types.MsgUpdateNode{
		Owner: f.text(t, owner), Network: n.Id, Node: id,
		OperatorKey: operatorKey("two").PubKey().Bytes(), OperatorSignature: operatorSig, PeerSignature: hostSig,
	}
	_, err = f.msgs.UpdateNode(f.ctx, msg)
	require.NoError(t, err)
	node := f.node(t, n, id)
	require.Equal(t, types.Offer{}, node.Offer)
	require.Equal(t, f.text(t, operator("two")), node.Operator)
	require.Equal(t, math.NewInt(minBond), node.Weight)
	_, err = f.keeper.NodeOfOperator(f.ctx, n.Seq, operator("one"))
	require.ErrorIs(t, err, types.ErrNodeNotFound)
	_, err = f.msgs.UpdateNode(f.ctx, msg)
	require.NoError(t, err, "the operator it has already")
	require.Equal(t, uint64(2), f.register(t, n, account("bob"), "one more", minBond))
	next := f.registration(t, n, account("bob"), "one", "free", 0)
	_, err = f.msgs.RegisterNode(f.ctx, next)
	require.NoError(t, err, "an operator that was replaced is free")
}

func TestUpdateRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *nodeFixture, *types.MsgUpdateNode)
		is     error
	}{
		{"fails: another's node", func(t *testing.T, f *nodeFixture, m *types.MsgUpdateNode) { m.Owner = f.text(t, account("bob")) }, types.ErrUnauthorized},
		{"fails: the operator, who is not the owner", func(t *testing.T, f *nodeFixture, m *types.MsgUpdateNode) {
			m.Owner = f.text(t, operator("one"))
		}, types.ErrUnauthorized},
		{"fails: no such node", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNode) { m.Node = 9 }, types.ErrNodeNotFound},
		{"fails: unknown network", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNode) { m.Network = "net_00000000" }, types.ErrNetworkNotFound},
		{"fails: owner is no account", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNode) { m.Owner = "ann" }, types.ErrInvalidRequest},
		{"fails: offer out of bounds", func(_ *testing.T, _ *nodeFixture, m *types.MsgUpdateNode) { m.Offer.Region = "EU" }, types.ErrInvalidOffer},
		{"fails: signed for another host", func(t *testing.T, f *nodeFixture, m *types.MsgUpdateNode) {
			m.OperatorSignature, m.PeerSignature = bind(t, f.nets[0], account("ann"), "new", "two")
		}, types.ErrInvalidSignature},
		{"fails: operator has another node", func(t *testing.T, f *nodeFixture, m *types.MsgUpdateNode) {
			m.OperatorKey = operatorKey("two").PubKey().Bytes()
			m.OperatorSignature, m.PeerSignature = bind(t, f.nets[0], account("ann"), "two", "one")
		}, types.ErrNodeExists},
		{"fails: node has left", func(t *testing.T, f *nodeFixture, m *types.MsgUpdateNode) {
			_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: m.Owner, Network: m.Network, Node: m.Node})
			require.NoError(t, err)
		}, types.ErrWrongStatus},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 1)
			n := f.nets[0]
			id := f.register(t, n, account("ann"), "one", minBond)
			f.register(t, n, account("bob"), "two", minBond)
			msg := &types.MsgUpdateNode{Owner: f.text(t, account("ann")), Network: n.Id, Node: id, OperatorKey: operatorKey("new").PubKey().Bytes()}
			msg.OperatorSignature, msg.PeerSignature = bind(t, n, account("ann"), "new", "one")
			c.change(t, f, msg)
			before, exported := f.snapshot(), f.export(t)
			_, err := f.msgs.UpdateNode(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			require.Equal(t, exported, f.export(t))
			require.Equal(t, before, f.snapshot())
		})
	}
}

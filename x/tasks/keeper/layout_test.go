package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// signedMsg commits the first layout of a deal with the signatures of all its nodes.
func signedMsg(f *fixture, id uint64, nodes []uint64) *types.MsgCommitLayout {
	msg := &types.MsgCommitLayout{Client: client(), Deal: id, Layout: f.put(id, uint32(len(nodes)), 1)}
	for index, node := range nodes {
		msg.Acks = append(msg.Acks, types.SignedAck{Index: uint32(index), Signature: f.sign(node, id, uint32(index), msg.Layout)})
	}
	return msg
}

func TestCommitLayoutWithAcks(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(10)
	nodes := f.drawn(id)
	msg := signedMsg(f, id, nodes)
	gas := f.ctx.GasMeter().GasConsumed()
	require.Equal(t, uint32(3), must(f, f.msgs.CommitLayout, msg).Acked)
	require.GreaterOrEqual(t, f.ctx.GasMeter().GasConsumed()-gas, uint64(3*types.SignatureGas))
	require.Equal(t, msg.Layout, f.deal(id).Deal.Layout)
	for _, i := range f.deal(id).Indices {
		require.Equal(t, types.INDEX_STATUS_HELD, i.Status)
		require.Equal(t, msg.Layout, i.Acked)
		require.Equal(t, uint64(2), i.FromEpoch)
	}
	for _, node := range nodes {
		require.Zero(t, f.owed(node, 1).Amount.Int64())
		require.Equal(t, int64(price), f.owed(node, 2).Amount.Int64())
		require.Equal(t, int64(price), f.owed(node, 11).Amount.Int64())
		require.Zero(t, f.owed(node, 12).Amount.Int64())
	}
	events := f.events()
	require.Len(t, eventsOf[*types.EventIndexAcked](events), 3)
	require.Equal(t, uint32(3), eventsOf[*types.EventLayoutCommitted](events)[0].Acked)
}

func TestCommitLayoutIsRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*fixture, *types.MsgCommitLayout, []uint64)
		want   error
	}{
		{"fails: not the client", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Client = operator(1) }, types.ErrUnauthorized},
		{"fails: unknown deal", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Deal = 9 }, types.ErrDealNotFound},
		{"fails: version left out", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Layout.Version = 2 }, types.ErrInvalidLayout},
		{"fails: version 0", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Layout.Version = 0 }, types.ErrInvalidLayout},
		{"fails: short root", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Layout.Root = m.Layout.Root[:31] }, types.ErrInvalidLayout},
		{"fails: no bytes", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Layout.Bytes = 0 }, types.ErrInvalidLayout},
		{"fails: more bytes than bought", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Layout.Bytes = gib + 1 }, types.ErrInvalidLayout},
		{"fails: other root than signed", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Layout.Root[0] ^= 1 }, types.ErrInvalidAck},
		{"fails: other bytes than signed", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Layout.Bytes++ }, types.ErrInvalidAck},
		{"fails: signed by another holder", func(f *fixture, m *types.MsgCommitLayout, nodes []uint64) {
			m.Acks[0].Signature = f.sign(nodes[1], m.Deal, 0, m.Layout)
		}, types.ErrInvalidAck},
		{"fails: signed for another index", func(f *fixture, m *types.MsgCommitLayout, nodes []uint64) {
			m.Acks[0].Signature = f.sign(nodes[0], m.Deal, 1, m.Layout)
		}, types.ErrInvalidAck},
		{"fails: signed for another deal", func(f *fixture, m *types.MsgCommitLayout, nodes []uint64) {
			m.Acks[0].Signature = f.sign(nodes[0], m.Deal+1, 0, m.Layout)
		}, types.ErrInvalidAck},
		{"fails: signed for another version", func(f *fixture, m *types.MsgCommitLayout, nodes []uint64) {
			l := m.Layout
			l.Version = 2
			m.Acks[0].Signature = f.sign(nodes[0], m.Deal, 0, l)
		}, types.ErrInvalidAck},
		{"fails: cut signature", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Acks[0].Signature = m.Acks[0].Signature[:63] }, types.ErrInvalidAck},
		{"fails: twice", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Acks[1] = m.Acks[0] }, types.ErrInvalidAck},
		{"fails: out of order", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Acks[0], m.Acks[1] = m.Acks[1], m.Acks[0] }, types.ErrInvalidAck},
		{"fails: more than indices", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Acks = append(m.Acks, m.Acks[2]) }, types.ErrInvalidAck},
		{"fails: no such index", func(_ *fixture, m *types.MsgCommitLayout, _ []uint64) { m.Acks[2].Index = 3 }, types.ErrInvalidRequest},
		{"fails: deal is over", func(f *fixture, _ *types.MsgCommitLayout, _ []uint64) { f.toEpoch(12) }, types.ErrWrongState},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFixture(t, 3)
			id := f.open(10)
			nodes := f.drawn(id)
			msg := signedMsg(f, id, nodes)
			tc.change(f, msg, nodes)
			before := f.snapshot()
			_, err := send(f, f.msgs.CommitLayout, msg)
			require.ErrorIs(t, err, tc.want)
			require.Equal(t, before, f.snapshot())
		})
	}
	t.Run("fails: index without a node", func(t *testing.T) {
		f := newFixture(t, 3)
		id := f.open(10)
		msg := signedMsg(f, id, []uint64{1, 2, 3})
		_, err := send(f, f.msgs.CommitLayout, msg)
		require.ErrorIs(t, err, types.ErrInvalidAck)
	})
}

func TestOperatorAcks(t *testing.T) {
	f := newFixture(t, 4)
	id := f.open(10)
	nodes := f.drawn(id)
	refuse(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0), types.ErrInvalidAck) // nothing is committed
	f.commit(id)
	idle := 1 + 2 + 3 + 4 - nodes[0] - nodes[1] - nodes[2]
	for _, tc := range []struct {
		name   string
		change func(*types.MsgAck)
		want   error
	}{
		{"fails: none", func(m *types.MsgAck) { m.Acks = nil }, types.ErrInvalidAck},
		{"fails: 65", func(m *types.MsgAck) { m.Acks = make([]types.IndexAck, 65) }, types.ErrInvalidAck},
		{"fails: another version", func(m *types.MsgAck) { m.Acks[0].Version++ }, types.ErrInvalidAck},
		{"fails: version 0", func(m *types.MsgAck) { m.Acks[0].Version = 0 }, types.ErrInvalidAck},
		{"fails: another node's index", func(m *types.MsgAck) { m.Acks[0].Index = 1 }, types.ErrUnauthorized},
		{"fails: node without an index", func(m *types.MsgAck) { m.Operator = operator(idle) }, types.ErrUnauthorized},
		{"fails: no such index", func(m *types.MsgAck) { m.Acks[0].Index = 3 }, types.ErrInvalidRequest},
		{"fails: no such deal", func(m *types.MsgAck) { m.Acks[0].Deal = 9 }, types.ErrDealNotFound},
		{"fails: no operator", func(m *types.MsgAck) { m.Operator = client() }, networktypes.ErrNodeNotFound},
		{"fails: no address", func(m *types.MsgAck) { m.Operator = "mesh1" }, types.ErrInvalidRequest},
	} {
		t.Run(tc.name, func(*testing.T) {
			msg := f.ackMsg(nodes[0], id, 0)
			tc.change(msg)
			refuse(f, f.msgs.Ack, msg, tc.want)
		})
	}
	msg := f.ackMsg(nodes[0], id, 0)
	msg.Acks = append(msg.Acks, msg.Acks[0]) // a second time says nothing new
	must(f, f.msgs.Ack, msg)
	require.Equal(t, int64(price), f.owed(nodes[0], 2).Amount.Int64())
	require.Zero(t, f.owed(nodes[1], 2).Amount.Int64())
}

// A later ack changes what is proved, not what is owed.
func TestAckOfTheNextLayout(t *testing.T) {
	f := newFixture(t, 3)
	id, nodes := f.held(10)
	f.toEpoch(4)
	l := f.commit(id)
	require.Equal(t, uint64(1), f.deal(id).Indices[0].Acked.Version, "a holder is held to what it acknowledged")
	must(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0))
	i := f.deal(id).Indices[0]
	require.Equal(t, l, i.Acked)
	require.Equal(t, uint64(2), i.FromEpoch)
	require.Equal(t, int64(price), f.owed(nodes[0], 2).Amount.Int64())
}

// A node that has left begins to hold nothing: its bond is on its way back, and it would lose the index for
// nothing. What it holds already it may go on to acknowledge.
func TestNodeThatLeftBeginsNoStint(t *testing.T) {
	f := newFixture(t, 3)
	id := f.open(5)
	nodes := f.drawn(id)
	f.commit(id)
	must(f, f.msgs.Ack, f.ackMsg(nodes[1], id, 1))
	for _, n := range nodes[:2] {
		f.edit(n, func(n *networktypes.Node) { n.Status, n.Weight = networktypes.NODE_STATUS_LEFT, math.ZeroInt() })
	}
	refuse(f, f.msgs.Ack, f.ackMsg(nodes[0], id, 0), types.ErrWrongState)
	next := f.put(id, 3, 2)
	for _, index := range []uint32{0, 1} {
		msg := &types.MsgCommitLayout{Client: client(), Deal: id, Layout: next, Acks: []types.SignedAck{
			{Index: index, Signature: f.sign(nodes[index], id, index, next)},
		}}
		_, err := send(f, f.msgs.CommitLayout, msg)
		if index == 0 {
			require.ErrorIs(t, err, types.ErrWrongState)
			continue
		}
		require.NoError(t, err)
	}
	require.Equal(t, types.INDEX_STATUS_ASSIGNED, f.deal(id).Indices[0].Status)
	require.Equal(t, next, f.deal(id).Indices[1].Acked)
}

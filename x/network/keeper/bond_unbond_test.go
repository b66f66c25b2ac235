package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// TestUnbond: money stops to count at once, is back when its time is over and not a block earlier.
func TestUnbond(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann := f.nets[0], account("ann")
	id := f.register(t, n, ann, "one", 250)
	f.block(t)
	completes, err := f.unbond(t, n, id, ann, 200)
	require.NoError(t, err)
	require.Equal(t, int64(startTime+blockSeconds+unbondingSeconds), completes)
	require.Equal(t, math.NewInt(50), f.node(t, n, id).OwnBond)
	require.True(t, f.node(t, n, id).Weight.IsZero())
	want := types.Unbonding{Id: 1, Network: n.Seq, Node: id, Giver: f.text(t, ann), Amount: math.NewInt(200), Completes: completes}
	require.Equal(t, []types.Unbonding{want}, f.bonds(t, n, id).Unbondings)
	require.Equal(t, int64(1), f.has(n, ann))

	for f.ctx.BlockTime().Unix() < completes {
		require.Equal(t, int64(1), f.has(n, ann))
		require.Equal(t, int64(250), f.held(n))
		f.block(t)
	}
	require.Equal(t, completes, f.ctx.BlockTime().Unix())
	require.Equal(t, int64(201), f.has(n, ann))
	require.Equal(t, int64(50), f.held(n))
	require.Empty(t, f.bonds(t, n, id).Unbondings)
	require.Empty(t, f.export(t).Unbondings)
}

func TestUnbondRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *nodeFixture, *types.MsgUnbond)
		is     error
	}{
		{"fails: giver is no account", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Giver = "bob" }, types.ErrInvalidRequest},
		{"fails: unknown network", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Network = "net_00000000" }, types.ErrNetworkNotFound},
		{"fails: no such node", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Node = 2 }, types.ErrNodeNotFound},
		{"fails: another's bond", func(t *testing.T, f *nodeFixture, m *types.MsgUnbond) { m.Giver = f.text(t, account("eve")) }, types.ErrInsufficientFunds},
		{"fails: no amount", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Amount = math.Int{} }, types.ErrInvalidAmount},
		{"fails: nothing", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Amount = math.ZeroInt() }, types.ErrInsufficientFunds},
		{"fails: less than nothing", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Amount = math.NewInt(-1) }, types.ErrInvalidAmount},
		{"fails: one unit more than the bond", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Amount = math.NewInt(41) }, types.ErrInsufficientFunds},
		{"fails: everything is on its way back", func(t *testing.T, f *nodeFixture, m *types.MsgUnbond) {
			_, err := f.unbond(t, f.nets[0], m.Node, account("bob"), 40)
			require.NoError(t, err)
		}, types.ErrInsufficientFunds},
		{"fails: less than the least would be left", func(_ *testing.T, _ *nodeFixture, m *types.MsgUnbond) { m.Amount = math.NewInt(34) }, types.ErrInvalidAmount},
		{"fails: the node needs the bond", func(_ *testing.T, f *nodeFixture, m *types.MsgUnbond) {
			f.duties.exposure[[2]uint64{f.nets[0].Seq, m.Node}] = minBond + 40 - 10 + 1
		}, types.ErrBondNeeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 1)
			n := f.nets[0]
			id := f.register(t, n, account("ann"), "one", minBond)
			f.fund(t, n, account("bob"), 40)
			require.NoError(t, f.give(t, n, id, account("bob"), 40))
			msg := &types.MsgUnbond{Giver: f.text(t, account("bob")), Network: n.Id, Node: id, Amount: math.NewInt(10)}
			c.change(t, f, msg)
			before := f.snapshot()
			_, err := f.msgs.Unbond(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			require.Equal(t, before, f.snapshot())
		})
	}
}

// TestWhatMayBeTakenOut: down to what the node is answerable for, down to the least bond of another,
// and to nothing.
func TestWhatMayBeTakenOut(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann, bob := f.nets[0], account("ann"), account("bob")
	id := f.register(t, n, ann, "one", minBond)
	f.fund(t, n, bob, 40)
	require.NoError(t, f.give(t, n, id, bob, 40))
	f.duties.exposure[[2]uint64{n.Seq, id}] = minBond
	_, err := f.unbond(t, n, id, bob, 33)
	require.NoError(t, err, "7, a sixteenth of the minimum rounded up, is left")
	_, err = f.unbond(t, n, id, ann, 8)
	require.ErrorIs(t, err, types.ErrBondNeeded)
	_, err = f.unbond(t, n, id, ann, 7)
	require.NoError(t, err, "whose bond it is does not matter")
	_, err = f.unbond(t, n, id, bob, 7)
	require.ErrorIs(t, err, types.ErrBondNeeded)
	_, err = f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, ann), Network: n.Id, Node: id})
	require.NoError(t, err, "who leaves loses what it is answerable for, and pays from what is on its way back")
}

// TestFurtherUnbondingsJoinTheLatest: four of a giver run at a time; what comes after them completes
// together with the latest, later than it would have. Another's are untouched, and so is the room for them.
func TestFurtherUnbondingsJoinTheLatest(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann, bob := f.nets[0], account("ann"), account("bob")
	id := f.register(t, n, ann, "one", 200)
	f.fund(t, n, bob, 40)
	require.NoError(t, f.give(t, n, id, bob, 40))
	for range types.MaxUnbondings {
		_, err := f.unbond(t, n, id, ann, 1)
		require.NoError(t, err)
		f.block(t)
	}
	ctx, events := f.withEvents()
	f.ctx = sdk.UnwrapSDKContext(ctx)
	completes, err := f.unbond(t, n, id, ann, 30)
	require.NoError(t, err)
	require.Equal(t, int64(startTime+4*blockSeconds+unbondingSeconds), completes)
	event, err := sdk.TypedEventToEvent(&types.EventUnbondingStarted{
		Network: n.Id, Node: id, Giver: f.text(t, ann), Amount: math.NewInt(30), Completes: completes,
	})
	require.NoError(t, err)
	require.Equal(t, sdk.Events{event}, events())
	_, err = f.unbond(t, n, id, bob, 40)
	require.NoError(t, err)
	var rows [][3]int64
	for _, u := range f.bonds(t, n, id).Unbondings {
		rows = append(rows, [3]int64{int64(u.Id), u.Amount.Int64(), u.Completes - startTime - unbondingSeconds})
	}
	require.Equal(t, [][3]int64{{1, 1, 0}, {2, 1, 5}, {3, 1, 10}, {4, 31, 20}, {5, 40, 20}}, rows)
	f.until(t, height+unbondingSeconds/blockSeconds+3)
	require.Equal(t, int64(1+3), f.has(n, ann), "the fourth would be back now")
	f.block(t)
	require.Equal(t, int64(1+3+31), f.has(n, ann))
	require.Equal(t, int64(40), f.has(n, bob))
	f.checkMoney(t)
}

// TestNobodyFillsANode: whatever one account does, it takes one place and delays nobody.
func TestNobodyFillsANode(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann, eve := f.nets[0], account("ann"), account("eve")
	id := f.register(t, n, ann, "one", minBond)
	f.fund(t, n, eve, 10_000)
	for i := range 40 {
		require.NoError(t, f.give(t, n, id, eve, 50), "turn %d", i)
		_, err := f.unbond(t, n, id, eve, 50)
		require.NoError(t, err, "turn %d", i)
	}
	require.Len(t, f.bonds(t, n, id).Unbondings, types.MaxUnbondings)
	for i := range types.MaxGivers - 1 {
		f.fund(t, n, giver(i), 10)
		require.NoError(t, f.give(t, n, id, giver(i), 10))
		_, err := f.unbond(t, n, id, giver(i), 10)
		require.NoError(t, err)
	}
	_, err := f.unbond(t, n, id, ann, 1)
	require.NoError(t, err)
}

// TestPaybackIsBounded: 100 a block, the earliest first; none is forgotten and none paid twice.
func TestPaybackIsBounded(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	const nodes, each = 70, types.MaxUnbondings // 280 unbondings
	for i := range nodes {
		owner := account(fmt.Sprintf("owner %d", i))
		id := f.register(t, n, owner, fmt.Sprint(i), each)
		for range each {
			_, err := f.unbond(t, n, id, owner, 1)
			require.NoError(t, err)
		}
	}
	f.until(t, height+unbondingSeconds/blockSeconds-1)
	for _, left := range []int{280, 180, 80, 0, 0} {
		g := f.export(t)
		require.Len(t, g.Unbondings, left)
		if left > 0 {
			require.Equal(t, uint64(280-left+1), g.Unbondings[0].Id)
		}
		require.Equal(t, int64(left), f.held(n))
		f.block(t)
	}
	for i := range nodes {
		require.Equal(t, int64(each+1), f.has(n, account(fmt.Sprintf("owner %d", i))))
	}
}

// TestPaybackThatFails waits for another unbonding time, holds up nobody, and is paid then.
func TestPaybackThatFails(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann := f.nets[0], account("ann")
	id := f.register(t, n, ann, "one", minBond)
	_, err := f.unbond(t, n, id, ann, 40)
	require.NoError(t, err)
	f.bank.fail = "SendCoinsFromModuleToAccount"
	const first = int64(height + unbondingSeconds/blockSeconds)
	f.until(t, first)
	require.Equal(t, int64(startTime+2*unbondingSeconds), f.bonds(t, n, id).Unbondings[0].Completes)
	require.Equal(t, int64(minBond), f.held(n))
	f.bank.fail = ""
	f.until(t, first+unbondingSeconds/blockSeconds-1)
	require.Equal(t, int64(1), f.has(n, ann))
	f.block(t)
	require.Equal(t, int64(41), f.has(n, ann))
	require.Empty(t, f.bonds(t, n, id).Unbondings)
}

// TestLeave: every bond is on its way back to its giver, beyond the limit too, and nothing counts.
func TestLeave(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann := f.nets[0], account("ann")
	id := f.register(t, n, ann, "one", 200)
	for i := range types.MaxGivers {
		giver := account(fmt.Sprintf("giver %d", i))
		f.fund(t, n, giver, 10)
		require.NoError(t, f.give(t, n, id, giver, 10))
	}
	for range types.MaxUnbondings {
		_, err := f.unbond(t, n, id, ann, 1)
		require.NoError(t, err)
	}
	ctx, events := f.withEvents()
	_, err := f.msgs.Leave(ctx, &types.MsgLeave{Owner: f.text(t, ann), Network: n.Id, Node: id})
	require.NoError(t, err)
	last, err := sdk.TypedEventToEvent(&types.EventNodeStatusChanged{Network: n.Id, Node: id, Status: types.NODE_STATUS_LEFT})
	require.NoError(t, err)
	require.Len(t, events(), types.MaxGivers+2)
	require.Equal(t, last, events()[types.MaxGivers+1])

	node := f.node(t, n, id)
	require.Equal(t, types.NODE_STATUS_LEFT, node.Status)
	require.True(t, node.TotalBond().IsZero())
	require.True(t, node.Weight.IsZero())
	require.Zero(t, f.calendar(t, n).Nodes)
	require.Empty(t, f.bonds(t, n, id).Bonds)
	require.Len(t, f.bonds(t, n, id).Unbondings, types.MaxUnbondings+types.MaxGivers+1)
	f.until(t, height+unbondingSeconds/blockSeconds)
	require.Zero(t, f.held(n))
	require.Equal(t, int64(201), f.has(n, ann))
	require.Equal(t, int64(10), f.has(n, account("giver 7")))
}

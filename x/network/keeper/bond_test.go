package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

// setCommission changes what a node promises to those who give it bonds.
func (f *nodeFixture) setCommission(t require.TestingT, n types.Network, node uint64, owner sdk.AccAddress, bps uint32) {
	_, err := f.msgs.UpdateNode(f.ctx, &types.MsgUpdateNode{Owner: f.text(t, owner), Network: n.Id, Node: node, Offer: types.Offer{CommissionBps: bps}})
	require.NoError(t, err)
}

// TestMinBondDecides crosses the minimum with own and given bonds, up and down.
func TestMinBondDecides(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	id := f.register(t, n, account("ann"), "one", 60)
	f.fund(t, n, account("ann"), 1_000)
	f.fund(t, n, account("bob"), 1_000)
	for i, c := range []struct {
		giver              string
		by                 int64 // more, or less where negative
		own, given, weight int64
		nodes              uint64
	}{
		{"bob", 39, 60, 39, 0, 0},
		{"bob", 1, 60, 40, 100, 1},
		{"ann", 5, 65, 40, 105, 1},
		{"bob", -5, 65, 35, 100, 1},
		{"ann", -1, 64, 35, 0, 0},
		{"ann", 36, 100, 35, 135, 1},
		{"bob", -35, 100, 0, 100, 1},
		{"ann", -100, 0, 0, 0, 0},
		{"bob", 100, 0, 100, 100, 1},
	} {
		if c.by > 0 {
			require.NoError(t, f.give(t, n, id, account(c.giver), c.by))
		} else {
			_, err := f.unbond(t, n, id, account(c.giver), -c.by)
			require.NoError(t, err)
		}
		node := f.node(t, n, id)
		require.Equal(t, [3]int64{c.own, c.given, c.weight}, [3]int64{node.OwnBond.Int64(), node.GivenBond.Int64(), node.Weight.Int64()}, "step %d", i)
		require.Equal(t, c.nodes, f.calendar(t, n).Nodes, "step %d", i)
		set, err := f.queries.ActiveSet(f.ctx, &types.QueryActiveSetRequest{Network: n.Id})
		require.NoError(t, err)
		require.Equal(t, math.NewInt(c.weight), set.Weight, "step %d", i)
	}
}

// TestCommissionIsThatOfTheBond: a bond keeps the commission it was given at. More of it can be
// given only while the node offers the same, and the owner's own bond has none.
func TestCommissionIsThatOfTheBond(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann, bob, cal := f.nets[0], account("ann"), account("bob"), account("cal")
	id := f.register(t, n, ann, "one", minBond)
	for _, who := range []sdk.AccAddress{ann, bob, cal} {
		f.fund(t, n, who, 1_000)
	}
	f.setCommission(t, n, id, ann, 700)
	require.NoError(t, f.give(t, n, id, bob, 10))
	f.setCommission(t, n, id, ann, 100)
	before := f.snapshot()
	require.ErrorIs(t, f.give(t, n, id, bob, 10), types.ErrInvalidRequest)
	require.Equal(t, before, f.snapshot())
	require.NoError(t, f.give(t, n, id, ann, 10))
	require.NoError(t, f.give(t, n, id, cal, 10))
	commissions := map[string]uint32{}
	for _, b := range f.bonds(t, n, id).Bonds {
		commissions[b.Giver] = b.CommissionBps
	}
	require.Equal(t, map[string]uint32{f.text(t, ann): 0, f.text(t, bob): 700, f.text(t, cal): 100}, commissions)

	_, err := f.unbond(t, n, id, bob, 10)
	require.NoError(t, err)
	require.NoError(t, f.give(t, n, id, bob, 20), "the bond is gone, so is its commission")
	f.setCommission(t, n, id, ann, 700)
	require.ErrorIs(t, f.give(t, n, id, bob, 10), types.ErrInvalidRequest)
}

// TestGiversAreBounded: 16 accounts and the owner, whoever comes first.
func TestGiversAreBounded(t *testing.T) {
	for _, c := range []struct {
		name  string
		first int64 // the owner's bond before the others come
	}{{"ok: owner first", minBond}, {"ok: owner last", 0}} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 1)
			n := f.nets[0]
			id := f.register(t, n, account("ann"), "one", c.first)
			for i := range types.MaxGivers + 1 {
				giver := account(fmt.Sprintf("giver %d", i))
				f.fund(t, n, giver, 14)
				err := f.give(t, n, id, giver, 7)
				if i < types.MaxGivers {
					require.NoError(t, err, "giver %d", i)
					continue
				}
				require.ErrorIs(t, err, types.ErrLimit)
			}
			f.fund(t, n, account("ann"), minBond)
			require.NoError(t, f.give(t, n, id, account("ann"), minBond))
			require.NoError(t, f.give(t, n, id, account("giver 3"), 7), "who is there may give more")
			require.Len(t, f.bonds(t, n, id).Bonds, types.MaxGivers+1)

			_, err := f.unbond(t, n, id, account("giver 0"), 7)
			require.NoError(t, err)
			require.ErrorIs(t, f.give(t, n, id, account("giver 16"), 7), types.ErrLimit, "who goes keeps its place until its money is back")
			require.NoError(t, f.give(t, n, id, account("giver 0"), 7), "and may come back to it")
			_, err = f.unbond(t, n, id, account("giver 0"), 7)
			require.NoError(t, err)
			f.until(t, f.ctx.BlockHeight()+unbondingSeconds/blockSeconds)
			require.NoError(t, f.give(t, n, id, account("giver 16"), 7), "who is gone makes room")
		})
	}
}

// TestLeastGiven: a place among the givers costs a sixteenth of the minimum, also when it is built up
// in parts; the owner's own bond may be of any size.
func TestLeastGiven(t *testing.T) {
	f := newNodeFixture(t, 1)
	n, ann, bob := f.nets[0], account("ann"), account("bob")
	id := f.register(t, n, ann, "one", 1)
	f.fund(t, n, bob, 1_000)
	before := f.snapshot()
	require.ErrorIs(t, f.give(t, n, id, bob, 6), types.ErrInvalidAmount)
	require.Equal(t, before, f.snapshot())
	require.NoError(t, f.give(t, n, id, bob, 7))
	require.NoError(t, f.give(t, n, id, bob, 1))
	require.NoError(t, f.give(t, n, id, ann, 1))
}

func TestBondRefusals(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*testing.T, *nodeFixture, *types.MsgBond)
		is     error
	}{
		{"fails: giver is no account", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Giver = "bob" }, types.ErrInvalidRequest},
		{"fails: unknown network", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Network = "net_00000000" }, types.ErrNetworkNotFound},
		{"fails: no such node", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Node = 0 }, types.ErrNodeNotFound},
		{"fails: no amount", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Amount = math.Int{} }, types.ErrInvalidAmount},
		{"fails: nothing", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Amount = math.ZeroInt() }, types.ErrInvalidAmount},
		{"fails: less than nothing", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Amount = math.NewInt(-1) }, types.ErrInvalidAmount},
		{"fails: over the largest amount", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Amount = types.MaxAmount().AddRaw(1) }, types.ErrInvalidAmount},
		{"fails: one unit more than there is", func(_ *testing.T, _ *nodeFixture, m *types.MsgBond) { m.Amount = math.NewInt(1_001) }, types.ErrInsufficientFunds},
		{"fails: money of another network only", func(t *testing.T, f *nodeFixture, m *types.MsgBond) {
			m.Giver = f.text(t, account("cal"))
			f.fund(t, f.nets[1], account("cal"), 1_000)
		}, types.ErrInsufficientFunds},
		{"fails: node has left", func(t *testing.T, f *nodeFixture, m *types.MsgBond) {
			_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, account("ann")), Network: m.Network, Node: m.Node})
			require.NoError(t, err)
		}, types.ErrWrongStatus},
		{"fails: ledger out of order", func(_ *testing.T, f *nodeFixture, _ *types.MsgBond) { f.bank.fail = "SendCoinsFromAccountToModule" }, errLedger},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 2)
			n := f.nets[0]
			id := f.register(t, n, account("ann"), "one", minBond)
			f.fund(t, n, account("bob"), 1_000)
			msg := &types.MsgBond{Giver: f.text(t, account("bob")), Network: n.Id, Node: id, Amount: math.NewInt(10)}
			c.change(t, f, msg)
			before := f.snapshot()
			_, err := f.msgs.Bond(f.ctx, msg)
			require.ErrorIs(t, err, c.is)
			require.Equal(t, before, f.snapshot())
		})
	}
}

// TestMissingMoneyIsNamed: who misses what, and how it is got.
func TestMissingMoneyIsNamed(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	id := f.register(t, n, account("ann"), "one", minBond)
	err := f.give(t, n, id, account("bob"), 7)
	require.EqualError(t, err, fmt.Sprintf("account %s has 0%s and needs 7%s; have somebody who holds the token send it: insufficient funds",
		f.text(t, account("bob")), n.Token.Denom, n.Token.Denom))
}

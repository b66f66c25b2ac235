package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// victim is the module that gets what is taken.
const victim = "tasks"

// taking is what is at stake for a node: by giver and whether it is on its way back.
type taking struct {
	own, ownBack     int64
	others, backward []int64
}

// set makes a node with these stakes, owned by ann. Unbondings start with a bond of their size.
func (s taking) set(t require.TestingT, f *nodeFixture, n types.Network) uint64 {
	ann := account("ann")
	id := f.register(t, n, ann, "one", s.own+s.ownBack)
	if s.ownBack > 0 {
		_, err := f.unbond(t, n, id, ann, s.ownBack)
		require.NoError(t, err)
	}
	for i, amount := range s.others {
		f.fund(t, n, giver(i), amount)
		require.NoError(t, f.give(t, n, id, giver(i), amount))
	}
	for i, amount := range s.backward {
		from := giver(i % len(s.others))
		f.fund(t, n, from, amount)
		require.NoError(t, f.give(t, n, id, from, amount))
		_, err := f.unbond(t, n, id, from, amount)
		require.NoError(t, err)
	}
	return id
}

func giver(i int) sdk.AccAddress { return account(fmt.Sprintf("giver %d", i)) }

// stakes reads the same back. Bonds and unbondings that are gone count as 0.
func stakes(t require.TestingT, f *nodeFixture, n types.Network, id uint64, before taking) taking {
	after := taking{others: make([]int64, len(before.others)), backward: make([]int64, len(before.backward))}
	all := f.bonds(t, n, id)
	for _, b := range all.Bonds {
		if b.Giver == f.text(t, account("ann")) {
			after.own = b.Amount.Int64()
		}
		for i := range after.others {
			if b.Giver == f.text(t, giver(i)) {
				after.others[i] = b.Amount.Int64()
			}
		}
	}
	first := uint64(1)
	if before.ownBack > 0 {
		first = 2
	}
	for _, u := range all.Unbondings {
		if u.Id < first {
			after.ownBack = u.Amount.Int64()
			continue
		}
		after.backward[u.Id-first] = u.Amount.Int64()
	}
	return after
}

// TestTakeBondOrder: the owner's bond, the owner's on its way back, then the others pro rata.
func TestTakeBondOrder(t *testing.T) {
	full := taking{own: 100, ownBack: 50, others: []int64{30, 60}, backward: []int64{10}}
	for _, c := range []struct {
		name   string
		amount int64
		taken  int64
		left   taking
	}{
		{"ok: nothing", 0, 0, full},
		{"ok: one unit", 1, 1, taking{99, 50, []int64{30, 60}, []int64{10}}},
		{"ok: the whole own bond", 100, 100, taking{0, 50, []int64{30, 60}, []int64{10}}},
		{"ok: some that is on its way back", 120, 120, taking{0, 30, []int64{30, 60}, []int64{10}}},
		{"ok: all that is the owner's", 150, 150, taking{0, 0, []int64{30, 60}, []int64{10}}},
		{"ok: a tenth of what others gave", 160, 160, taking{0, 0, []int64{27, 54}, []int64{9}}},
		{"ok: all but one unit", 249, 249, taking{0, 0, []int64{1, 0}, []int64{0}}},
		{"ok: everything", 250, 250, taking{0, 0, []int64{0, 0}, []int64{0}}},
		{"ok: more than there is", 1_000, 250, taking{0, 0, []int64{0, 0}, []int64{0}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newNodeFixture(t, 1)
			n := f.nets[0]
			id := full.set(t, f, n)
			ctx, events := f.withEvents()
			taken, err := f.keeper.TakeBond(ctx, n.Seq, id, math.NewInt(c.amount), victim, "lost_piece")
			require.NoError(t, err)
			require.Equal(t, c.taken, taken.Amount.Int64())
			require.Equal(t, c.taken, f.has(n, moduleAccount(victim)))
			require.Equal(t, 250-c.taken, f.held(n))
			left := stakes(t, f, n, id, full)
			require.Equal(t, c.left, left)
			node := f.node(t, n, id)
			sum, own := int64(0), int64(0)
			for _, s := range taken.Shares {
				sum += s.Amount.Int64()
				if s.Account == node.Owner {
					own += s.Amount.Int64()
				}
			}
			require.Equal(t, []int64{c.taken, 150 - left.own - left.ownBack}, []int64{sum, own}, "whose money it was: %v", taken.Shares)
			require.Equal(t, left.own, node.OwnBond.Int64())
			require.Equal(t, left.others[0]+left.others[1], node.GivenBond.Int64())
			if c.taken == 0 {
				require.Empty(t, events())
				return
			}
			event, err := sdk.TypedEventToEvent(&types.EventBondTaken{Network: n.Id, Node: id, Amount: math.NewInt(c.taken), Reason: "lost_piece"})
			require.NoError(t, err)
			require.Equal(t, sdk.Events{event}, events())
		})
	}
}

// TestTakeBondIsExact: taken is what was wanted or all there was; the owner's pays first, and of the
// others each pays its part to within one unit.
func TestTakeBondIsExact(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newNodeFixture(t, 0)
		n := f.found(rt, "Cheap", 1)
		size := rapid.OneOf(rapid.Int64Range(1, 3), rapid.Int64Range(1, 1_000), rapid.Int64Range(1, 1<<40))
		before := taking{
			own: size.Draw(rt, "own"), ownBack: rapid.OneOf(rapid.Just(int64(0)), size).Draw(rt, "own back"),
			others: rapid.SliceOfN(size, 1, types.MaxGivers).Draw(rt, "others"),
		}
		before.backward = rapid.SliceOfN(size, 0, types.MaxUnbondings*len(before.others)).Draw(rt, "back")
		id := before.set(rt, f, n)
		var pool int64
		for _, s := range append(append([]int64{}, before.others...), before.backward...) {
			pool += s
		}
		own := before.own + before.ownBack
		wanted := rapid.OneOf(rapid.Int64Range(0, own), rapid.Int64Range(own, own+pool), rapid.Int64Range(0, 2*(own+pool))).Draw(rt, "wanted")
		taken, err := f.keeper.TakeBond(f.ctx, n.Seq, id, math.NewInt(wanted), victim, "bad")
		require.NoError(rt, err)
		require.Equal(rt, min(wanted, own+pool), taken.Amount.Int64())
		require.Equal(rt, taken.Amount.Int64(), f.has(n, moduleAccount(victim)))

		after := stakes(rt, f, n, id, before)
		require.Equal(rt, max(before.own-wanted, 0), after.own)
		require.Equal(rt, before.ownBack-min(max(wanted-before.own, 0), before.ownBack), after.ownBack)
		share := min(max(wanted-own, 0), pool)
		var rest int64
		check := func(was, is int64) {
			rest += was - is
			// |paid − was·share/pool| < 1, without fractions.
			off := math.NewInt(was - is).MulRaw(pool).Sub(math.NewInt(was).MulRaw(share)).Abs()
			require.True(rt, off.LT(math.NewInt(pool)), "of %d %d were taken, %d of %d are due from all", was, was-is, share, pool)
		}
		for i := range before.others {
			check(before.others[i], after.others[i])
		}
		for i := range before.backward {
			check(before.backward[i], after.backward[i])
		}
		require.Equal(rt, share, rest)
		f.checkMoney(rt)
	})
}

// TestTakeBondTakesOut: a node whose bond falls under the minimum counts no more.
func TestTakeBondTakesOut(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	id := f.register(t, n, account("ann"), "one", minBond+1)
	for _, c := range []struct{ weight, nodes int64 }{{minBond, 1}, {0, 0}} {
		_, err := f.keeper.TakeBond(f.ctx, n.Seq, id, math.OneInt(), victim, "bad")
		require.NoError(t, err)
		require.Equal(t, c.weight, f.node(t, n, id).Weight.Int64())
		require.Equal(t, uint64(c.nodes), f.calendar(t, n).Nodes)
	}
}

// TestTakeBondFromOneWhoLeft: leaving does not save what is on its way back.
func TestTakeBondFromOneWhoLeft(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	id := f.register(t, n, account("ann"), "one", minBond)
	_, err := f.msgs.Leave(f.ctx, &types.MsgLeave{Owner: f.text(t, account("ann")), Network: n.Id, Node: id})
	require.NoError(t, err)
	taken, err := f.keeper.TakeBond(f.ctx, n.Seq, id, math.NewInt(30), victim, "bad")
	require.NoError(t, err)
	require.Equal(t, math.NewInt(30), taken.Amount)
	f.until(t, height+unbondingSeconds/blockSeconds)
	require.Equal(t, int64(minBond-30+1), f.has(n, account("ann")))
	require.Zero(t, f.held(n))
	taken, err = f.keeper.TakeBond(f.ctx, n.Seq, id, math.NewInt(30), victim, "bad")
	require.NoError(t, err)
	require.True(t, taken.Amount.IsZero())
}

func TestTakeBondRefusals(t *testing.T) {
	f := newNodeFixture(t, 1)
	n := f.nets[0]
	id := f.register(t, n, account("ann"), "one", minBond)
	before := f.snapshot()
	_, err := f.keeper.TakeBond(f.ctx, n.Seq, id+1, math.OneInt(), victim, "bad")
	require.ErrorIs(t, err, types.ErrNodeNotFound)
	for _, amount := range []math.Int{{}, math.NewInt(-1), types.MaxAmount().AddRaw(1)} {
		_, err = f.keeper.TakeBond(f.ctx, n.Seq, id, amount, victim, "bad")
		require.ErrorIs(t, err, types.ErrInvalidAmount)
	}
	require.Equal(t, before, f.snapshot())
}

// checkMoney holds what the module has of each network's token against bonds and unbondings, and
// the bonds against the sums that the nodes carry.
func (f *nodeFixture) checkMoney(t require.TestingT) {
	g := f.export(t)
	due := map[string]math.Int{}
	type place struct{ network, node uint64 }
	bonds := map[place]math.Int{}
	for _, n := range g.Networks {
		due[n.Token.Denom] = math.ZeroInt()
	}
	denom := func(seq uint64) string { return f.nets[seq-1].Token.Denom }
	for _, b := range g.Bonds {
		require.True(t, b.Bond.Amount.IsPositive(), "a bond of nothing is stored")
		due[denom(b.Network)] = due[denom(b.Network)].Add(b.Bond.Amount)
		at := place{b.Network, b.Node}
		if bonds[at].IsNil() {
			bonds[at] = math.ZeroInt()
		}
		bonds[at] = bonds[at].Add(b.Bond.Amount)
	}
	for _, u := range g.Unbondings {
		require.True(t, u.Amount.IsPositive(), "an unbonding of nothing is stored")
		due[denom(u.Network)] = due[denom(u.Network)].Add(u.Amount)
	}
	for d, amount := range due {
		require.Equal(t, amount.String(), f.bank.balances[string(moduleAccount(types.ModuleName))].AmountOf(d).String())
	}
	for _, n := range g.Nodes {
		want := bonds[place{n.Network, n.Node.Id}]
		if want.IsNil() {
			want = math.ZeroInt()
		}
		require.Equal(t, want.String(), n.Node.TotalBond().String())
	}
}

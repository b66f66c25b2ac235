package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// Who bonds after an epoch has opened has no part in what is paid in it, nor in what was paid
// before, whenever it is withdrawn; from the next opening on it has.
func TestAGiverSharesFromTheNextOpeningOn(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 800, 200)
	f.closeEpoch(t, 1)
	f.fee(t, 1, 2, 800, 200)
	f.setBond(t, 1, "late", 300, 4_000)
	f.fee(t, 1, 2, 800, 200)
	f.closeEpoch(t, 2)

	e, err := f.queries.Earnings(f.ctx, &types.QueryEarningsRequest{Network: networkID, Node: 1})
	require.NoError(t, err)
	requireInt(t, 2_400, e.Fees)
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 2_400, rsp.Fees)
	requireInt(t, 3*160, rsp.Matched)
	requireInt(t, 0, rsp.Commission)
	requireInt(t, 2_400+3*160, f.has("owner1"))
	require.Empty(t, f.export(t).Sharings, "nothing of the run is left")

	f.fee(t, 1, 3, 800, 200)
	f.closeEpoch(t, 3)
	rsp, err = f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 960*3/4*4/10, rsp.Commission)
	requireInt(t, 288, f.has("late"))
}

// Who goes has its part in what was paid up to the end of the epoch, and nothing afterwards.
func TestAGiverThatGoesKeepsItsPart(t *testing.T) {
	f := newFixture(t)
	f.setBond(t, 1, "giver", 300, 4_000)
	f.fee(t, 1, 1, 800, 200)
	f.closeEpoch(t, 1)
	f.setBond(t, 1, "giver", 0, 0)
	f.fee(t, 1, 2, 800, 200)
	f.closeEpoch(t, 2)
	f.fee(t, 1, 3, 800, 200)
	f.closeEpoch(t, 3)
	_, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 2*288, f.has("giver"))
	requireInt(t, 3*960-2*288, f.has("owner1"))
}

// To bond, have the node paid and go again within an epoch brings nothing, and withdrawing in
// between does not either.
func TestAFlashGiverGetsNothing(t *testing.T) {
	f := newFixture(t)
	f.closeEpoch(t, 1)
	for range 3 {
		f.setBond(t, 1, "flash", 10_000, 5_000)
		f.fee(t, 1, 2, 800, 200)
		_, err := f.withdraw(1)
		require.NoError(t, err)
		f.setBond(t, 1, "flash", 0, 0)
	}
	f.closeEpoch(t, 2)
	_, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 0, f.has("flash"))
	requireInt(t, 3*960, f.has("owner1"))
}

// A withdrawal walks over four changes of bonds. The rest waits for the next, in order, also behind
// changes between which nothing was paid.
func TestAWithdrawalWalksFourChanges(t *testing.T) {
	f := newFixture(t)
	for e := uint64(1); e <= 20; e++ {
		f.networks.epoch = e
		f.setBond(t, 1, "giver", int64(100*e), 1_000)
		if e%3 == 0 {
			f.fee(t, 1, e, 100, 10)
		}
		f.closeEpoch(t, e)
	}
	require.Len(t, f.export(t).Sharings, 7, "one for each epoch that was paid, and the latest")
	for _, want := range []struct{ fees, matched, left int64 }{{400, 32, 2}, {200, 16, 0}} {
		rsp, err := f.withdraw(1)
		require.NoError(t, err)
		requireInt(t, want.fees, rsp.Fees)
		requireInt(t, want.matched, rsp.Matched)
		require.EqualValues(t, want.left, rsp.EpochsLeft)
	}
	require.Empty(t, f.export(t).Sharings)
	_, err := f.withdraw(1)
	require.ErrorIs(t, err, types.ErrNothingToWithdraw)
}

func TestChangesWithoutPayLeaveOneSharing(t *testing.T) {
	f := newFixture(t)
	for e := uint64(1); e <= 50; e++ {
		f.networks.epoch = e
		for range 3 {
			f.setBond(t, 1, "giver", int64(e), 1_000)
		}
		f.closeEpoch(t, e)
		require.Len(t, f.export(t).Sharings, 1)
	}
}

// opening is what a node's bonds were as of an opening.
type opening struct {
	bonds []networktypes.Bond
	total math.Int
}

// Over random histories each giver gets, once all is withdrawn, its commission of what was paid in
// each epoch by the bonds as of its opening: less than a unit for each withdrawal is lost by
// rounding, and never a unit too much. The owner gets all the rest.
func TestPayIsSharedByTheBondsAsOfTheOpening(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newFixture(t)
		f.networks.epoch = 1
		givers := []string{"a", "b", "c"}
		exact := map[string]math.LegacyDec{}
		asOf := opening{bonds: f.networks.bonds[1], total: math.NewInt(100)}
		paid, parts := math.ZeroInt(), int64(0)
		withdraw := func() bool {
			branch, write := f.ctx.CacheContext()
			_, err := f.msgs.Withdraw(branch, &types.MsgWithdraw{Sender: f.account("a"), Network: networkID, Node: 1})
			if err != nil {
				require.ErrorIs(rt, err, types.ErrNothingToWithdraw)
				return false
			}
			write()
			parts += types.MaxSharings + 1
			return true
		}
		var burnt int64
		closeEpoch := func() {
			e := f.networks.epoch
			f.closeEpoch(rt, e)
			n := f.networks.nodes[1]
			asOf, burnt = opening{bonds: f.networks.bonds[1], total: n.TotalBond()}, 0
		}
		for range rapid.IntRange(1, 80).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0, 1:
				// The match of an epoch is rounded down once, so that its burn is a whole number of ten.
				earned, more := rapid.Int64Range(0, 900).Draw(rt, "earned"), 10*rapid.Int64Range(1, 40).Draw(rt, "burnt")
				if burnt += more; burnt > 5_000 {
					closeEpoch()
					burnt = more
				}
				f.fee(rt, 1, f.networks.epoch, earned, more)
				pay := earned + more*8/10
				paid = paid.AddRaw(pay)
				for _, b := range asOf.bonds {
					part := math.LegacyNewDec(pay).MulInt(b.Amount).MulInt64(int64(b.CommissionBps)).QuoInt(asOf.total).QuoInt64(10_000)
					if old, ok := exact[b.Giver]; ok {
						part = part.Add(old)
					}
					exact[b.Giver] = part
				}
			case 2:
				f.setBond(rt, 1, rapid.SampledFrom(givers).Draw(rt, "giver"), rapid.Int64Range(0, 300).Draw(rt, "bond"), rapid.Uint32Range(0, 5_000).Draw(rt, "commission"))
			case 3, 4:
				closeEpoch()
			case 5:
				withdraw()
			}
			f.requireConsistent(rt)
		}
		closeEpoch()
		for withdraw() {
		}
		got := f.has("owner1")
		for _, g := range givers {
			has := f.has(g)
			got = got.Add(has)
			want, ok := exact[f.account(g)]
			if !ok {
				requireInt(rt, 0, has)
				continue
			}
			slack := math.LegacyNewDecWithPrec(1, 9)
			require.True(rt, math.LegacyNewDecFromInt(has).LTE(want.Add(slack)), "%s has %s of %s", g, has, want)
			require.True(rt, math.LegacyNewDecFromInt(has).GTE(want.Sub(math.LegacyNewDec(parts)).Sub(slack)), "%s has %s of %s", g, has, want)
		}
		require.Equal(rt, paid.String(), got.String())
		requireInt(rt, 0, f.bank.of(types.ModuleName))
		require.LessOrEqual(rt, len(f.export(rt).Sharings), 1)
	})
}

// A state with sharings goes on after an export and an import as it would have.
func TestAnImportedSharingGoesOn(t *testing.T) {
	f := newFixture(t)
	f.setBond(t, 1, "giver", 300, 4_000)
	f.fee(t, 1, 1, 801, 203)
	f.closeEpoch(t, 1)
	f.setBond(t, 1, "late", 700, 5_000)
	f.fee(t, 1, 2, 807, 211)
	g := f.export(t)
	require.NoError(t, g.Validate())
	require.Len(t, g.Sharings, 1)
	require.Equal(t, types.StoredSharing{Network: seq, Node: 1, Epoch: 2, Sharing: types.Sharing{
		Fees: math.NewInt(1_608), Presence: math.ZeroInt(), Bonds: math.NewInt(400), Parts: []types.Part{{Giver: f.account("giver"), Bond: math.NewInt(300), CommissionBps: 4_000}},
	}}, g.Sharings[0])

	other := newFixture(t)
	require.NoError(t, other.keeper.InitGenesis(other.ctx, g))
	*other.networks = *f.networks
	other.bank.balances[types.ModuleName], other.bank.supply = f.bank.of(types.ModuleName), f.bank.supply
	require.Equal(t, f.store(), other.store())
	for _, x := range []*fixture{f, other} {
		x.closeEpoch(t, 2)
		_, err := x.withdraw(1)
		require.NoError(t, err)
		// 1,608 were earned and 80 % of 203 and of 211 matched.
		requireInt(t, (1_608+162+168)*3/4*4/10, x.has("giver"))
		requireInt(t, 0, x.has("late"))
	}
	require.Equal(t, f.store(), other.store())
	require.Equal(t, f.bank.balances, other.bank.balances)
}

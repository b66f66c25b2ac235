package keeper_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func requireInt(t require.TestingT, want int64, got math.Int) {
	require.Equal(t, math.NewInt(want).String(), got.String())
}

// The bucket for paid work is 40 % of 10,000 an epoch, the cap 80 % of what was burnt.
func TestFeesAreWithdrawableAtOnceAndTheMatchAfterTheClose(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 800, 200)

	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 800, rsp.Fees)
	requireInt(t, 0, rsp.Matched)
	requireInt(t, 800, f.has("owner1"))
	requireInt(t, 800, f.bank.supply)

	_, err = f.withdraw(1)
	require.ErrorIs(t, err, types.ErrNothingToWithdraw)

	f.closeEpoch(t, 1)
	rsp, err = f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 0, rsp.Fees)
	requireInt(t, 160, rsp.Matched)
	requireInt(t, 960, f.has("owner1"))
	requireInt(t, 960, f.bank.supply)

	_, err = f.withdraw(1)
	require.ErrorIs(t, err, types.ErrNothingToWithdraw)
	require.Empty(t, f.export(t).Closed, "the record of the epoch goes with its last match")
}

func TestTheBucketIsSharedByWhatWasBurnt(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 0, 30_000)
	f.fee(t, 2, 1, 0, 10_000)
	f.closeEpoch(t, 1)

	one, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 3_000, one.Matched)
	require.Len(t, f.export(t).Closed, 1)
	two, err := f.withdraw(2)
	require.NoError(t, err)
	requireInt(t, 1_000, two.Matched)
	require.Empty(t, f.export(t).Closed)
}

func TestTheEmissionHalves(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 101, 0, 1_000_000)
	f.closeEpoch(t, 101)
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 2_000, rsp.Matched)
}

func TestWhatNobodyBurntIsNeverMinted(t *testing.T) {
	f := newFixture(t)
	for epoch := uint64(1); epoch <= 5; epoch++ {
		f.closeEpoch(t, epoch)
	}
	require.Equal(t, types.GenesisState{}, f.export(t))
	requireInt(t, 0, f.bank.supply)
}

func TestAWithdrawalWalksThirtyTwoEpochs(t *testing.T) {
	f := newFixture(t)
	for epoch := uint64(1); epoch <= 70; epoch++ {
		f.fee(t, 1, epoch, 0, 10)
		f.closeEpoch(t, epoch)
	}
	f.fee(t, 1, 71, 5, 10)
	for i, want := range []struct{ matched, left int64 }{{32 * 8, 32}, {32 * 8, 6}, {6 * 8, 0}} {
		rsp, err := f.withdraw(1)
		require.NoError(t, err)
		requireInt(t, want.matched, rsp.Matched)
		require.EqualValues(t, want.left, rsp.EpochsLeft, "withdrawal %d", i)
	}
	_, err := f.withdraw(1)
	require.ErrorIs(t, err, types.ErrNothingToWithdraw, "the open epoch is not ready")
}

func TestGiversGetTheirCommission(t *testing.T) {
	f := newFixture(t)
	n := f.networks.nodes[1]
	n.GivenBond = math.NewInt(300)
	f.networks.nodes[1] = n
	f.networks.bonds[1] = append(f.networks.bonds[1],
		networktypes.Bond{Giver: f.account("giver1"), Amount: math.NewInt(200), CommissionBps: 2_000},
		networktypes.Bond{Giver: f.account("giver2"), Amount: math.NewInt(100), CommissionBps: 0},
	)
	f.fee(t, 1, 1, 1_001, 0)
	rsp, err := f.withdraw(1)
	require.NoError(t, err)
	requireInt(t, 100, rsp.Commission)
	requireInt(t, 100, f.has("giver1"))
	requireInt(t, 0, f.has("giver2"))
	requireInt(t, 901, f.has("owner1"))
	requireInt(t, 0, f.has("anyone"))
	requireInt(t, 0, f.bank.of(types.ModuleName))
}

func TestWithdrawRefusals(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 10, 10)
	before := f.export(t)
	for _, c := range []struct {
		name string
		msg  types.MsgWithdraw
		is   error
	}{
		{"fails: no account", types.MsgWithdraw{Sender: "mesh1nobody", Network: networkID, Node: 1}, types.ErrInvalidRequest},
		{"fails: sender in capitals", types.MsgWithdraw{Sender: strings.ToUpper(f.account("a")), Network: networkID, Node: 1}, types.ErrInvalidRequest},
		{"fails: unknown network", types.MsgWithdraw{Sender: f.account("a"), Network: "net_99999999", Node: 1}, networktypes.ErrNetworkNotFound},
		{"fails: unknown node", types.MsgWithdraw{Sender: f.account("a"), Network: networkID, Node: 9}, networktypes.ErrNodeNotFound},
		{"fails: nothing earned", types.MsgWithdraw{Sender: f.account("a"), Network: networkID, Node: 2}, types.ErrNothingToWithdraw},
	} {
		t.Run(c.name, func(t *testing.T) {
			branch, _ := f.ctx.CacheContext()
			_, err := f.msgs.Withdraw(branch, &c.msg)
			require.ErrorIs(t, err, c.is)
		})
	}
	require.Equal(t, before, f.export(t))
}

func TestAMistakeInTheScheduleCannotPassTheCap(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 0, 200)
	f.closeEpoch(t, 1)
	f.bank.supply = f.networks.network.Token.SupplyCap.SubRaw(159)
	branch, _ := f.ctx.CacheContext()
	_, err := f.msgs.Withdraw(branch, &types.MsgWithdraw{Sender: f.account("a"), Network: networkID, Node: 1})
	require.ErrorIs(t, err, types.ErrOverCap)
	f.fee(t, 1, 2, 30, 0)
	f.bank.supply = f.networks.network.Token.SupplyCap.SubRaw(159)
	rsp, err := f.withdraw(1)
	require.NoError(t, err, "fees are paid all the same")
	require.Equal(t, &types.MsgWithdrawResponse{
		Fees: math.NewInt(30), Matched: math.ZeroInt(), Presence: math.ZeroInt(), Commission: math.ZeroInt(), EpochsLeft: 1,
	}, rsp)
	requireInt(t, 30, f.has("owner1"))

	f.bank.supply = f.networks.network.Token.SupplyCap.SubRaw(160)
	_, err = f.withdraw(1)
	require.NoError(t, err)
	require.Equal(t, f.networks.network.Token.SupplyCap.String(), f.bank.supply.String())
}

func TestPaysAreForgottenAfterSixtyFourEpochs(t *testing.T) {
	f := newFixture(t)
	f.fee(t, 1, 1, 10, 10)
	f.fee(t, 1, 2, 10, 10)
	f.closeEpoch(t, 1)
	_, err := f.withdraw(1)
	require.NoError(t, err)

	f.fee(t, 1, 65, 10, 10)
	f.fee(t, 1, 66, 10, 10)
	var epochs []uint64
	for _, p := range f.export(t).Pays {
		epochs = append(epochs, p.Epoch)
	}
	require.Equal(t, []uint64{2, 65, 66}, epochs, "epoch 1 was withdrawn and is forgotten; epoch 2 is not withdrawn and stays")
}

// Over random histories: what owners and givers hold is what the rows say, the module's account holds exactly
// the fees that were not withdrawn, each epoch mints at most its bucket, and a genesis that is
// exported and imported is the same.
func TestRandomHistories(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newFixture(t)
		open, proven := uint64(1), map[[2]uint64]bool{}
		for range rapid.IntRange(1, 120).Draw(rt, "steps") {
			switch rapid.IntRange(0, 6).Draw(rt, "step") {
			case 6:
				node := rapid.Uint64Range(1, 2).Draw(rt, "node")
				if at := [2]uint64{node, open}; open > 1 && !proven[at] {
					proven[at] = true
					f.presence(rt, node, open, open-1, rapid.Int64Range(0, allBonds/2).Draw(rt, "bond"),
						rapid.Uint32Range(0, 6).Draw(rt, "slots"), rapid.Uint64Range(0, 6_000_000).Draw(rt, "duties"))
				}
			case 0, 1, 2:
				node := rapid.Uint64Range(1, 2).Draw(rt, "node")
				f.fee(rt, node, open, rapid.Int64Range(0, 9_000).Draw(rt, "earned"), rapid.Int64Range(1, 9_000).Draw(rt, "burnt"))
			case 3:
				f.closeEpoch(rt, open)
				open++
			case 4:
				f.setBond(rt, rapid.Uint64Range(1, 2).Draw(rt, "node"), rapid.SampledFrom([]string{"giver1", "giver2"}).Draw(rt, "giver"),
					rapid.Int64Range(0, 300).Draw(rt, "bond"), rapid.Uint32Range(0, 5_000).Draw(rt, "commission"))
			case 5:
				branch, write := f.ctx.CacheContext()
				node := rapid.Uint64Range(1, 2).Draw(rt, "node")
				if _, err := f.msgs.Withdraw(branch, &types.MsgWithdraw{Sender: f.account("a"), Network: networkID, Node: node}); err == nil {
					write()
				} else {
					require.ErrorIs(rt, err, types.ErrNothingToWithdraw)
				}
			}
			f.requireConsistent(rt)
		}
		g := f.export(rt)
		require.NoError(rt, g.Validate())
		other := newFixture(t)
		require.NoError(rt, other.keeper.InitGenesis(other.ctx, g))
		require.Equal(rt, g, other.export(rt))
		require.Equal(rt, f.store(), other.store(), "every key of the store")
	})
}

// requireConsistent holds the accounts against the state.
func (f *fixture) requireConsistent(t require.TestingT) {
	g := f.export(t)
	fees := math.ZeroInt()
	for _, s := range g.Fees {
		fees = fees.Add(s.Amount)
	}
	for _, s := range g.Sharings {
		fees = fees.Add(s.Sharing.Fees)
	}
	require.Equal(t, fees.String(), f.bank.of(types.ModuleName).String())

	waiting := math.ZeroInt()
	for _, p := range g.Presence {
		waiting = waiting.Add(p.Amount)
	}
	for _, s := range g.Sharings {
		waiting = waiting.Add(s.Sharing.Presence)
	}
	earned, matched := math.ZeroInt(), math.ZeroInt()
	perEpoch, presence := map[uint64]math.Int{}, map[uint64]math.Int{}
	for _, p := range g.Pays {
		earned, matched = earned.Add(p.Pay.Earned), matched.Add(p.Pay.Matched)
		if _, ok := perEpoch[p.Epoch]; !ok {
			perEpoch[p.Epoch], presence[p.Epoch] = math.ZeroInt(), math.ZeroInt()
		}
		// All of these are of the epoch before the one they were proven in.
		presence[p.Epoch] = presence[p.Epoch].Add(p.Pay.Uptime).Add(p.Pay.Duties)
		perEpoch[p.Epoch] = perEpoch[p.Epoch].Add(p.Pay.Matched)
	}
	paid := math.ZeroInt()
	for who, amount := range f.bank.balances {
		if who != types.ModuleName {
			paid = paid.Add(amount)
		}
	}
	if len(g.Pays) < 64 { // nothing is forgotten yet
		minted := matched.Sub(waiting)
		for _, sum := range presence {
			minted = minted.Add(sum)
		}
		require.Equal(t, earned.Sub(fees).Add(minted).String(), paid.String())
		require.Equal(t, earned.Add(minted).String(), f.bank.supply.String())
	}
	for epoch, sum := range presence {
		bucket := types.Bucket(types.Emission(f.networks.network.Token.FirstEmission(), 100, epoch-1), 4_000)
		require.True(t, sum.LTE(bucket), "epoch %d paid %s of %s for being there", epoch-1, sum, bucket)
	}
	for epoch, sum := range perEpoch {
		bucket := types.Bucket(types.Emission(f.networks.network.Token.FirstEmission(), 100, epoch), 4_000)
		require.True(t, sum.LTE(bucket), "epoch %d minted %s of %s", epoch, sum, bucket)
	}
}

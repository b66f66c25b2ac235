package keeper_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/network/types"
)

// anyNetwork draws a network that can be in a genesis.
func anyNetwork(f *fixture, seq uint64) *rapid.Generator[types.Network] {
	return rapid.Custom(func(t *rapid.T) types.Network {
		msg := f.msg(t, fmt.Sprintf("Net %d %s", seq, rapid.StringMatching(`[A-Z]{1,8}|é|ß`).Draw(t, "name")))
		founder := account(rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "founder"))
		msg.Founder = f.text(t, founder)
		msg.TokenSymbol = rapid.StringMatching(`[A-Za-z][A-Za-z0-9]{1,15}`).Filter(func(s string) bool {
			return types.CheckNotNative("", s) == nil
		}).Draw(t, "symbol")
		msg.Template = rapid.SampledFrom(types.Templates()).Draw(t, "template")
		msg.LogicHash = rapid.OneOf(rapid.Just([]byte(nil)), rapid.SliceOfN(rapid.Byte(), 32, 32)).Draw(t, "logic")
		msg.InitialAllocationBps = rapid.Uint32Range(1, types.MaxInitialBps).Draw(t, "bps")
		msg.HalvingEpochs = rapid.Uint64Range(1, types.MaxHalvingEpochs).Draw(t, "halving")
		msg.EpochBlocks = rapid.Uint64Range(300, 17_280).Draw(t, "epoch")
		msg.StoragePrice = math.NewInt(rapid.Int64Min(1).Draw(t, "price"))
		n, err := msg.Network(types.DefaultParams())
		require.NoError(t, err)
		n.Seq, n.Id = seq, types.NetworkID(chainID, founder, n.Name, n.LogicHash, seq, 0)
		n.Token.Denom = types.Denom(n.Id, n.Token.Symbol)
		n.Deposit = sdk.NewInt64Coin("umesh", rapid.Int64Min(0).Draw(t, "deposit"))
		n.CreatedHeight = rapid.Int64Min(1).Draw(t, "height")
		return n
	})
}

// anyGenesis draws a valid state without nodes; seq may have gaps.
func anyGenesis(f *fixture) *rapid.Generator[types.GenesisState] {
	return rapid.Custom(func(t *rapid.T) types.GenesisState {
		g := *types.DefaultGenesis()
		if rapid.Bool().Draw(t, "devnet") {
			g.Params = types.DevnetParams()
		}
		g.Params.CreateFee.Amount = math.NewInt(rapid.Int64Range(0, founderFunds).Draw(t, "fee"))
		for range rapid.IntRange(0, 5).Draw(t, "networks") {
			g.NextSeq += rapid.Uint64Range(0, 1<<40).Draw(t, "gap")
			g.Networks = append(g.Networks, anyNetwork(f, g.NextSeq).Draw(t, "network"))
			g.Calendars = append(g.Calendars, types.Calendar{Network: g.NextSeq, NextNode: 1})
			g.NextSeq++
		}
		return g
	})
}

// TestExportIsWhatWasImported: Export(Init(g)) == g, and what was imported works: every network is
// found by id and name, its name is taken, and the next network continues the count.
func TestExportIsWhatWasImported(t *testing.T) {
	gen := newFixture(t)
	seeded.Property(t, func(rt *rapid.T) {
		g := anyGenesis(gen).Draw(rt, "genesis")
		require.NoError(rt, g.Validate())
		want, err := g.Marshal()
		require.NoError(rt, err)

		f := newFixture(t)
		require.NoError(rt, f.keeper.InitGenesis(f.ctx, g))
		got, err := f.export(rt).Marshal()
		require.NoError(rt, err)
		require.Equal(rt, want, got)

		for _, n := range g.Networks {
			for _, ask := range []func() (*types.QueryNetworkResponse, error){byID(f, n.Id), byName(f, n.Name)} {
				res, err := ask()
				require.NoError(rt, err)
				require.Equal(rt, n.String(), res.Network.String())
			}
			_, err := f.msgs.CreateNetwork(f.ctx, f.msg(rt, n.Name))
			require.ErrorIs(rt, err, types.ErrNameTaken)
		}
		require.Equal(rt, g.NextSeq, f.create(rt, "The next one").Seq)
	})
}

func TestInitGenesisRefusesAFounderThatIsNoAccount(t *testing.T) {
	f := newFixture(t)
	f.create(t, "StorageNet")
	for _, founder := range []string{"", "founder", "MESH1QQQQQQQQQQQQQQQQQQQQQEN0W4HXGETJJALFDY"} {
		g := f.export(t)
		g.Networks[0].Founder = founder
		require.NoError(t, g.Validate())
		other := newFixture(t)
		require.ErrorIs(t, other.keeper.InitGenesis(other.ctx, *g), types.ErrInvalidRequest, founder)
	}
}

// TestMoneyAddsUp makes and fails to make networks in any order, with any fee, and holds what the
// module keeps against what it has: every unit of MESH is with an account, a deposit or burnt, and
// of each token there is what its founder was given.
func TestMoneyAddsUp(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		f := newFixture(t)
		burnt := math.ZeroInt()
		for i := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			fee := rapid.Int64Range(0, founderFunds/5).Draw(rt, "fee")
			f.setFee(rt, fee)
			msg := f.msg(rt, fmt.Sprintf("Net %d", rapid.IntRange(0, i).Draw(rt, "name")))
			msg.InitialAllocationBps = rapid.Uint32Range(1, 2_200).Draw(rt, "bps")
			before := f.snapshot()
			if _, err := f.msgs.CreateNetwork(f.ctx, msg); err != nil {
				require.Equal(rt, before, f.snapshot())
				continue
			}
			burnt = burnt.AddRaw((fee + 1) / 2)
		}
		g := f.export(rt)
		require.NoError(rt, g.Validate())
		deposits := math.ZeroInt()
		for _, n := range g.Networks {
			deposits = deposits.Add(n.Deposit.Amount)
			require.Equal(rt, n.Token.InitialAllocation, f.bank.supply.AmountOf(n.Token.Denom))
			require.Equal(rt, n.Token.InitialAllocation, f.bank.balances[string(f.founder)].AmountOf(n.Token.Denom))
		}
		module := f.bank.balances[string(moduleAccount("network"))]
		require.Equal(rt, deposits, module.AmountOf("umesh"))
		require.True(rt, module.Sub(sdk.NewCoin("umesh", deposits)).IsZero())
		require.Equal(rt, math.NewInt(founderFunds).Sub(burnt), f.bank.supply.AmountOf("umesh"))
		require.Equal(rt, f.bank.supply, f.bank.balances[string(f.founder)].Add(module...))
		require.True(rt, slices.IsSortedFunc(g.Networks, func(a, b types.Network) int { return int(a.Seq) - int(b.Seq) }))
	})
}

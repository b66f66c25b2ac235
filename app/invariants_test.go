package app_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	v1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// TestInvariants: a chain on which much has happened adds up, and no account can have a unit more or less without notice.
func TestInvariants(t *testing.T) {
	c := busyChain(t)
	ctx, _ := c.NewContext(true).CacheContext()
	require.Empty(t, broken(t, c, ctx))

	network, err := c.Keepers.Network.NetworkByID(ctx, storageNet().Network)
	require.NoError(t, err)
	token := network.Token.Denom
	for _, tc := range []struct {
		name  string
		spoil func(sdk.Context) error
		want  string
	}{
		{"x/network has a unit more", given(c, networktypes.ModuleName, token), "account of x/network has "},
		{"x/network has MESH more", given(c, networktypes.ModuleName, app.BondDenom), "account of x/network has "},
		{"x/tasks has a unit more", given(c, tasktypes.ModuleName, token), "account of x/tasks has "},
		{"x/rewards has a unit more", given(c, rewardtypes.ModuleName, token), "account of x/rewards has "},
		{"x/beacon has anything", given(c, beacontypes.ModuleName, app.BondDenom), "account of x/beacon has "},
		{"x/mint has anything", given(c, minttypes.ModuleName, app.BondDenom), "account of x/mint has "},
		{"x/distribution has a unit more", given(c, distrtypes.ModuleName, app.BondDenom), "account of x/distribution has "},
		{"the bonded pool has a unit more", given(c, stakingtypes.BondedPoolName, app.BondDenom), "account of x/bonded_tokens_pool has "},
		{"the other pool has a unit more", given(c, stakingtypes.NotBondedPoolName, app.BondDenom), "account of x/not_bonded_tokens_pool has "},
		{"x/tasks has a unit less", taken(c, tasktypes.ModuleName, token), "account of x/tasks has "},
		{"x/network has a unit less", taken(c, networktypes.ModuleName, token), "account of x/network has "},
		{"a deposit that x/gov has not", func(ctx sdk.Context) error {
			return c.Keepers.Gov.Deposits.Set(ctx, collections.Join(uint64(1), who("client").addr), v1.Deposit{
				ProposalId: 1, Depositor: who("client").text(), Amount: sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 1)),
			})
		}, "account of x/gov has , the deposits are 1umesh"},
		{"a balance that is no supply", func(ctx sdk.Context) error {
			return c.Keepers.Bank.Balances.Set(ctx, collections.Join(who("client").addr, "uother"), math.OneInt())
		}, "the supply is "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ctx, _ := c.NewContext(true).CacheContext()
			require.NoError(t, tc.spoil(ctx))
			found := broken(t, c, ctx)
			require.Len(t, found, 1)
			require.ErrorIs(t, found[0].Broken, app.ErrInvariant)
			require.ErrorContains(t, found[0].Broken, tc.want)
		})
	}
}

// broken returns the invariants that do not hold.
func broken(t *testing.T, c *chain, ctx sdk.Context) []app.Invariant {
	t.Helper()
	list, err := c.Invariants(ctx)
	require.NoError(t, err)
	require.Len(t, list, 15)
	found := slices.DeleteFunc(list, func(i app.Invariant) bool { return i.Broken == nil })
	require.Equal(t, len(found) > 0, app.Broken(list) != nil)
	return found
}

// TestInvariantsOfGenesis: a state that nobody has looked at is judged too, whatever it has, and what cannot be read is an error.
func TestInvariantsOfGenesis(t *testing.T) {
	c := newChain(t)
	cdc := c.AppCodec()
	g := func() app.GenesisState { return c.DefaultGenesis() }
	list, err := g().Invariants(cdc)
	require.NoError(t, err)
	require.NoError(t, app.Broken(list))

	for _, tc := range []struct{ name, module, from, to, want string }{
		{"fails: a stake of no number", stakingtypes.ModuleName, `"validators":[]`, `"validators":[{"status":"BOND_STATUS_BONDED","tokens":"-1"}]`, "negative coin amount"},
		{"fails: a fee below nothing", networktypes.ModuleName, `"amount":"`, `"amount":"-`, "fee"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := g()
			state := strings.ReplaceAll(string(g[tc.module]), ": ", ":")
			require.Contains(t, state, tc.from)
			g[tc.module] = json.RawMessage(strings.Replace(state, tc.from, tc.to, 1))
			list, err := g.Invariants(cdc)
			require.NoError(t, err)
			require.ErrorIs(t, app.Broken(list), app.ErrInvariant)
			require.ErrorContains(t, app.Broken(list), tc.want)
		})
	}
	for _, state := range []string{"", "{", `{"balances":7}`} {
		g := g()
		g[banktypes.ModuleName] = json.RawMessage(state)
		_, err := g.Invariants(cdc)
		require.ErrorContains(t, err, "decode the state of x/bank")
	}
}

// given lets a module account have one unit of a denom for nothing.
func given(c *chain, module, denom string) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		coins := sdk.NewCoins(sdk.NewInt64Coin(denom, 1))
		if err := c.Keepers.Bank.MintCoins(ctx, minttypes.ModuleName, coins); err != nil {
			return err
		}
		return c.Keepers.Bank.SendCoinsFromModuleToModule(ctx, minttypes.ModuleName, module, coins)
	}
}

// taken takes one unit of a denom out of a module account.
func taken(c *chain, module, denom string) func(sdk.Context) error {
	return func(ctx sdk.Context) error {
		return c.Keepers.Bank.SendCoinsFromModuleToAccount(ctx, module, who("client").addr, sdk.NewCoins(sdk.NewInt64Coin(denom, 1)))
	}
}

package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
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
	require.Empty(t, c.Invariants(ctx))

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
			broken := c.Invariants(ctx)
			require.Len(t, broken, 1)
			require.ErrorIs(t, broken[0], app.ErrInvariant)
			require.ErrorContains(t, broken[0], tc.want)
		})
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

package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"

	"github.com/mesh-protocol/mesh/app"
)

// TestModuleOrders: the order in which modules act is consensus, so no change of it is an accident.
func TestModuleOrders(t *testing.T) {
	m := newChain(t).Modules()
	var text strings.Builder
	for _, o := range []struct {
		when  string
		order []string
	}{
		{"pre blockers", m.OrderPreBlockers}, {"begin blockers", m.OrderBeginBlockers}, {"end blockers", m.OrderEndBlockers},
		{"init genesis", m.OrderInitGenesis}, {"export genesis", m.OrderExportGenesis},
	} {
		fmt.Fprintf(&text, "%s:\n\t%s\n", o.when, strings.Join(o.order, "\n\t"))
	}
	golden(t, "module_orders.txt", text.String())
	all := slices.Sorted(maps.Keys(m.Modules))
	require.Equal(t, all, slices.Sorted(slices.Values(m.OrderInitGenesis)))
	require.Equal(t, all, slices.Sorted(slices.Values(m.OrderExportGenesis)))
}

// TestExecutorKnowsEveryStore: the parallel executor takes the first store in the place of one it
// was not told of, and says nothing.
func TestExecutorKnowsEveryStore(t *testing.T) {
	c := newChain(t)
	mounted := c.CommitMultiStore().(interface {
		StoreKeysByName() map[string]storetypes.StoreKey
	}).StoreKeysByName()
	told := map[string]storetypes.StoreKey{}
	for _, key := range c.ExecutorStores() {
		require.NotContains(t, told, key.Name())
		told[key.Name()] = key
	}
	require.Equal(t, mounted, told)
	require.Subset(t, slices.Collect(maps.Keys(told)), c.KVStores())
}

// TestModuleAccounts sends money to every module account. Only x/gov's takes it: the ledgers of
// the others, not their balances, say whose money it is.
func TestModuleAccounts(t *testing.T) {
	c := newChain(t)
	c.block()
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(app.ModulePerms())) {
		perms := app.ModulePerms()[name]
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(perms, " "))
		addr := authtypes.NewModuleAddress(name)
		acc := c.Keepers.Account.GetModuleAccount(c.NewContext(true), name)
		require.Equal(t, perms, acc.GetPermissions(), name)
		require.Equal(t, addr, acc.GetAddress(), name)

		want := result{"sdk", 4}
		if name == govtypes.ModuleName {
			want = result{}
		}
		had := c.balance(addr, app.BondDenom)
		res := c.deliver(who("client"), banktypes.NewMsgSend(who("client").addr, addr, sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, 1))))
		require.Equal(t, want, resultOf(res), "%s: %s", name, res.Log)
		if name == govtypes.ModuleName {
			require.Equal(t, had.AddRaw(1), c.balance(addr, app.BondDenom))
		}
	}
	golden(t, "module_accounts.txt", text.String())

	// No module has an account that is not listed.
	var found []string
	c.Keepers.Account.IterateAccounts(c.NewContext(true), func(acc sdk.AccountI) bool {
		if m, ok := acc.(sdk.ModuleAccountI); ok {
			found = append(found, m.GetName())
		}
		return false
	})
	for _, name := range found {
		require.Contains(t, app.ModulePerms(), name)
	}
	require.NotEmpty(t, found)
}

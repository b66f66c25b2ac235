package app

import (
	"maps"
	"slices"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
)

// Modules returns the module manager.
func (app *App) Modules() *module.Manager { return app.modules }

// ExecutorStores returns the stores the block executor is told of.
func (app *App) ExecutorStores() []storetypes.StoreKey { return app.stores.all() }

// KVStores returns the names of the persistent stores.
func (app *App) KVStores() []string { return slices.Sorted(maps.Keys(app.stores.kv)) }

// KVStoreKey returns the key of a persistent store.
func (app *App) KVStoreKey(name string) storetypes.StoreKey { return app.stores.kv[name] }

// ModulePerms returns the module accounts and what they may do with money.
func ModulePerms() map[string][]string { return modulePerms() }

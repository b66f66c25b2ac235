package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
)

// ErrForZeroHeight refuses an export that would start again at height 0.
var ErrForZeroHeight = errors.New("a chain of Mesh cannot be exported for height zero: deals, epochs, windows and the beacon are counted in heights that signed bytes refer to; export without --for-zero-height and let the new chain continue the height")

// Export returns the state at the last height as a genesis that continues the height. modules
// limits it to those modules; empty means all.
func (app *App) Export(forZeroHeight bool, modules []string) (servertypes.ExportedApp, error) {
	if forZeroHeight {
		return servertypes.ExportedApp{}, ErrForZeroHeight
	}
	ctx := app.NewContext(true)
	bz, err := app.ExportState(ctx, modules)
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	validators, err := staking.WriteValidators(ctx, app.Keepers.Staking)
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export the validators: %w", err)
	}
	return servertypes.ExportedApp{
		AppState: bz, Validators: validators, Height: app.LastBlockHeight() + 1,
		ConsensusParams: app.GetConsensusParams(ctx),
	}, nil
}

// ExportState returns the genesis of the modules as JSON, empty means all, with the state that ctx reads.
func (app *App) ExportState(ctx sdk.Context, modules []string) (json.RawMessage, error) {
	state, err := app.exportModules(ctx, modules)
	if err != nil {
		return nil, err
	}
	bz, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the genesis: %w", err)
	}
	return bz, nil
}

// exportModules returns the genesis of the modules, empty means all. The SDK exports those of one call at the same time,
// which a cache over a cache does not stand: it makes its stores when they are first asked for. So there is a call for each.
func (app *App) exportModules(ctx sdk.Context, modules []string) (GenesisState, error) {
	if len(modules) == 0 {
		modules = app.modules.OrderExportGenesis
	}
	state := GenesisState{}
	for _, name := range modules {
		one, err := app.modules.ExportGenesisForModules(ctx, app.enc.codec, []string{name})
		if err != nil {
			return nil, fmt.Errorf("export the modules: %w", err)
		}
		maps.Copy(state, one)
	}
	return state, nil
}

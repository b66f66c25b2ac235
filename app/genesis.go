package app

import (
	"encoding/json"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
)

const (
	// MaxBlockBytes is the size limit of a block: about 80 storage proofs of 24 KiB and 2 MB of
	// other transactions.
	MaxBlockBytes = 4_194_304
	// MaxBlockGas is the gas limit of a block: about 1,500 bank sends.
	MaxBlockGas = 120_000_000
)

// GenesisState maps a module's name to its genesis as JSON.
type GenesisState map[string]json.RawMessage

// DefaultGenesis returns the genesis of every module on a chain of Mesh.
func (app *App) DefaultGenesis() GenesisState {
	g := GenesisState(app.basics.DefaultGenesis(app.enc.codec))
	var bank banktypes.GenesisState
	app.enc.codec.MustUnmarshalJSON(g[banktypes.ModuleName], &bank)
	bank.DenomMetadata = append(bank.DenomMetadata, meshMetadata())
	g[banktypes.ModuleName] = app.enc.codec.MustMarshalJSON(&bank)
	return g
}

// ConsensusParams returns CometBFT's defaults with limits on a block's size and gas: with
// CometBFT's own, a block may run for ever.
func ConsensusParams() *cmttypes.ConsensusParams {
	p := cmttypes.DefaultConsensusParams()
	p.Block.MaxBytes = MaxBlockBytes
	p.Block.MaxGas = MaxBlockGas
	return p
}

// initChain writes the genesis of every module.
func (app *App) initChain(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var g GenesisState
	if err := json.Unmarshal(req.AppStateBytes, &g); err != nil {
		return nil, fmt.Errorf("decode the genesis: %w", err)
	}
	if err := app.Keepers.Upgrade.SetModuleVersionMap(ctx, app.modules.GetVersionMap()); err != nil {
		return nil, fmt.Errorf("record the versions of the modules: %w", err)
	}
	return app.modules.InitGenesis(ctx, app.enc.codec, g)
}

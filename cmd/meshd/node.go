package main

import (
	"errors"
	"fmt"

	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/mesh-protocol/mesh/app"
)

// minGasPrice is what a node asks for a unit of gas unless its operator says otherwise.
const minGasPrice = "0.005" + app.BondDenom

// nodeConfig returns the app.toml of a new home.
func nodeConfig() *serverconfig.Config {
	cfg := serverconfig.DefaultConfig()
	cfg.MinGasPrices = minGasPrice
	cfg.API.Enable = true
	return cfg
}

// cometConfig returns the config.toml of a new home.
func cometConfig() *cmtcfg.Config { return cmtcfg.DefaultConfig() }

func newApp(logger log.Logger, db dbm.DB, opts servertypes.AppOptions) servertypes.Application {
	return app.New(logger, db, true, opts, server.DefaultBaseappOptions(opts)...)
}

func export(logger log.Logger, db dbm.DB, height int64, forZeroHeight bool, _ []string, opts servertypes.AppOptions, modules []string) (servertypes.ExportedApp, error) {
	if home, ok := opts.Get(flags.FlagHome).(string); !ok || home == "" {
		return servertypes.ExportedApp{}, errors.New("export needs a home: pass --home")
	}
	a := app.New(logger, db, height == -1, opts)
	if height != -1 {
		if err := a.LoadVersion(height); err != nil {
			return servertypes.ExportedApp{}, fmt.Errorf("load height %d: %w", height, err)
		}
	}
	return a.Export(forZeroHeight, modules)
}

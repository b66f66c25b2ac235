package app

import (
	"fmt"

	dbm "github.com/cosmos/cosmos-db"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	"cosmossdk.io/client/v2/autocli"
	"cosmossdk.io/core/appmodule"
	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/baseapp/blockexec"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"
)

var _ servertypes.Application = (*App)(nil)

// App is the state machine of the chain.
type App struct {
	*baseapp.BaseApp
	// Keepers are the writers of the modules' stores; tests read through them.
	Keepers Keepers

	enc     encoding
	stores  stores
	modules *module.Manager
	basics  module.BasicManager
}

// New wires the chain over db. loadLatest loads the last committed height. It panics where the
// wiring contradicts itself or the database cannot be read, since there is no chain then.
func New(logger log.Logger, db dbm.DB, loadLatest bool, opts servertypes.AppOptions, options ...func(*baseapp.BaseApp)) *App {
	ConfigureSDK()
	app := &App{enc: newEncoding(), stores: newStores()}
	app.BaseApp = newBase(logger, db, app.enc, app.stores, opts, options)
	app.Keepers = newKeepers(app.BaseApp, app.enc, app.stores, opts)
	app.SetParamStore(app.Keepers.Consensus.ParamsStore)

	app.modules = newModules(app)
	app.basics = newBasics(app.modules)
	app.basics.RegisterLegacyAminoCodec(app.enc.amino)
	app.basics.RegisterInterfaces(app.enc.registry)
	registerServices(app)
	setBlockers(app)
	setAnte(app)
	setBeacon(app, opts)

	if loadLatest {
		if err := app.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load the last height: %w", err))
		}
	}
	return app
}

func newBase(logger log.Logger, db dbm.DB, enc encoding, st stores, opts servertypes.AppOptions, options []func(*baseapp.BaseApp)) *baseapp.BaseApp {
	base := baseapp.NewBaseApp(Name, logger, db, enc.tx.TxDecoder(), options...)
	base.SetVersion(version.Version)
	base.SetInterfaceRegistry(enc.registry)
	base.SetTxEncoder(enc.tx.TxEncoder())
	if err := base.RegisterStreamingServices(opts, st.kv); err != nil {
		panic(fmt.Errorf("register the streaming services: %w", err))
	}
	blockexec.Apply(base, opts, st.all(), enc.tx.TxDecoder(), func(storetypes.MultiStore) string { return BondDenom })
	base.MountKVStores(st.kv)
	base.MountObjectStores(st.object)
	return base
}

// registerServices routes messages and queries to the modules.
func registerServices(app *App) {
	cfg := module.NewConfigurator(app.enc.codec, app.MsgServiceRouter(), app.GRPCQueryRouter())
	if err := app.modules.RegisterServices(cfg); err != nil {
		panic(fmt.Errorf("register the services of the modules: %w", err))
	}
	autocliv1.RegisterQueryServer(app.GRPCQueryRouter(), runtimeservices.NewAutoCLIQueryService(app.modules.Modules))
}

// setBlockers says what happens at genesis and around the transactions of a block; what happens
// before them is set with the beacon.
func setBlockers(app *App) {
	app.SetInitChainer(app.initChain)
	app.SetBeginBlocker(app.modules.BeginBlock)
	app.SetEndBlocker(app.modules.EndBlock)
}

// AppCodec returns the protobuf codec of the chain.
func (app *App) AppCodec() codec.Codec { return app.enc.codec }

// InterfaceRegistry returns the registry of every message.
func (app *App) InterfaceRegistry() codectypes.InterfaceRegistry { return app.enc.registry }

// LegacyAmino returns the codec of amino, which only wallets' sign bytes still use.
func (app *App) LegacyAmino() *codec.LegacyAmino { return app.enc.amino }

// TxConfig returns how transactions are built, signed and encoded.
func (app *App) TxConfig() client.TxConfig { return app.enc.tx }

// Basics returns the modules as the commands see them.
func (app *App) Basics() module.BasicManager { return app.basics }

// AutoCLI returns what the SDK needs to make commands of the modules' services.
func (app *App) AutoCLI() autocli.AppOptions {
	modules := map[string]appmodule.AppModule{}
	for name, m := range app.modules.Modules {
		if am, ok := m.(appmodule.AppModule); ok {
			modules[name] = am
		}
	}
	return autocli.AppOptions{
		Modules:               modules,
		ModuleOptions:         runtimeservices.ExtractAutoCLIOptions(app.modules.Modules),
		AddressCodec:          address.NewBech32Codec(Bech32Prefix),
		ValidatorAddressCodec: address.NewBech32Codec(valoperPrefix),
		ConsensusAddressCodec: address.NewBech32Codec(valconsPrefix),
	}
}

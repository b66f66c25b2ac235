package app

import (
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsims "github.com/cosmos/cosmos-sdk/x/auth/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/auth/vesting"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govclient "github.com/cosmos/cosmos-sdk/x/gov/client"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/mesh-protocol/mesh/x/beacon"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	"github.com/mesh-protocol/mesh/x/network"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	"github.com/mesh-protocol/mesh/x/rewards"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	"github.com/mesh-protocol/mesh/x/tasks"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// newModules lists every module and sets the orders in which they act.
func newModules(app *App) *module.Manager {
	k, cdc, registry := &app.Keepers, app.enc.codec, app.enc.registry
	m := module.NewManager(
		genutil.NewAppModule(k.Account, k.Staking, app, app.enc.tx),
		auth.NewAppModule(cdc, k.Account, authsims.RandomGenesisAccounts, nil),
		vesting.NewAppModule(k.Account, k.Bank),
		bank.NewAppModule(cdc, k.Bank, k.Account, nil),
		staking.NewAppModule(cdc, k.Staking, k.Account, k.Bank, nil),
		mint.NewAppModule(cdc, k.Mint, k.Account, nil, nil),
		distr.NewAppModule(cdc, k.Distr, k.Account, k.Bank, k.Staking, nil),
		slashing.NewAppModule(cdc, k.Slashing, k.Account, k.Bank, k.Staking, nil, registry),
		gov.NewAppModule(cdc, k.Gov, k.Account, k.Bank, nil),
		upgrade.NewAppModule(k.Upgrade, k.Account.AddressCodec()),
		evidence.NewAppModule(*k.Evidence),
		feegrantmodule.NewAppModule(cdc, k.Account, k.Bank, k.FeeGrant, registry),
		authzmodule.NewAppModule(cdc, k.Authz, k.Account, k.Bank, registry),
		consensus.NewAppModule(cdc, k.Consensus),
		beacon.NewAppModule(k.Beacon),
		network.NewAppModule(k.Network),
		tasks.NewAppModule(k.Tasks),
		rewards.NewAppModule(k.Rewards),
	)
	setOrders(m)
	return m
}

// setOrders says who acts when. A module that is left out of a list of blockers has none.
func setOrders(m *module.Manager) {
	// An upgrade may replace everything, so it comes first; auth drops expired unordered nonces.
	m.SetOrderPreBlockers(upgradetypes.ModuleName, authtypes.ModuleName)
	m.SetOrderBeginBlockers(
		minttypes.ModuleName,     // before distribution, so that new money is shared out in its own block
		distrtypes.ModuleName,    // before slashing, so that rewards of the last block are fixed first
		slashingtypes.ModuleName, // before staking, as its hooks change validators
		evidencetypes.ModuleName,
		stakingtypes.ModuleName,
		authz.ModuleName,
		genutiltypes.ModuleName,
		networktypes.ModuleName, // pays bonds back and opens epochs
	)
	m.SetOrderEndBlockers(
		banktypes.ModuleName, // first: it writes what virtual sends collected in the block
		govtypes.ModuleName,
		stakingtypes.ModuleName, // after everything that can change a validator's power
		feegrant.ModuleName,
		genutiltypes.ModuleName,
		tasktypes.ModuleName, // settles deals
	)
	genesis := []string{
		authtypes.ModuleName, banktypes.ModuleName, distrtypes.ModuleName, stakingtypes.ModuleName,
		slashingtypes.ModuleName, govtypes.ModuleName, minttypes.ModuleName,
		genutiltypes.ModuleName, // after staking, whose state its transactions need
		evidencetypes.ModuleName, authz.ModuleName, feegrant.ModuleName, upgradetypes.ModuleName,
		vestingtypes.ModuleName, consensustypes.ModuleName,
		beacontypes.ModuleName, networktypes.ModuleName, tasktypes.ModuleName, rewardtypes.ModuleName,
	}
	m.SetOrderInitGenesis(genesis...)
	m.SetOrderExportGenesis(genesis...)
}

// newBasics returns the modules as the commands see them, without keepers.
func newBasics(m *module.Manager) module.BasicManager {
	return module.NewBasicManagerFromManager(m, map[string]module.AppModuleBasic{
		genutiltypes.ModuleName: genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		govtypes.ModuleName:     gov.NewAppModuleBasic([]govclient.ProposalHandler{}),
	})
}

package app

import (
	"maps"
	"slices"

	"github.com/spf13/cast"

	corestore "cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	beaconkeeper "github.com/mesh-protocol/mesh/x/beacon/keeper"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networkkeeper "github.com/mesh-protocol/mesh/x/network/keeper"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardkeeper "github.com/mesh-protocol/mesh/x/rewards/keeper"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	taskkeeper "github.com/mesh-protocol/mesh/x/tasks/keeper"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// storeKeys names every persistent store of the chain.
func storeKeys() map[string]*storetypes.KVStoreKey {
	return storetypes.NewKVStoreKeys(
		authtypes.StoreKey, banktypes.StoreKey, stakingtypes.StoreKey, minttypes.StoreKey, distrtypes.StoreKey,
		slashingtypes.StoreKey, govtypes.StoreKey, consensustypes.StoreKey, upgradetypes.StoreKey,
		feegrant.StoreKey, evidencetypes.StoreKey, authzkeeper.StoreKey,
		beacontypes.StoreKey, networktypes.StoreKey, tasktypes.StoreKey, rewardtypes.StoreKey,
	)
}

// modulePerms lists every module account and what it may do with money.
func modulePerms() map[string][]string {
	return map[string][]string{
		authtypes.FeeCollectorName:     nil,
		distrtypes.ModuleName:          nil,
		minttypes.ModuleName:           {authtypes.Minter},
		stakingtypes.BondedPoolName:    {authtypes.Burner, authtypes.Staking},
		stakingtypes.NotBondedPoolName: {authtypes.Burner, authtypes.Staking},
		govtypes.ModuleName:            {authtypes.Burner},
		beacontypes.ModuleName:         nil,
		networktypes.ModuleName:        {authtypes.Minter, authtypes.Burner},
		tasktypes.ModuleName:           {authtypes.Burner},
		rewardtypes.ModuleName:         {authtypes.Minter},
	}
}

// blockedAccounts are the module accounts nobody may send money to: their ledgers, not their
// balances, are the truth. Only x/gov's may be sent to, since deposits of proposals are.
func blockedAccounts() map[string]bool {
	blocked := map[string]bool{}
	for name := range modulePerms() {
		blocked[authtypes.NewModuleAddress(name).String()] = name != govtypes.ModuleName
	}
	return blocked
}

// Keepers are all keepers of the chain.
type Keepers struct {
	Account   authkeeper.AccountKeeper
	Bank      bankkeeper.BaseKeeper
	Staking   *stakingkeeper.Keeper
	Mint      mintkeeper.Keeper
	Slashing  slashingkeeper.Keeper
	Distr     distrkeeper.Keeper
	Gov       *govkeeper.Keeper
	Upgrade   *upgradekeeper.Keeper
	Authz     authzkeeper.Keeper
	FeeGrant  feegrantkeeper.Keeper
	Evidence  *evidencekeeper.Keeper
	Consensus consensuskeeper.Keeper
	Beacon    *beaconkeeper.Keeper
	Network   *networkkeeper.Keeper
	Tasks     *taskkeeper.Keeper
	Rewards   *rewardkeeper.Keeper
}

// stores is where the keepers keep their state.
type stores struct {
	kv     map[string]*storetypes.KVStoreKey
	object map[string]*storetypes.ObjectStoreKey
}

func newStores() stores {
	return stores{kv: storeKeys(), object: storetypes.NewObjectStoreKeys(banktypes.ObjectStoreKey)}
}

// of returns the store service of one module.
func (s stores) of(key string) corestore.KVStoreService { return runtime.NewKVStoreService(s.kv[key]) }

// all lists every mounted key. The block executor needs the whole list: it takes the first store
// in the place of one it does not know, without an error.
func (s stores) all() []storetypes.StoreKey {
	var keys []storetypes.StoreKey
	for _, name := range slices.Sorted(maps.Keys(s.kv)) {
		keys = append(keys, s.kv[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.object)) {
		keys = append(keys, s.object[name])
	}
	return keys
}

// newKeepers makes every keeper once, in the order of dependence.
func newKeepers(base *baseapp.BaseApp, enc encoding, st stores, opts servertypes.AppOptions) Keepers {
	authority := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	accounts, valopers, valcons := address.NewBech32Codec(Bech32Prefix), address.NewBech32Codec(valoperPrefix), address.NewBech32Codec(valconsPrefix)

	var k Keepers
	k.Consensus = consensuskeeper.NewKeeper(enc.codec, st.of(consensustypes.StoreKey), authority, runtime.EventService{})
	k.Account = authkeeper.NewAccountKeeper(enc.codec, st.of(authtypes.StoreKey), authtypes.ProtoBaseAccount, modulePerms(),
		accounts, Bech32Prefix, authority, authkeeper.WithUnorderedTransactions(true))
	k.Bank = bankkeeper.NewBaseKeeper(enc.codec, st.of(banktypes.StoreKey), k.Account, blockedAccounts(), authority, base.Logger())
	k.Bank = k.Bank.WithObjStoreKey(st.object[banktypes.ObjectStoreKey])
	k.Staking = stakingkeeper.NewKeeper(enc.codec, st.of(stakingtypes.StoreKey), k.Account, k.Bank, authority, valopers, valcons)
	k.Mint = mintkeeper.NewKeeper(enc.codec, st.of(minttypes.StoreKey), k.Staking, k.Account, k.Bank, authtypes.FeeCollectorName, authority)
	k.Distr = distrkeeper.NewKeeper(enc.codec, st.of(distrtypes.StoreKey), k.Account, k.Bank, k.Staking, authtypes.FeeCollectorName, authority)
	k.Slashing = slashingkeeper.NewKeeper(enc.codec, enc.amino, st.of(slashingtypes.StoreKey), k.Staking, authority)
	k.Staking.SetHooks(stakingtypes.NewMultiStakingHooks(k.Distr.Hooks(), k.Slashing.Hooks()))
	k.FeeGrant = feegrantkeeper.NewKeeper(enc.codec, st.of(feegrant.StoreKey), k.Account)
	k.Authz = authzkeeper.NewKeeper(st.of(authzkeeper.StoreKey), enc.codec, base.MsgServiceRouter(), k.Account)
	k.Upgrade = upgradekeeper.NewKeeper(skippedUpgrades(opts), st.of(upgradetypes.StoreKey), enc.codec,
		cast.ToString(opts.Get(flags.FlagHome)), base, authority)
	k.Evidence = evidencekeeper.NewKeeper(enc.codec, st.of(evidencetypes.StoreKey), k.Staking, k.Slashing,
		accounts, runtime.ProvideCometInfoService())
	k.Gov = govkeeper.NewKeeper(enc.codec, st.of(govtypes.StoreKey), k.Account, k.Bank, k.Distr, base.MsgServiceRouter(),
		govtypes.DefaultConfig(), authority, govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(k.Staking))
	k.Gov.SetHooks(govtypes.NewMultiGovHooks())

	k.Beacon = beaconkeeper.NewKeeper(enc.codec, st.of(beacontypes.StoreKey), valopers, authority, beaconStaking{k.Staking})
	bank := tokenBank{k.Bank}
	k.Network = networkkeeper.NewKeeper(enc.codec, st.of(networktypes.StoreKey), accounts, authority, bank, bank, k.Beacon)
	k.Rewards = rewardkeeper.NewKeeper(enc.codec, st.of(rewardtypes.StoreKey), accounts, bank, k.Network)
	k.Tasks = taskkeeper.NewKeeper(enc.codec, st.of(tasktypes.StoreKey), taskkeeper.Deps{
		Addresses: accounts, Bank: bank, Networks: k.Network, Nodes: k.Network, Actives: networkkeeper.NewActiveSet(k.Network), Beacon: k.Beacon,
		PayModule: rewardtypes.ModuleName, Hooks: k.Rewards,
	})
	k.Network.Connect(networktypes.MultiHooks{k.Tasks, k.Rewards}, k.Rewards, k.Tasks, networktypes.MultiObligations{k.Tasks, k.Rewards})
	return k
}

// skippedUpgrades are the heights whose upgrades the operator told the node to pass over.
func skippedUpgrades(opts servertypes.AppOptions) map[int64]bool {
	skip := map[int64]bool{}
	for _, h := range cast.ToIntSlice(opts.Get(server.FlagUnsafeSkipUpgrades)) {
		skip[int64(h)] = true
	}
	return skip
}

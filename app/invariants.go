package app

import (
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	v1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// ErrInvariant is a state in which something does not add up.
var ErrInvariant = errors.New("invariant broken")

// Invariants holds a state against itself and returns what does not add up, each error with ErrInvariant, or nil: the
// supply of every denom is the sum of all balances, every module account has what its module's ledgers say, to the
// unit, and what each module of Mesh would export is valid.
//
// It walks over all that there is: for tools and tests, never in a block.
func (app *App) Invariants(ctx sdk.Context) []error {
	var broken []error
	for _, err := range []error{app.checkSupply(ctx), app.checkMesh(ctx), app.checkPools(ctx), app.checkProposals(ctx)} {
		if err != nil {
			broken = append(broken, fmt.Errorf("%w: %w", ErrInvariant, err))
		}
	}
	return broken
}

// checkSupply holds the supply of every denom against the sum of the balances.
func (app *App) checkSupply(ctx sdk.Context) error {
	sum, supply := sdk.NewCoins(), sdk.NewCoins()
	app.Keepers.Bank.IterateAllBalances(ctx, func(_ sdk.AccAddress, c sdk.Coin) bool {
		sum = sum.Add(c)
		return false
	})
	app.Keepers.Bank.IterateTotalSupply(ctx, func(c sdk.Coin) bool {
		supply = supply.Add(c)
		return false
	})
	if !sum.Equal(supply) {
		return fmt.Errorf("accounts have %s, the supply is %s", sum, supply)
	}
	return nil
}

// checkMesh holds the state of our modules against their rules and accounts.
func (app *App) checkMesh(ctx sdk.Context) error {
	beacon, errBeacon := app.Keepers.Beacon.ExportGenesis(ctx)
	network, errNetwork := app.Keepers.Network.ExportGenesis(ctx)
	tasks, errTasks := app.Keepers.Tasks.ExportGenesis(ctx)
	rewards, errRewards := app.Keepers.Rewards.ExportGenesis(ctx)
	if err := errors.Join(errBeacon, errNetwork, errTasks, errRewards); err != nil {
		return err
	}
	keys, denoms := map[string]tasktypes.NetworkKey{}, map[uint64]string{}
	for _, n := range network.Networks {
		keys[n.Id], denoms[n.Seq] = tasktypes.NetworkKey{Seq: n.Seq, Denom: n.Token.Denom}, n.Token.Denom
	}
	bonds, errBonds := network.Held()
	escrows, errEscrows := tasks.Held(keys)
	fees, errFees := rewards.Held(denoms)
	return errors.Join(
		beacon.Validate(), network.Validate(), tasks.Validate(), rewards.Validate(), tasks.CheckTaken(keys), errBonds, errEscrows, errFees,
		app.checkAccount(ctx, networktypes.ModuleName, bonds),
		app.checkAccount(ctx, tasktypes.ModuleName, escrows),
		app.checkAccount(ctx, rewardtypes.ModuleName, fees),
		app.checkAccount(ctx, beacontypes.ModuleName, sdk.NewCoins()),
	)
}

// checkAccount holds what a module account has against what the ledgers say.
func (app *App) checkAccount(ctx sdk.Context, module string, want sdk.Coins) error {
	if has := app.Keepers.Bank.GetAllBalances(ctx, authtypes.NewModuleAddress(module)); !has.Equal(want) {
		return fmt.Errorf("account of x/%s has %s, its ledgers say %s", module, has, want)
	}
	return nil
}

// checkPools holds the pools of x/staking against the stakes of validators and what is on its way back.
func (app *App) checkPools(ctx sdk.Context) error {
	bonded, rest := math.ZeroInt(), math.ZeroInt()
	errValidators := app.Keepers.Staking.IterateValidators(ctx, func(_ int64, v stakingtypes.ValidatorI) bool {
		if v.IsBonded() {
			bonded = bonded.Add(v.GetTokens())
		} else {
			rest = rest.Add(v.GetTokens())
		}
		return false
	})
	errUnbondings := app.Keepers.Staking.IterateUnbondingDelegations(ctx, func(_ int64, u stakingtypes.UnbondingDelegation) bool {
		for _, e := range u.Entries {
			rest = rest.Add(e.Balance)
		}
		return false
	})
	coins := func(a math.Int) sdk.Coins { return sdk.NewCoins(sdk.NewCoin(BondDenom, a)) }
	return errors.Join(
		errValidators, errUnbondings,
		app.checkAccount(ctx, stakingtypes.BondedPoolName, coins(bonded)),
		app.checkAccount(ctx, stakingtypes.NotBondedPoolName, coins(rest)),
	)
}

// checkProposals holds the account of x/gov against the deposits of proposals.
func (app *App) checkProposals(ctx sdk.Context) error {
	sum := sdk.NewCoins()
	err := app.Keepers.Gov.Deposits.Walk(ctx, nil, func(_ collections.Pair[uint64, sdk.AccAddress], d v1.Deposit) (bool, error) {
		sum = sum.Add(d.Amount...)
		return false, nil
	})
	if has := app.Keepers.Bank.GetAllBalances(ctx, authtypes.NewModuleAddress(govtypes.ModuleName)); !has.IsAllGTE(sum) {
		return errors.Join(err, fmt.Errorf("account of x/gov has %s, the deposits are %s", has, sum))
	}
	return err
}

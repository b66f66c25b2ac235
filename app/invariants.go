package app

import (
	"errors"
	"fmt"

	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	v1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	rewardtypes "github.com/mesh-protocol/mesh/x/rewards/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// ErrInvariant is a state in which something does not add up.
var ErrInvariant = errors.New("invariant broken")

// Invariant is something that is true of every state.
type Invariant struct {
	// Name says what is true.
	Name string
	// Broken is nil if it is, or says with ErrInvariant why not.
	Broken error
}

// Broken returns what is broken of a list, nil if nothing is.
func Broken(list []Invariant) error {
	var broken []error
	for _, i := range list {
		broken = append(broken, i.Broken)
	}
	return errors.Join(broken...)
}

// Invariants holds the state that ctx reads against itself, as GenesisState.Invariants does with its export.
//
// It walks over all that there is: for tools and tests, never in a block.
func (app *App) Invariants(ctx sdk.Context) ([]Invariant, error) {
	state, err := app.exportModules(ctx, nil)
	if err != nil {
		return nil, err
	}
	return state.Invariants(app.enc.codec)
}

// Invariants holds a state against itself: what modules say is valid, the supply of every denom is the sum of all
// balances, and every module account has what its module's ledgers say, to the unit. It returns all invariants, those
// that hold too; the error is of a state that cannot be read.
func (g GenesisState) Invariants(cdc codec.Codec) ([]Invariant, error) {
	l, err := readLedgers(cdc, g)
	if err != nil {
		return nil, err
	}
	list := []Invariant{
		{"the supply of every denom is the sum of all balances", safely(l.checkSupply)},
		{"the state of x/beacon is valid", safely(l.beacon.Validate)},
		{"the state of x/network is valid", safely(l.network.Validate)},
		{"the state of x/tasks is valid", safely(l.tasks.Validate)},
		{"the state of x/rewards is valid", safely(l.rewards.Validate)},
		{"nodes have taken what indices say", safely(func() error { return l.tasks.CheckTaken(l.keys) })},
		{"deposits of proposals are there", safely(l.checkProposals)},
	}
	for _, a := range []struct {
		module string
		held   func() (sdk.Coins, error)
	}{
		{beacontypes.ModuleName, nothing},
		{networktypes.ModuleName, func() (sdk.Coins, error) { return l.network.Held() }},
		{tasktypes.ModuleName, func() (sdk.Coins, error) { return l.tasks.Held(l.keys) }},
		{rewardtypes.ModuleName, func() (sdk.Coins, error) { return l.rewards.Held(l.denoms) }},
		{stakingtypes.BondedPoolName, l.bonded},
		{stakingtypes.NotBondedPoolName, l.notBonded},
		{distrtypes.ModuleName, l.outstanding},
		{minttypes.ModuleName, nothing},
	} {
		list = append(list, Invariant{"the account of x/" + a.module + " has what its ledgers say", safely(func() error {
			return l.checkAccount(a.module, a.held)
		})})
	}
	return list, nil
}

// safely turns what a check finds, or how it panics over a state that nobody has looked at yet, into ErrInvariant.
func safely(check func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrInvariant, r)
		}
	}()
	if err := check(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvariant, err)
	}
	return nil
}

// ledgers are what the modules say that have money or keep count of it.
type ledgers struct {
	bank    banktypes.GenesisState
	staking stakingtypes.GenesisState
	distr   distrtypes.GenesisState
	gov     v1.GenesisState
	beacon  beacontypes.GenesisState
	network networktypes.GenesisState
	tasks   tasktypes.GenesisState
	rewards rewardtypes.GenesisState
	// keys and denoms are those of the networks, by id and by seq.
	keys   map[string]tasktypes.NetworkKey
	denoms map[uint64]string
}

// readLedgers decodes a state.
func readLedgers(cdc codec.Codec, g GenesisState) (*ledgers, error) {
	l := &ledgers{keys: map[string]tasktypes.NetworkKey{}, denoms: map[uint64]string{}}
	for _, m := range []struct {
		name  string
		state proto.Message
	}{
		{banktypes.ModuleName, &l.bank}, {stakingtypes.ModuleName, &l.staking}, {distrtypes.ModuleName, &l.distr}, {govtypes.ModuleName, &l.gov},
		{beacontypes.ModuleName, &l.beacon}, {networktypes.ModuleName, &l.network}, {tasktypes.ModuleName, &l.tasks}, {rewardtypes.ModuleName, &l.rewards},
	} {
		if err := cdc.UnmarshalJSON(g[m.name], m.state); err != nil {
			return nil, fmt.Errorf("decode the state of x/%s: %w", m.name, err)
		}
	}
	for _, n := range l.network.Networks {
		l.keys[n.Id], l.denoms[n.Seq] = tasktypes.NetworkKey{Seq: n.Seq, Denom: n.Token.Denom}, n.Token.Denom
	}
	return l, nil
}

// checkSupply holds the supply of every denom against the sum of the balances. A chain that has not begun says none.
func (l *ledgers) checkSupply() error {
	sum := sdk.NewCoins()
	for _, b := range l.bank.Balances {
		sum = sum.Add(b.Coins...)
	}
	if !l.bank.Supply.Empty() && !sum.Equal(l.bank.Supply) {
		return fmt.Errorf("accounts have %s, the supply is %s", sum, l.bank.Supply)
	}
	return nil
}

// balance returns what a module account has.
func (l *ledgers) balance(module string) sdk.Coins {
	address := authtypes.NewModuleAddress(module).String()
	sum := sdk.NewCoins()
	for _, b := range l.bank.Balances {
		if b.Address == address {
			sum = sum.Add(b.Coins...)
		}
	}
	return sum
}

// checkAccount holds what a module account has against what the ledgers say.
func (l *ledgers) checkAccount(module string, held func() (sdk.Coins, error)) error {
	want, err := held()
	if err != nil {
		return err
	}
	if has := l.balance(module); !has.Equal(want) {
		return fmt.Errorf("account of x/%s has %s, its ledgers say %s", module, has, want)
	}
	return nil
}

// nothing is what accounts hold through which money only passes.
func nothing() (sdk.Coins, error) { return sdk.NewCoins(), nil }

// bonded returns the stakes of validators that have a vote.
func (l *ledgers) bonded() (sdk.Coins, error) {
	sum := math.ZeroInt()
	for _, v := range l.staking.Validators {
		if v.IsBonded() {
			sum = sum.Add(v.Tokens)
		}
	}
	return sdk.NewCoins(sdk.NewCoin(BondDenom, sum)), nil
}

// notBonded returns the stakes of the other validators and what is on its way back.
func (l *ledgers) notBonded() (sdk.Coins, error) {
	sum := math.ZeroInt()
	for _, v := range l.staking.Validators {
		if !v.IsBonded() {
			sum = sum.Add(v.Tokens)
		}
	}
	for _, u := range l.staking.UnbondingDelegations {
		for _, e := range u.Entries {
			sum = sum.Add(e.Balance)
		}
	}
	return sdk.NewCoins(sdk.NewCoin(BondDenom, sum)), nil
}

// outstanding returns what validators and their delegators have not withdrawn, and the community's pool. Parts of a
// unit are in both, and together whole.
func (l *ledgers) outstanding() (sdk.Coins, error) {
	sum := l.distr.FeePool.CommunityPool
	for _, r := range l.distr.OutstandingRewards {
		sum = sum.Add(r.OutstandingRewards...)
	}
	whole, rest := sum.TruncateDecimal()
	if !rest.IsZero() {
		return nil, fmt.Errorf("rewards and pool are %s, which is not whole", sum)
	}
	return whole, nil
}

// checkProposals holds the account of x/gov, which may get money from anybody, against the deposits of proposals.
func (l *ledgers) checkProposals() error {
	sum := sdk.NewCoins()
	for _, d := range l.gov.Deposits {
		sum = sum.Add(d.Amount...)
	}
	if has := l.balance(govtypes.ModuleName); !has.IsAllGTE(sum) {
		return fmt.Errorf("account of x/gov has %s, the deposits are %s", has, sum)
	}
	return nil
}

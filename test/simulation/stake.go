package simulation

import (
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/mesh-protocol/mesh/app"
	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

const (
	// maxValidators is how many there ever are.
	maxValidators = 9
	// reveals is the length of a new hash chain.
	reveals = 2_000
)

func stakeOperations() []operation {
	return []operation{
		{3, (*Simulation).delegate}, {2, (*Simulation).undelegate}, {1, (*Simulation).redelegate}, {1, (*Simulation).cancelUnbonding},
		{1, (*Simulation).createValidator}, {1, (*Simulation).editValidator}, {3, (*Simulation).unjail}, {1, (*Simulation).register},
		{1, (*Simulation).withdrawRewards}, {1, (*Simulation).withdrawCommission},
	}
}

// anyValidator returns a validator of the chain.
func (s *Simulation) anyValidator() stakingtypes.Validator {
	s.t.Helper()
	all, err := s.keepers().Staking.GetAllValidators(s.ctx)
	require.NoError(s.t, err)
	v, _ := pick(s, all)
	return v
}

// anyDelegation returns a delegation of somebody, or false.
func (s *Simulation) anyDelegation() (*devnet.Account, stakingtypes.Delegation, bool) {
	s.t.Helper()
	a, _ := pick(s, s.everybody)
	all, err := s.keepers().Staking.GetAllDelegatorDelegations(s.ctx, a.Address)
	require.NoError(s.t, err)
	d, ok := pick(s, all)
	return a, d, ok
}

func mesh(amount math.Int) sdk.Coin { return sdk.NewCoin(app.BondDenom, amount) }

func (s *Simulation) delegate() bool {
	a, _ := pick(s, s.everybody)
	amount, ok := s.some(a, app.BondDenom)
	return ok && s.send(a, stakingtypes.NewMsgDelegate(a.String(), s.anyValidator().OperatorAddress, mesh(amount)), nil)
}

// part returns a part of the shares of a delegation as money; it is all of it in a third of the cases.
func (s *Simulation) part(d stakingtypes.Delegation) math.Int {
	amount := d.Shares.TruncateInt()
	if s.chance(2, 3) {
		amount = amount.QuoRaw(2)
	}
	return amount
}

// undelegate takes money out of a stake.
func (s *Simulation) undelegate() bool {
	a, d, ok := s.anyDelegation()
	if !ok || !s.part(d).IsPositive() || !s.first("delegation", a) {
		return false
	}
	return s.send(a, stakingtypes.NewMsgUndelegate(a.String(), d.ValidatorAddress, mesh(s.part(d).QuoRaw(2).AddRaw(1))), nil)
}

// redelegate moves a stake to another validator.
func (s *Simulation) redelegate() bool {
	a, d, ok := s.anyDelegation()
	if !ok || !s.part(d).IsPositive() || !s.first("delegation", a) {
		return false
	}
	return s.send(a, stakingtypes.NewMsgBeginRedelegate(a.String(), d.ValidatorAddress, s.anyValidator().OperatorAddress, mesh(s.part(d).QuoRaw(2).AddRaw(1))), nil)
}

func (s *Simulation) cancelUnbonding() bool {
	a, _ := pick(s, s.everybody)
	all, err := s.keepers().Staking.GetUnbondingDelegations(s.ctx, a.Address, 10)
	require.NoError(s.t, err)
	u, ok := pick(s, all)
	if !ok || !s.first("delegation", a) {
		return false
	}
	e, _ := pick(s, u.Entries)
	return s.send(a, stakingtypes.NewMsgCancelUnbondingDelegation(a.String(), u.ValidatorAddress, e.CreationHeight, mesh(e.Balance)), nil)
}

// createValidator has a founder become a validator, whose hash chain is registered later.
func (s *Simulation) createValidator() bool {
	a, _ := pick(s, s.founders)
	for _, v := range s.Chain.Validators {
		if v.Account == a {
			return false
		}
	}
	if len(s.Chain.Validators) == maxValidators {
		return false
	}
	v := s.Chain.Enter(a, "late"+strconv.Itoa(len(s.Chain.Validators)), reveals)
	msg, err := stakingtypes.NewMsgCreateValidator(
		v.Operator(), v.Key.PubKey(), sdk.NewInt64Coin(app.BondDenom, 200_000*devnet.OneMesh), stakingtypes.NewDescription(v.Name, "", "", "", ""),
		stakingtypes.NewCommissionRates(math.LegacyNewDecWithPrec(1, 1), math.LegacyNewDecWithPrec(2, 1), math.LegacyNewDecWithPrec(1, 2)), math.OneInt(),
	)
	require.NoError(s.t, err)
	return s.send(a, msg, nil)
}

func (s *Simulation) editValidator() bool {
	v, _ := pick(s, s.Chain.Validators)
	return s.send(v.Account, stakingtypes.NewMsgEditValidator(v.Operator(), stakingtypes.NewDescription(v.Name, "", "", "", "at height "+strconv.FormatInt(s.height(), 10)), nil, nil), nil)
}

// unjail has a validator come back that was away for too long.
func (s *Simulation) unjail() bool {
	for _, v := range s.Chain.Validators {
		known, err := s.keepers().Staking.GetValidator(s.ctx, sdk.ValAddress(v.Account.Address))
		if err != nil || !known.Jailed || v.Absent {
			continue
		}
		info, err := s.keepers().Slashing.GetValidatorSigningInfo(s.ctx, sdk.ConsAddress(v.Consensus()))
		require.NoError(s.t, err)
		if !info.Tombstoned && info.JailedUntil.Before(s.ctx.BlockTime()) && s.first("unjail", v.Name) {
			return s.send(v.Account, slashingtypes.NewMsgUnjail(v.Operator()), nil)
		}
	}
	return false
}

// register has a validator commit to a hash chain: one that came late to its first, the others now and then to the next.
func (s *Simulation) register() bool {
	v, _ := pick(s, s.Chain.Validators)
	rsp, err := beacontypes.NewQueryClient(s.Chain.Conn()).Revealer(s.t.Context(), &beacontypes.QueryRevealerRequest{Validator: v.Operator()})
	chain := v.Chain
	isKnown := err == nil && rsp.Revealer.Validator != ""
	if !s.first("register", v.Name) || isKnown && !s.chance(1, 3) {
		return false
	}
	if isKnown {
		chain = devnet.NewHashChain(v.Name+" at "+strconv.FormatInt(s.height(), 10), reveals)
		chain.Write(s.t, s.Chain.Nodes[0].Home)
	}
	return s.send(v.Account, &beacontypes.MsgRegister{Validator: v.Operator(), Tip: chain.Tip(), Length: chain.Length()}, func(*abci.ExecTxResult) { v.Chain = chain })
}

func (s *Simulation) withdrawRewards() bool {
	a, d, ok := s.anyDelegation()
	return ok && s.send(a, distrtypes.NewMsgWithdrawDelegatorReward(a.String(), d.ValidatorAddress), nil)
}

func (s *Simulation) withdrawCommission() bool {
	v, _ := pick(s, s.Chain.Validators)
	return s.send(v.Account, distrtypes.NewMsgWithdrawValidatorCommission(v.Operator()), nil)
}

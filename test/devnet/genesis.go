package devnet

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

// genesisTime is when every chain begins.
func genesisTime() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// genesis returns the request that begins the chain: what 'meshd testnet --devnet' writes, with
// the keys, stakes and accounts of the config.
func (c *Chain) genesis(cfg Config) *abci.RequestInitChain {
	model := c.Nodes[0].App
	cdc, state := model.AppCodec(), model.DefaultGenesis()

	var auth authtypes.GenesisState
	var bank banktypes.GenesisState
	cdc.MustUnmarshalJSON(state[authtypes.ModuleName], &auth)
	cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
	var accounts []authtypes.GenesisAccount
	add := func(a *Account, mesh int64) {
		accounts = append(accounts, authtypes.NewBaseAccount(a.Address, nil, a.Number, 0))
		coins := sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, mesh*OneMesh))
		bank.Balances = append(bank.Balances, banktypes.Balance{Address: a.String(), Coins: coins})
	}
	var gentxs []json.RawMessage
	for i, v := range c.Validators {
		add(v.Account, Funds+cfg.stake(i))
		gentxs = append(gentxs, c.genTx(v, cfg.stake(i)))
	}
	for _, a := range c.Accounts {
		add(a, Funds)
	}
	var err error
	auth.Accounts, err = authtypes.PackAccounts(accounts)
	require.NoError(c.t, err)

	beacon, network := c.revealers(), networktypes.DefaultGenesis()
	network.Params = networktypes.DevnetParams()
	for name, g := range map[string]proto.Message{
		authtypes.ModuleName: &auth, banktypes.ModuleName: &bank, beacontypes.ModuleName: beacon,
		networktypes.ModuleName: network, genutiltypes.ModuleName: genutiltypes.NewGenesisState(gentxs),
	} {
		state[name] = cdc.MustMarshalJSON(g)
	}
	if cfg.Genesis != nil {
		cfg.Genesis(c, state)
	}
	require.NoError(c.t, model.Basics().ValidateGenesis(cdc, model.TxConfig(), state))
	bz, err := json.Marshal(state)
	require.NoError(c.t, err)
	params := app.ConsensusParams()
	params.Block.MaxGas, params.Block.MaxBytes = cfg.MaxGas, cfg.MaxBytes
	params.Evidence.MaxBytes = min(params.Evidence.MaxBytes, cfg.MaxBytes)
	wire := params.ToProto()
	return &abci.RequestInitChain{
		Time: genesisTime(), ChainId: c.ID, InitialHeight: 1, ConsensusParams: &wire, AppStateBytes: bz,
	}
}

// genTx returns the transaction that makes a validator at genesis, as JSON.
func (c *Chain) genTx(v *Validator, mesh int64) json.RawMessage {
	msg, err := stakingtypes.NewMsgCreateValidator(
		v.Operator(), v.Key.PubKey(), sdk.NewInt64Coin(app.BondDenom, mesh*OneMesh),
		stakingtypes.NewDescription(v.Name, "", "", "", ""),
		stakingtypes.NewCommissionRates(math.LegacyNewDecWithPrec(1, 1), math.LegacyNewDecWithPrec(2, 1), math.LegacyNewDecWithPrec(1, 2)),
		math.OneInt(),
	)
	require.NoError(c.t, err)
	// At genesis every account signs as number 0.
	signer := *v.Account
	signer.Number = 0
	model := c.Nodes[0].App
	bz := signer.sign(c.t, model, c.ID, Terms{Gas: DefaultGas}, []sdk.Msg{msg})
	v.Account.Sequence++
	tx, err := model.TxConfig().TxDecoder()(bz)
	require.NoError(c.t, err)
	js, err := model.TxConfig().TxJSONEncoder()(tx)
	require.NoError(c.t, err)
	return js
}

// revealers returns the state of the beacon in which every validator reveals from the first block on.
func (c *Chain) revealers() *beacontypes.GenesisState {
	g := beacontypes.DefaultGenesis()
	g.Params = beacontypes.DevnetParams()
	sorted := slices.SortedFunc(slices.Values(c.Validators), func(a, b *Validator) int {
		return bytes.Compare(a.Account.Address, b.Account.Address)
	})
	for _, v := range sorted {
		g.Revealers = append(g.Revealers, beacontypes.NewRevealer(v.Operator(), g.NextId, v.Chain.Tip(), v.Chain.Length(), 1))
		g.NextId++
	}
	return g
}

// Edit changes one module's part of a genesis; it is for Config.Genesis.
func Edit[G any, P interface {
	*G
	proto.Message
}](c *Chain, state app.GenesisState, module string, change func(P)) {
	cdc, g := c.Nodes[0].App.AppCodec(), P(new(G))
	cdc.MustUnmarshalJSON(state[module], g)
	change(g)
	state[module] = cdc.MustMarshalJSON(g)
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	sdkkeyring "github.com/cosmos/cosmos-sdk/crypto/keyring"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

const (
	// validatorKey names the key of a testnet's validator in its own keyring.
	validatorKey = "validator"
	// oneMesh is 10^6 umesh.
	oneMesh = 1_000_000
	// validatorFunds and validatorStake are what a testnet's validator has and stakes, in MESH.
	validatorFunds = 2_000_000
	validatorStake = 1_000_000
)

func newValidatorKey(kr sdkkeyring.Keyring) (sdk.AccAddress, error) {
	record, _, err := kr.NewMnemonic(validatorKey, sdkkeyring.English, sdk.FullFundraiserPath, sdkkeyring.DefaultBIP39Passphrase, hd.Secp256k1)
	if err != nil {
		return nil, fmt.Errorf("make the key: %w", err)
	}
	return record.GetAddress()
}

// signGenTx returns the transaction that makes the node a validator at genesis, as JSON.
func signGenTx(model *app.App, cfg testnetConfig, n *testnetNode, kr sdkkeyring.Keyring, consensusKey cryptotypes.PubKey) ([]byte, error) {
	msg, err := stakingtypes.NewMsgCreateValidator(
		sdk.ValAddress(n.address).String(), consensusKey,
		sdk.NewInt64Coin(app.BondDenom, validatorStake*oneMesh),
		stakingtypes.NewDescription(n.name, "", "", "", ""),
		stakingtypes.NewCommissionRates(math.LegacyNewDecWithPrec(1, 1), math.LegacyNewDecWithPrec(2, 1), math.LegacyNewDecWithPrec(1, 2)),
		math.OneInt(),
	)
	if err != nil {
		return nil, err
	}
	builder := model.TxConfig().NewTxBuilder()
	if err := builder.SetMsgs(msg); err != nil {
		return nil, err
	}
	builder.SetMemo(n.nodeID + "@" + n.p2p)
	factory := tx.Factory{}.WithChainID(cfg.chainID).WithKeybase(kr).WithTxConfig(model.TxConfig())
	if err := tx.Sign(context.Background(), factory, validatorKey, builder, true); err != nil {
		return nil, fmt.Errorf("sign the genesis transaction: %w", err)
	}
	return model.TxConfig().TxJSONEncoder()(builder.GetTx())
}

// testnetGenesis returns the genesis of the chain: the validators, the accounts of the flags and,
// for a devnet, the short params of the modules.
func testnetGenesis(model *app.App, cfg testnetConfig, nodes []*testnetNode) (*genutiltypes.AppGenesis, error) {
	cdc, state := model.AppCodec(), model.DefaultGenesis()
	accounts, balances, err := genesisAccounts(cfg, nodes)
	if err != nil {
		return nil, err
	}

	var auth authtypes.GenesisState
	cdc.MustUnmarshalJSON(state[authtypes.ModuleName], &auth)
	if auth.Accounts, err = authtypes.PackAccounts(accounts); err != nil {
		return nil, fmt.Errorf("pack the accounts: %w", err)
	}
	state[authtypes.ModuleName] = cdc.MustMarshalJSON(&auth)

	var bank banktypes.GenesisState
	cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
	bank.Balances = balances
	state[banktypes.ModuleName] = cdc.MustMarshalJSON(&bank)

	gentxs := make([]json.RawMessage, len(nodes))
	for i, n := range nodes {
		gentxs[i] = n.genTx
	}
	state[genutiltypes.ModuleName] = cdc.MustMarshalJSON(genutiltypes.NewGenesisState(gentxs))

	beacon, network := beacontypes.DefaultGenesis(), networktypes.DefaultGenesis()
	if cfg.devnet {
		beacon.Params, network.Params = beacontypes.DevnetParams(), networktypes.DevnetParams()
	}
	addRevealers(cfg, beacon, nodes)
	state[beacontypes.ModuleName] = cdc.MustMarshalJSON(beacon)
	state[networktypes.ModuleName] = cdc.MustMarshalJSON(network)
	if err := model.Basics().ValidateGenesis(cdc, model.TxConfig(), state); err != nil {
		return nil, fmt.Errorf("check the genesis: %w", err)
	}
	bz, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the genesis: %w", err)
	}
	doc := genutiltypes.NewAppGenesisWithVersion(cfg.chainID, bz)
	doc.Consensus = genutiltypes.NewConsensusGenesis(app.ConsensusParams().ToProto(), nil)
	return doc, doc.ValidateAndComplete()
}

// addRevealers lets every validator reveal from the first block on.
func addRevealers(cfg testnetConfig, g *beacontypes.GenesisState, nodes []*testnetNode) {
	sorted := slices.SortedFunc(slices.Values(nodes), func(a, b *testnetNode) int { return bytes.Compare(a.address, b.address) })
	for _, n := range sorted {
		validator := sdk.ValAddress(n.address).String()
		g.Revealers = append(g.Revealers, beacontypes.NewRevealer(validator, g.NextId, n.tip, cfg.chainLength(), 1))
		g.NextId++
	}
}

// genesisAccounts returns the accounts of the validators and of the --account flags with their money.
func genesisAccounts(cfg testnetConfig, nodes []*testnetNode) ([]authtypes.GenesisAccount, []banktypes.Balance, error) {
	var accounts []authtypes.GenesisAccount
	var balances []banktypes.Balance
	add := func(addr sdk.AccAddress, coins sdk.Coins) {
		accounts = append(accounts, authtypes.NewBaseAccountWithAddress(addr))
		balances = append(balances, banktypes.Balance{Address: addr.String(), Coins: coins})
	}
	for _, n := range nodes {
		add(n.address, sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, validatorFunds*oneMesh)))
	}
	for _, flag := range cfg.accounts {
		who, amount, ok := strings.Cut(flag, "=")
		if !ok {
			return nil, nil, fmt.Errorf("--account %q is not ADDRESS=COINS", flag)
		}
		addr, err := sdk.AccAddressFromBech32(who)
		if err != nil {
			return nil, nil, fmt.Errorf("--account %q: %w", flag, err)
		}
		coins, err := sdk.ParseCoinsNormalized(amount)
		if err != nil {
			return nil, nil, fmt.Errorf("--account %q: %w", flag, err)
		}
		add(addr, coins)
	}
	return accounts, balances, nil
}

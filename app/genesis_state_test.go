package app_test

import (
	"encoding/json"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/mesh-protocol/mesh/app"
)

const (
	// funds is what every member of a test chain has, in umesh.
	funds = 1_000_000_000_000
	// power of the validator: enough that the slashes of missed reveals leave it in the set.
	power = 1_000
)

// member is an account whose key the test knows.
type member struct {
	key  cryptotypes.PrivKey
	addr sdk.AccAddress
}

// who returns the member of a name: the same one in every run.
func who(name string) member {
	key := secp256k1.GenPrivKeyFromSecret([]byte(name))
	return member{key: key, addr: sdk.AccAddress(key.PubKey().Address())}
}

func (m member) text() string { return m.addr.String() }

// operator is the member as a validator.
func (m member) operator() string { return sdk.ValAddress(m.addr).String() }

// memberNames have an account with funds on every test chain; validator runs the validator.
func memberNames() []string {
	return []string{"founder", "client", "friend", "stranger", "validator", "operator first"}
}

// validatorKey signs blocks.
func validatorKey() cryptotypes.PrivKey { return ed25519.GenPrivKeyFromSecret([]byte("consensus")) }

func genesisTime() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// edit changes a genesis before a chain starts.
type edit func(cdc codec.Codec, g app.GenesisState)

// change returns an edit of one module's genesis.
func change[G any, P interface {
	*G
	message
}](module string, f func(P)) edit {
	return func(cdc codec.Codec, g app.GenesisState) {
		state := P(new(G))
		cdc.MustUnmarshalJSON(g[module], state)
		f(state)
		g[module] = cdc.MustMarshalJSON(state)
	}
}

// newGenesis returns the genesis of a chain with one validator and the members.
func newGenesis(c *chain, edits ...edit) []byte {
	c.t.Helper()
	g := c.DefaultGenesis()
	accounts, balances := withMembers()
	for _, e := range append([]edit{accounts, balances, withValidator(c)}, edits...) {
		e(c.AppCodec(), g)
	}
	require.NoError(c.t, c.Basics().ValidateGenesis(c.AppCodec(), c.TxConfig(), g))
	bz, err := json.Marshal(g)
	require.NoError(c.t, err)
	return bz
}

// withMembers gives every member an account and money.
func withMembers() (accounts, balances edit) {
	accounts = change(authtypes.ModuleName, func(s *authtypes.GenesisState) {
		for _, name := range memberNames() {
			acc, err := codectypes.NewAnyWithValue(authtypes.NewBaseAccountWithAddress(who(name).addr))
			if err != nil {
				panic(err)
			}
			s.Accounts = append(s.Accounts, acc)
		}
	})
	balances = change(banktypes.ModuleName, func(s *banktypes.GenesisState) {
		coins := sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, funds))
		for _, name := range memberNames() {
			s.Balances = append(s.Balances, banktypes.Balance{Address: who(name).text(), Coins: coins})
		}
	})
	return accounts, balances
}

// withValidator has the member validator create the one validator by a transaction of the
// genesis, as on every chain.
func withValidator(c *chain) edit {
	v := who("validator")
	msg, err := stakingtypes.NewMsgCreateValidator(
		v.operator(), validatorKey().PubKey(), sdk.NewCoin(app.BondDenom, sdk.DefaultPowerReduction.MulRaw(power)),
		stakingtypes.NewDescription("validator", "", "", "", ""),
		stakingtypes.NewCommissionRates(math.LegacyZeroDec(), math.LegacyOneDec(), math.LegacyOneDec()), math.OneInt(),
	)
	require.NoError(c.t, err)
	b := c.TxConfig().NewTxBuilder()
	require.NoError(c.t, b.SetMsgs(msg))
	c.addSignature(b, v.key, authsigning.SignerData{Address: v.text(), ChainID: chainID, PubKey: v.key.PubKey()})
	bz, err := c.TxConfig().TxJSONEncoder()(b.GetTx())
	require.NoError(c.t, err)
	return change(genutiltypes.ModuleName, func(s *genutiltypes.GenesisState) { s.GenTxs = []json.RawMessage{bz} })
}

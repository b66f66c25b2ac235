package devnet

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/mesh-protocol/mesh/app"
)

// DefaultGas is the gas limit of a transaction unless Terms say otherwise.
const DefaultGas = 200_000

// Account is a key with money. It counts its own sequence up with each signature, so that several
// transactions can be signed for one block; after one of them was refused, Resync sets it right.
type Account struct {
	// Address of the account.
	Address sdk.AccAddress
	// Key signs for it.
	Key cryptotypes.PrivKey
	// Number and Sequence are what the next signature is made for.
	Number, Sequence uint64

	chain *Chain
}

// newAccount derives the key of an account from its name.
func newAccount(c *Chain, name string, number uint64) *Account {
	key := secp256k1.GenPrivKeyFromSecret([]byte("mesh devnet account " + name))
	return &Account{Address: sdk.AccAddress(key.PubKey().Address()), Key: key, Number: number, chain: c}
}

// String returns the address as text.
func (a *Account) String() string { return a.Address.String() }

// Terms are what a transaction says beside its messages.
type Terms struct {
	// Gas is the gas limit; 0 means DefaultGas.
	Gas uint64
	// Memo is free text.
	Memo string
	// Granter pays the fee by a grant; nil means the signer.
	Granter sdk.AccAddress
}

// Sign returns a transaction of the messages, in order of the account's sequence.
func (a *Account) Sign(msgs ...sdk.Msg) []byte {
	a.chain.t.Helper()
	return a.SignFor(Terms{}, msgs...)
}

// SignFor is Sign with other terms than the usual.
func (a *Account) SignFor(terms Terms, msgs ...sdk.Msg) []byte {
	a.chain.t.Helper()
	if terms.Gas == 0 {
		terms.Gas = DefaultGas
	}
	bz := a.sign(a.chain.t, a.chain.Nodes[0].App, a.chain.ID, terms, msgs)
	a.Sequence++
	return bz
}

// sign makes and signs a transaction and leaves the sequence alone.
func (a *Account) sign(t testing.TB, model *app.App, chainID string, terms Terms, msgs []sdk.Msg) []byte {
	t.Helper()
	cfg := model.TxConfig()
	b := cfg.NewTxBuilder()
	require.NoError(t, b.SetMsgs(msgs...))
	b.SetGasLimit(terms.Gas)
	b.SetFeeAmount(Fee(terms.Gas))
	b.SetMemo(terms.Memo)
	b.SetFeeGranter(terms.Granter)
	// Signers are part of the signed bytes, so they are set before the signature is known.
	require.NoError(t, b.SetSignatures(signing.SignatureV2{
		PubKey: a.Key.PubKey(), Sequence: a.Sequence,
		Data: &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
	}))
	signature, err := clienttx.SignWithPrivKey(context.Background(), signing.SignMode_SIGN_MODE_DIRECT, authsigning.SignerData{
		Address: a.String(), ChainID: chainID, AccountNumber: a.Number, Sequence: a.Sequence, PubKey: a.Key.PubKey(),
	}, b, a.Key, cfg, a.Sequence)
	require.NoError(t, err)
	require.NoError(t, b.SetSignatures(signature))
	bz, err := cfg.TxEncoder()(b.GetTx())
	require.NoError(t, err)
	return bz
}

// Resync sets the number and the sequence to what the chain says.
func (a *Account) Resync() {
	a.chain.t.Helper()
	n := a.chain.Nodes[0]
	acc := n.App.Keepers.Account.GetAccount(n.Context(), a.Address)
	require.NotNil(a.chain.t, acc, "account %s", a)
	a.Number, a.Sequence = acc.GetAccountNumber(), acc.GetSequence()
}

// minGasPrice is what every node asks for a unit of gas, as a new home of meshd does.
const minGasPrice = "0.005" + app.BondDenom

// Fee returns the least fee for a gas limit.
func Fee(gas uint64) sdk.Coins {
	return sdk.NewCoins(sdk.NewInt64Coin(app.BondDenom, int64(gas+199)/200))
}

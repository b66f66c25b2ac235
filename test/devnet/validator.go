package devnet

import (
	"github.com/cometbft/cometbft/crypto"

	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Validator is who votes: a consensus key, the account of its operator, and its hash chain.
type Validator struct {
	// Name of the validator, from which its keys and its secret are derived.
	Name string
	// Key signs for the validator in consensus.
	Key *ed25519.PrivKey
	// Account is the operator's.
	Account *Account
	// Chain is the hash chain it reveals; SecretPath is its file in the home of the node.
	Chain      HashChain
	SecretPath string
	// Absent keeps a validator that is together with others on one node from proposing and voting.
	Absent bool
}

func newValidator(c *Chain, name string, number, reveals uint64) *Validator {
	return &Validator{
		Name: name, Key: ed25519.GenPrivKeyFromSecret([]byte("mesh devnet consensus " + name)),
		Account: newAccount(c, name, number), Chain: NewHashChain(name, reveals),
	}
}

// Operator returns the operator address as text.
func (v *Validator) Operator() string { return sdk.ValAddress(v.Account.Address).String() }

// Consensus returns the address by which blocks name the validator.
func (v *Validator) Consensus() crypto.Address { return v.Key.PubKey().Address() }

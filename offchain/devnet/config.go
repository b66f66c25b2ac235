package devnet

import (
	"fmt"
	"time"
)

// MaxValidators bounds a devnet: each is a process of 150 MB.
const MaxValidators = 20

// Config says what to run.
type Config struct {
	// Dir holds everything of the devnet; it is made where it is missing.
	Dir string
	// Meshd is the path of the chain daemon.
	Meshd string
	// ChainID of a new chain; one that exists keeps its own.
	ChainID string
	// Validators of a new chain, 1 to 20; 0 for as many as the chain has that exists, or one.
	Validators int
	// Prepare makes the homes of the faucet and of the keys, in Dir, and keeps those that are there. It is
	// called while the directory is locked.
	Prepare func(chainID string) (Accounts, error)
	// FaucetCommand returns the command line of the faucet, which shall listen on listen and pay through
	// the gRPC server of a validator.
	FaucetCommand func(chainID, grpc, listen string) []string
	// Foreground records this process too, so that Down ends it first.
	Foreground bool
	// Progress, where given, is told what is waited for.
	Progress func(step string)
	// Ready bounds the wait until everything is useful.
	Ready time.Duration
	// Grace is how long a process may take to end before it is killed.
	Grace time.Duration
}

// Accounts are those a devnet has besides the validators'.
type Accounts struct {
	Faucet Key   // gets FaucetFunds in the genesis of a new chain
	Keys   []Key // recorded for whoever reads devnet.json
}

// FaucetFunds is what the faucet owns on a new chain: enough for a million requests.
const FaucetFunds = "1000000000000000umesh"

// progress tells whoever wants to know what is waited for.
func (c Config) progress(format string, args ...any) {
	if c.Progress != nil {
		c.Progress(fmt.Sprintf(format, args...))
	}
}

// Validate returns an error that wraps ErrInvalid unless the configuration can work.
func (c Config) Validate() error {
	switch {
	case c.Dir == "" || c.Meshd == "" || c.ChainID == "" || c.Prepare == nil || c.FaucetCommand == nil:
		return fmt.Errorf("%w: directory, meshd, chain id and faucet must be given", ErrInvalid)
	case c.Validators < 0 || c.Validators > MaxValidators:
		return fmt.Errorf("%w: %d validators, a devnet has 1 to %d", ErrInvalid, c.Validators, MaxValidators)
	case c.Ready <= 0 || c.Grace <= 0:
		return fmt.Errorf("%w: the deadlines must be more than 0", ErrInvalid)
	}
	return nil
}

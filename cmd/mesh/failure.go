package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
	storage "github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// Exit codes. They are an interface: scripts decide by them.
const (
	exitOK          = 0
	exitFailure     = 1 // something on this machine went wrong
	exitUsage       = 2 // the command, a flag or a setting is not right
	exitUnreachable = 3 // no daemon or chain answered
	exitRejected    = 4 // the chain refuses, or would refuse, the transaction
	exitNotFound    = 5 // what was named does not exist
	exitTimeout     = 6 // it may have happened, but not in time to be seen
	exitRefused     = 7 // mesh itself declines to do it
)

// failure is an error as the user gets it: what was tried, why it failed, what to do next.
type failure struct {
	Code string `json:"code"`
	Exit int    `json:"exit"`
	What string `json:"what"`
	Why  string `json:"why"`
	Next string `json:"next"`
	// log holds lines of a process that failed, shown to people only.
	log []string
}

// Error gives what and why in one line.
func (f *failure) Error() string { return f.What + ": " + f.Why }

// usage makes the failure of a command that is typed wrong.
func usage(what, why, next string) *failure {
	return &failure{Code: "usage", Exit: exitUsage, What: what, Why: why, Next: next}
}

// refused makes the failure of a command that mesh declines.
func refused(code, what, why, next string) *failure {
	return &failure{Code: code, Exit: exitRefused, What: what, Why: why, Next: next}
}

// advised is an error with better advice than its kind alone gives.
type advised struct {
	error
	next string
}

// Unwrap returns the error without the advice.
func (a advised) Unwrap() error { return a.error }

// explain turns any error into a failure. what says what was tried, in words like "create the network".
func explain(what string, err error) error {
	if err == nil {
		return nil
	}
	var done *failure
	if errors.As(err, &done) {
		return done
	}
	f := &failure{Code: "failure", Exit: exitFailure, What: what, Why: err.Error(), Next: "put right what the reason names, and run it again"}
	f.classify(err)
	var better advised
	if errors.As(err, &better) {
		f.Next = better.next
	}
	return f
}

// classify finds out what kind of error it is and says what helps against that kind.
func (f *failure) classify(err error) {
	for _, rule := range []func(*failure, error) bool{explainChain, explainKeys, explainDevnet, explainNode, explainObjects} {
		if rule(f, err) {
			return
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		f.Code, f.Why, f.Next = "interrupted", "interrupted", "run it again"
	case errors.Is(err, context.DeadlineExceeded):
		f.Code, f.Exit, f.Next = "timeout", exitTimeout, "run it again; mesh status tells whether the chain moves"
	case errors.Is(err, chain.ErrInvalid), errors.Is(err, devnet.ErrInvalid):
		f.Code, f.Exit, f.Next = "invalid", exitUsage, "put the value right; --help shows what is expected"
	}
}

// explainChain says what to do about a chain that does not do as it should.
func explainChain(f *failure, err error) bool {
	var (
		unreachable *chain.UnreachableError
		rejected    *chain.RejectedError
		funds       *chain.FundsError
		other       *chain.WrongChainError
		late        *chain.TimeoutError
	)
	switch {
	case errors.Is(err, storage.ErrExpired), errors.Is(err, storage.ErrUnprepared):
		return false // it is known by now that it did not happen
	case errors.As(err, &late):
		f.Code, f.Exit, f.Why = "timeout", exitTimeout, late.Error()
		f.Next = orUncertain(err, late.Hash, "it may still happen: look for it, before you try again, with: meshd query tx "+late.Hash)
	case errors.As(err, &unreachable):
		f.Code, f.Exit, f.Why, f.Next = "unreachable", exitUnreachable, unreachable.Error(), orUncertain(err, "", unreachable.Fixes())
	case errors.As(err, &funds):
		f.Code, f.Exit, f.Why, f.Next = "insufficient_funds", exitRejected, funds.Error(), funds.HowToGet()
	case errors.Is(err, chain.ErrTooPoor) && errors.As(err, &rejected):
		f.Code, f.Exit, f.Why = "insufficient_funds", exitRejected, rejected.Error()
		f.Next = "have somebody send what is missing of the network's token: its founder has some, its nodes earn it"
	case errors.As(err, &rejected):
		f.Code, f.Exit, f.Why, f.Next = "tx_rejected", exitRejected, rejected.Error(), nextAfterRejection(rejected)
	case errors.As(err, &other):
		f.Code, f.Exit, f.Why = "wrong_chain", exitUsage, other.Error()
		f.Next = fmt.Sprintf("use --chain-id %s, or name a node of %s with --node", other.Got, other.Want)
	case errors.Is(err, chain.ErrNotFound):
		f.Code, f.Exit, f.Next = "not_found", exitNotFound, "mesh networks lists what there is"
	default:
		return false
	}
	return true
}

// nextAfterRejection knows the few refusals a user can do something about without asking anybody.
func nextAfterRejection(r *chain.RejectedError) string {
	switch {
	case r.Codespace == "sdk" && r.Code == 13:
		return "offer more for gas: set gas-price in config.toml"
	case r.Codespace == "sdk" && r.Code == 32:
		return "another transaction of this account is under way: run it again in a few seconds"
	case r.Height > 0:
		return fmt.Sprintf("the fee was taken in block %d, nothing else happened: meshd query tx %s", r.Height, r.Hash)
	}
	return "nothing was sent and nothing was paid; change what the chain refuses"
}

// explainKeys says what to do about the keyring.
func explainKeys(f *failure, err error) bool {
	switch {
	case errors.Is(err, chain.ErrKeyNotFound):
		f.Code, f.Exit, f.Next = "key_not_found", exitNotFound, "mesh keys list shows the keys there are, mesh keys add NAME makes one, --from NAME chooses one"
	case errors.Is(err, chain.ErrKeyExists):
		f.Code, f.Exit, f.Next = "key_exists", exitRefused, "keys are never overwritten: choose another name, or mesh keys delete NAME first"
	case errors.Is(err, chain.ErrTestKeyring):
		f.Code, f.Exit, f.Next = "test_keyring", exitRefused, "use --keyring-backend file; only ids that begin with mesh-devnet- or mesh-local- are devnets"
	case errors.Is(err, chain.ErrLocked):
		f.Code, f.Exit, f.Next = "keyring_locked", exitRefused, "run it in a terminal, or give the passphrase as a line on standard input (as two with the first key)"
	default:
		return false
	}
	return true
}

// explainDevnet says what to do about a devnet's processes.
func explainDevnet(f *failure, err error) bool {
	var died *devnet.DiedError
	var slow *devnet.NotReadyError
	switch {
	case errors.As(err, &died):
		f.Code, f.log, f.Next = "process_died", died.Log, "the whole log is in "+died.File
	case errors.As(err, &slow):
		f.Code, f.Exit, f.log, f.Next = "timeout", exitTimeout, slow.Log, "the whole log is in "+slow.File
	case errors.Is(err, devnet.ErrRunning):
		f.Code, f.Exit, f.Next = "devnet_running", exitRefused, "mesh devnet down ends it"
	case errors.Is(err, devnet.ErrTaken):
		f.Code, f.Exit, f.Next = "directory_taken", exitRefused, "choose an empty directory with --home"
	case errors.Is(err, devnet.ErrNone):
		f.Code, f.Exit, f.Next = "not_found", exitNotFound, "name the directory of the devnet with --home; mesh devnet up starts a new one"
	case errors.Is(err, devnet.ErrFaucet):
		f.Code, f.Exit, f.Next = "faucet", exitUnreachable, "mesh devnet up starts the faucet again"
	default:
		return false
	}
	return true
}

// text returns the failure for people, with its log above.
func (f *failure) text(color bool) string {
	var b strings.Builder
	for _, line := range f.log {
		b.WriteString("  | " + line + "\n")
	}
	b.WriteString(alarm(color, "mesh:") + " " + f.What + ": " + f.Why + "\n")
	if f.Next != "" {
		b.WriteString("  " + faint(color, "next:") + " " + f.Next + "\n")
	}
	return b.String()
}

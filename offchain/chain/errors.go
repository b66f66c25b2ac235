package chain

import (
	"errors"
	"fmt"
	"strings"

	errorsmod "cosmossdk.io/errors"
)

// Sentinels, for errors.Is. Those that carry facts are wrapped by a struct of the same name.
var (
	// ErrUnreachable is what an *UnreachableError wraps.
	ErrUnreachable = errors.New("chain is unreachable")
	// ErrRejected is what a *RejectedError wraps.
	ErrRejected = errors.New("transaction rejected")
	// ErrInsufficientFunds is what a *FundsError wraps.
	ErrInsufficientFunds = errors.New("insufficient funds")
	// ErrWrongChain is what a *WrongChainError wraps.
	ErrWrongChain = errors.New("wrong chain")
	// ErrTimeout is what a *TimeoutError wraps.
	ErrTimeout = errors.New("transaction was sent and not seen in a block")
	// ErrNotFound: the chain knows nothing of that name.
	ErrNotFound = errors.New("not found on chain")
	// ErrInvalid: an argument or a configuration breaks a documented rule.
	ErrInvalid = errors.New("invalid argument")
	// ErrKeyNotFound: the keyring has no key of that name.
	ErrKeyNotFound = errors.New("key not found")
	// ErrKeyExists: the keyring has a key of that name or that address; keys are never overwritten.
	ErrKeyExists = errors.New("key exists")
	// ErrTestKeyring: the unencrypted keyring was asked for on a chain that is not a devnet.
	ErrTestKeyring = errors.New("keyring backend test is for devnets only")
	// ErrLocked: the passphrase of the keyring was wrong, or nobody was there to type it.
	ErrLocked = errors.New("keyring is locked")
)

// Attempt is one endpoint that was tried and why it did not answer.
type Attempt struct {
	Endpoint string
	Err      error
}

// UnreachableError says that no endpoint answered.
type UnreachableError struct {
	Tried []Attempt
}

// Error lists what was tried and what helps.
func (e *UnreachableError) Error() string {
	tried := make([]string, len(e.Tried))
	for i, a := range e.Tried {
		tried[i] = fmt.Sprintf("%s (%v)", a.Endpoint, a.Err)
	}
	return fmt.Sprintf("%v: tried %s", ErrUnreachable, strings.Join(tried, ", "))
}

// Fixes are the two things a user can do about it.
func (e *UnreachableError) Fixes() string {
	return "start a chain with: mesh devnet up, or name a node that runs with: --node HOST:PORT (gRPC)"
}

// Unwrap returns ErrUnreachable.
func (e *UnreachableError) Unwrap() error { return ErrUnreachable }

// RejectedError says that the chain refused a transaction, in a simulation, at the door or in a block.
type RejectedError struct {
	Code      uint32 // within Codespace; never 0
	Codespace string // the module that refused, "sdk" for the chain itself
	Log       string // what the module says
	Hash      string // upper-case hex; empty when nothing was sent
	Height    int64  // block of the transaction, whose fee is gone; 0 when it is in none
}

// Error gives the chain's own words.
func (e *RejectedError) Error() string {
	return fmt.Sprintf("%v: %s (%s/%d)", ErrRejected, e.Log, e.Codespace, e.Code)
}

// Unwrap returns ErrRejected.
func (e *RejectedError) Unwrap() error { return ErrRejected }

// Is tells whether the chain refused for the reason that target names, one of the sentinels of refusal.go.
func (e *RejectedError) Is(target error) bool {
	var reason *errorsmod.Error
	return errors.As(target, &reason) && reason.Codespace() == e.Codespace && reason.ABCICode() == e.Code
}

// FundsError says what an account lacks. It comes before anything is sent.
type FundsError struct {
	Account string
	Denom   string
	Has     Amount // base units
	Needs   Amount // base units, fee included
}

// Error names account, denomination and both amounts.
func (e *FundsError) Error() string {
	return fmt.Sprintf("%v: account %s has %s%s and needs %s%s", ErrInsufficientFunds, e.Account, e.Has, e.Denom, e.Needs, e.Denom)
}

// HowToGet says how the account comes by the money.
func (e *FundsError) HowToGet() string {
	return fmt.Sprintf("have somebody send %s%s to %s (a devnet's faucet gives MESH)", e.Needs.Sub(e.Has), e.Denom, e.Account)
}

// Unwrap returns ErrInsufficientFunds.
func (e *FundsError) Unwrap() error { return ErrInsufficientFunds }

// WrongChainError says that an endpoint belongs to another chain than the configured one.
type WrongChainError struct {
	Endpoint, Want, Got string
}

// Error names the endpoint and both chains.
func (e *WrongChainError) Error() string {
	return fmt.Sprintf("%v: %s runs %s, not %s", ErrWrongChain, e.Endpoint, e.Got, e.Want)
}

// Unwrap returns ErrWrongChain.
func (e *WrongChainError) Unwrap() error { return ErrWrongChain }

// TimeoutError says that a transaction was sent and that nobody knows what became of it: it was not seen
// in a block in time, or the wait was broken off. It may still get into one.
type TimeoutError struct {
	Hash  string // upper-case hex
	Cause error  // what broke off the wait; nil when its time was up
}

// Error names the transaction.
func (e *TimeoutError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%v: %s: %v", ErrTimeout, e.Hash, e.Cause)
	}
	return fmt.Sprintf("%v: %s", ErrTimeout, e.Hash)
}

// Unwrap returns ErrTimeout.
func (e *TimeoutError) Unwrap() error { return ErrTimeout }

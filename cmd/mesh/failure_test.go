package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/devnet"
)

func TestExplain(t *testing.T) {
	needs, has := amountOf(t, "100"), amountOf(t, "1")
	for name, tc := range map[string]struct {
		err  error
		code string
		exit int
		next string
	}{
		"fails: anything":       {errors.New("x"), "failure", 1, "run it again"},
		"fails: unreachable":    {&chain.UnreachableError{Tried: []chain.Attempt{{Endpoint: "a:1", Err: errors.New("no")}}}, "unreachable", 3, "--node"},
		"fails: tokens":         {&chain.RejectedError{Code: 5, Codespace: "tasks", Log: "account has 0"}, "insufficient_funds", 4, "network's token"},
		"fails: funds":          {&chain.FundsError{Account: "mesh1a", Denom: "umesh", Has: has, Needs: needs}, "insufficient_funds", 4, "send 99000000umesh to mesh1a"},
		"fails: rejected":       {&chain.RejectedError{Code: 3, Codespace: "network", Log: "taken"}, "tx_rejected", 4, "nothing was sent"},
		"fails: fee too low":    {&chain.RejectedError{Code: 13, Codespace: "sdk"}, "tx_rejected", 4, "gas-price"},
		"fails: sequence":       {&chain.RejectedError{Code: 32, Codespace: "sdk"}, "tx_rejected", 4, "run it again"},
		"fails: in a block":     {&chain.RejectedError{Code: 5, Codespace: "bank", Hash: "AB", Height: 7}, "tx_rejected", 4, "the fee was taken in block 7, nothing else happened: meshd query tx AB"},
		"fails: wrong chain":    {&chain.WrongChainError{Endpoint: "a:1", Want: "b", Got: "c"}, "wrong_chain", 2, "use --chain-id c, or name a node of b with --node"},
		"fails: late":           {&chain.TimeoutError{Hash: "AB"}, "timeout", 6, "meshd query tx AB"},
		"fails: broken off":     {&chain.TimeoutError{Hash: "AB", Cause: context.Canceled}, "timeout", 6, "before you try again"},
		"fails: not found":      {fmt.Errorf("x: %w", chain.ErrNotFound), "not_found", 5, "mesh networks"},
		"fails: key not found":  {fmt.Errorf("x: %w", chain.ErrKeyNotFound), "key_not_found", 5, "mesh keys add"},
		"fails: key exists":     {fmt.Errorf("x: %w", chain.ErrKeyExists), "key_exists", 7, "never overwritten"},
		"fails: test keyring":   {fmt.Errorf("x: %w", chain.ErrTestKeyring), "test_keyring", 7, "--keyring-backend file"},
		"fails: locked":         {fmt.Errorf("x: %w", chain.ErrLocked), "keyring_locked", 7, "standard input"},
		"fails: invalid":        {fmt.Errorf("x: %w", chain.ErrInvalid), "invalid", 2, "--help"},
		"fails: interrupted":    {fmt.Errorf("x: %w", context.Canceled), "interrupted", 1, "again"},
		"fails: deadline":       {fmt.Errorf("x: %w", context.DeadlineExceeded), "timeout", 6, "mesh status"},
		"fails: died":           {&devnet.DiedError{Name: "node0", Exit: "exit status 1", Log: []string{"last words"}, File: "/l"}, "process_died", 1, "/l"},
		"fails: not ready":      {&devnet.NotReadyError{Name: "node0", Why: "w", File: "/l"}, "timeout", 6, "/l"},
		"fails: running":        {fmt.Errorf("x: %w", devnet.ErrRunning), "devnet_running", 7, "mesh devnet down"},
		"fails: taken":          {fmt.Errorf("x: %w", devnet.ErrTaken), "directory_taken", 7, "--home"},
		"fails: no devnet":      {fmt.Errorf("x: %w", devnet.ErrNone), "not_found", 5, "--home"},
		"fails: faucet":         {fmt.Errorf("x: %w", devnet.ErrFaucet), "faucet", 3, "mesh devnet up"},
		"fails: devnet invalid": {fmt.Errorf("x: %w", devnet.ErrInvalid), "invalid", 2, "--help"},
		"fails: advised":        {fmt.Errorf("x: %w", advised{chain.ErrKeyNotFound, "do this"}), "key_not_found", 5, "do this"},
		"fails: said already":   {fmt.Errorf("x: %w", refused("c", "w", "y", "n")), "c", 7, "n"},
	} {
		t.Run(name, func(t *testing.T) {
			var f *failure
			require.ErrorAs(t, explain("do a thing", tc.err), &f)
			require.Equal(t, tc.code, f.Code)
			require.Equal(t, tc.exit, f.Exit)
			require.Contains(t, f.Next, tc.next)
			require.NotEmpty(t, f.What)
			require.NotEmpty(t, f.Why)
		})
	}
	require.NoError(t, explain("do a thing", nil))
}

func TestWithFaucet(t *testing.T) {
	lacks := func(denom string) error {
		return &chain.FundsError{Account: "mesh1a", Denom: denom, Has: amountOf(t, "0"), Needs: amountOf(t, "1")}
	}
	next := func(s settings, err error) string { return failureOf(t, explain("pay", withFaucet(s, err))).Next }
	s := settings{Faucet: "http://f/faucet"}
	require.Equal(t, `ask the devnet's faucet: curl -d '{"address":"mesh1a"}' http://f/faucet`, next(s, lacks("umesh")))
	require.Contains(t, next(s, lacks("net_1a2b3c4d/ustr")), "have somebody send", "the faucet has only MESH")
	require.Contains(t, next(settings{}, lacks("umesh")), "have somebody send")
	require.NotContains(t, next(s, errors.New("x")), "curl")
}

func TestFailureText(t *testing.T) {
	f := &failure{What: "do", Why: "not", Next: "that", log: []string{"a", "b"}}
	require.Equal(t, "  | a\n  | b\nmesh: do: not\n  next: that\n", f.text(false))
	require.Contains(t, f.text(true), "\x1b[")
	require.Equal(t, "mesh: do: not\n", (&failure{What: "do", Why: "not"}).text(false))
}

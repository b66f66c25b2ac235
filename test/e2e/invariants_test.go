package e2e

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInvariants: a node that was stopped adds up, and so does what it exports; with one unit of what x/network holds less, it does not.
func TestInvariants(t *testing.T) {
	n := newStorageNet(t, 1)
	home := n.state(n.dir).process(t, "validator0").Home
	runs := n.exec(n.meshd, "debug", "invariants", "--home", home)
	require.NotZero(t, runs.code, "a node that runs keeps its state for itself")
	require.Empty(t, runs.out)
	n.ok("devnet", "down", "--home", n.dir)

	right := n.exec(n.meshd, "debug", "invariants", "--home", home)
	require.Zero(t, right.code, right.out+right.err)
	require.Contains(t, right.out, "ok      the account of x/network has what its ledgers say\n")
	require.NotContains(t, right.out, "broken")

	file := filepath.Join(filepath.Dir(n.home), "state.json")
	exported := n.exec(n.meshd, "export", "--home", home, "--output-document", file)
	require.Zero(t, exported.code, exported.err)
	again := n.exec(n.meshd, "debug", "invariants", file)
	require.Zero(t, again.code, again.out+again.err)
	require.Equal(t, right.out, again.out)

	loseCoin(t, file)
	wrong := n.exec(n.meshd, "debug", "invariants", file)
	require.Equal(t, 1, wrong.code)
	require.Equal(t, 2, strings.Count(wrong.out, "broken  "), wrong.out)
	require.Contains(t, wrong.out, "broken  the supply of every denom is the sum of all balances: ")
	require.Contains(t, wrong.out, "broken  the account of x/network has what its ledgers say: ")
	require.Contains(t, wrong.err, "2 of 15 invariants are broken")

	none := n.exec(n.meshd, "debug", "invariants", "--home", filepath.Join(filepath.Dir(n.home), "nothing"))
	require.NotZero(t, none.code)
	require.Contains(t, none.err, "application.db")
}

// loseCoin takes one unit of a token from the account of x/network in a genesis file, which is the only one that has bonds.
func loseCoin(t *testing.T, file string) {
	t.Helper()
	bz, err := os.ReadFile(file)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(bz, &doc))
	state := doc["app_state"].(map[string]any)
	account := moduleAccount(t, state, "network")
	for _, b := range state["bank"].(map[string]any)["balances"].([]any) {
		balance := b.(map[string]any)
		if balance["address"] != account {
			continue
		}
		coin := balance["coins"].([]any)[0].(map[string]any)
		amount, ok := new(big.Int).SetString(coin["amount"].(string), 10)
		require.True(t, ok)
		coin["amount"] = amount.Sub(amount, big.NewInt(1)).String()
	}
	bz, err = json.Marshal(doc)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, bz, 0o600))
}

// moduleAccount returns the address of a module's account.
func moduleAccount(t *testing.T, state map[string]any, module string) string {
	t.Helper()
	for _, a := range state["auth"].(map[string]any)["accounts"].([]any) {
		if account := a.(map[string]any); account["name"] == module {
			return account["base_account"].(map[string]any)["address"].(string)
		}
	}
	require.FailNow(t, "no account of x/"+module)
	return ""
}

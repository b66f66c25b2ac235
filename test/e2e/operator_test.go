package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// said is the output of a process that goes on, safe to read meanwhile.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// String returns what was said so far.
func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestColdOwner is the journey of an operator whose money is elsewhere: the device prints what the owner has to sign, the owner
// signs with another program, somebody else gives the bond, and the node counts. Ctrl-C ends it in peace.
func TestColdOwner(t *testing.T) {
	n := newStorageNet(t, 1)
	state, cold := n.state(n.dir), filepath.Join(n.dir, "cold")
	require.NoError(t, os.MkdirAll(cold, 0o700))
	settings, err := os.ReadFile(filepath.Join(n.dir, "node0", "config.toml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(cold, "config.toml"), settings, 0o600))

	vault := filepath.Join(filepath.Dir(n.home), "vault")
	added := n.exec(n.meshd, "keys", "add", "owner", "--keyring-backend", "test", "--home", vault, "--output", "json")
	require.Zero(t, added.code, added.err)
	var owner struct{ Address string }
	n.decode(added.out, &owner)
	n.ok("send", owner.Address, "10MESH", "--yes", "--home", filepath.Join(n.dir, "founder"))

	var output said
	join := n.background(&output, "join", "--home", cold, "--network-id", n.network, "--owner", owner.Address, "--bond", "0", "--yes")
	n.until("the transaction to sign", func() bool { return strings.Contains(output.String(), "Waiting for node and owner") })
	n.signElsewhere(vault, unsignedIn(t, output.String()), state.RPC)
	n.until("the node", func() bool { return strings.Contains(output.String(), "Node 2 of network") })
	require.Contains(t, output.String(), "mesh bond 2 100DEV --network-id "+n.network)

	var bonded struct {
		GivenBond string `json:"given_bond"`
		OwnBond   string `json:"own_bond"`
		Counts    bool
	}
	n.okJSON(&bonded, "bond", "2", "100DEV", "--yes", "--home", filepath.Join(n.dir, "founder"))
	require.Equal(t, []any{"0", "100000000", true}, []any{bonded.OwnBond, bonded.GivenBond, bonded.Counts})

	require.NoError(t, join.cmd.Process.Signal(syscall.SIGINT))
	require.True(t, join.succeeds(), output.String())
}

// unsignedIn returns the transaction that mesh join has printed.
func unsignedIn(t *testing.T, output string) string {
	t.Helper()
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, `{"body":`) && json.Valid([]byte(line)) {
			return line
		}
	}
	require.Fail(t, "no transaction in what join says", output)
	return ""
}

// signElsewhere signs and sends a transaction with the owner's key, by the chain daemon's own commands.
func (n *storageNet) signElsewhere(vault, tx, rpc string) {
	n.t.Helper()
	unsigned, signed := filepath.Join(vault, "tx.json"), filepath.Join(vault, "signed.json")
	require.NoError(n.t, os.WriteFile(unsigned, []byte(tx), 0o600))
	node := "tcp://" + rpc
	got := n.exec(n.meshd, "tx", "sign", unsigned, "--from", "owner", "--keyring-backend", "test", "--home", vault,
		"--chain-id", "mesh-devnet-1", "--node", node, "--output-document", signed)
	require.Zero(n.t, got.code, got.err)
	got = n.exec(n.meshd, "tx", "broadcast", signed, "--node", node, "--home", vault, "--output", "json")
	require.Zero(n.t, got.code, got.err)
	var result struct{ Code int }
	n.decode(got.out, &result)
	require.Zero(n.t, result.Code, got.out)
}

package e2e

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// freeAddress returns an address of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// TestNewcomer is an operator who runs a full node of a chain that has lived for a while: it is set up with meshd init and the
// chain's genesis, gets all blocks from its peer, runs them with the other executor, and comes to the same state. Stopped, it
// exports that state.
func TestNewcomer(t *testing.T) {
	n := newStorageNet(t, 5)
	n.file("file.bin", 100_000, 9)
	n.ok(n.client("put", "file.bin")...)
	state := n.state(n.dir)
	validator := state.process(t, "validator0")
	id := n.exec(n.meshd, "comet", "show-node-id", "--home", validator.Home)
	require.Zero(t, id.code, id.err)

	home := filepath.Join(filepath.Dir(n.home), "newcomer")
	made := n.exec(n.meshd, "init", "newcomer", "--chain-id", state.ChainID, "--home", home)
	require.Zero(t, made.code, made.err)
	genesis, err := os.ReadFile(filepath.Join(validator.Home, "config", "genesis.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, "config", "genesis.json"), genesis, 0o600))
	settings, err := os.ReadFile(filepath.Join(home, "config", "config.toml"))
	require.NoError(t, err)
	local := strings.Replace(string(settings), "addr_book_strict = true", "addr_book_strict = false", 1)
	require.NotEqual(t, string(settings), local)
	require.NoError(t, os.WriteFile(filepath.Join(home, "config", "config.toml"), []byte(local), 0o600))

	rpc := freeAddress(t)
	peer := strings.TrimSpace(id.out) + "@127.0.0.1:" + itoa(validator.Ports["p2p"])
	var output said
	node := n.process(&output, &output, n.meshd, "start", "--home", home, "--p2p.persistent_peers", peer, "--p2p.laddr", "tcp://"+freeAddress(t),
		"--rpc.laddr", "tcp://"+rpc, "--grpc.address", freeAddress(t), "--api.enable=false", "--block-executor", "block-stm")
	var height string
	n.until("the newcomer at the chain's height", func() bool {
		got := n.exec(n.meshd, "status", "--node", "tcp://"+rpc, "--home", home)
		if got.code != 0 {
			return false
		}
		var s struct {
			SyncInfo struct {
				Height     string `json:"latest_block_height"`
				CatchingUp bool   `json:"catching_up"`
			} `json:"sync_info"`
		}
		n.decode(got.out, &s)
		height = s.SyncInfo.Height
		return !s.SyncInfo.CatchingUp && height != "0"
	})
	require.Equal(t, n.appHash(state.RPC, height), n.appHash(rpc, height))

	require.NoError(t, node.cmd.Process.Signal(syscall.SIGTERM))
	n.until("its end", node.ended)
	file := filepath.Join(home, "state.json")
	exported := n.exec(n.meshd, "export", "--home", home, "--output-document", file)
	require.Zero(t, exported.code, exported.err)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	piped := n.exec(n.meshd, "export", "--home", home)
	require.Zero(t, piped.code, piped.err)
	require.JSONEq(t, string(written), piped.out, "the same on standard output, and nothing else")
	var g struct {
		AppState struct {
			Tasks struct{ Deals []struct{ Id string } } `json:"tasks"`
		} `json:"app_state"`
	}
	require.NoError(t, json.Unmarshal(written, &g))
	require.Len(t, g.AppState.Tasks.Deals, 1)
	refused := n.exec(n.meshd, "export", "--home", home, "--for-zero-height")
	require.NotZero(t, refused.code)
	require.Contains(t, refused.err, "height zero")
}

// appHash returns the hash of the state before a block.
func (m *machine) appHash(rpc, height string) string {
	m.t.Helper()
	var b struct {
		Header struct {
			AppHash string `json:"app_hash"`
		}
	}
	m.query(&b, rpc, "block", "--type", "height", height)
	require.NotEmpty(m.t, b.Header.AppHash)
	return b.Header.AppHash
}

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// created is what mesh init answers.
type created struct {
	NetworkID         string `json:"network_id"`
	ChainID           string `json:"chain_id"`
	Name, Denom       string
	Symbol, Founder   string
	InitialAllocation string `json:"initial_allocation"`
	LogicHash         string `json:"logic_hash"`
	LogicFile         string `json:"logic_file"`
	Tx                string
	Height            int64
	Next              []string
}

// onChain is what meshd query network network answers.
type onChain struct {
	Network struct {
		ID, Founder, Name, Template string
		Token                       struct {
			Denom, Name, Symbol string
			SupplyCap           string `json:"supply_cap"`
		}
		Params struct {
			Distribution struct {
				Uptime     int `json:"uptime_bps"`
				Tasks      int `json:"tasks_bps"`
				Governance int `json:"governance_bps"`
			}
		}
	}
	Supply struct{ Denom, Amount string }
}

// TestFounder is the journey of somebody with an empty home: a chain, two networks as the whitepaper types
// them, a crash of the chain, and all of it still there.
func TestFounder(t *testing.T) {
	m := newMachine(t)
	work := filepath.Dir(m.home)
	require.NoError(t, os.WriteFile(filepath.Join(work, "storage-logic.js"), []byte("class ColdStore extends MeshNode {}\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(work, "logic.js"), []byte("class Shelf extends MeshNode {}\n"), 0o600))
	dir := filepath.Join(m.home, "devnet")

	m.ok("devnet", "up", "--detach")
	first := m.state(dir)
	require.Equal(t, "mesh-devnet-1", first.ChainID)

	var storage, mine created
	m.okJSON(&storage, "init", "--name", "StorageNet", "--token-name", "STORE", "--token-symbol", "STR",
		"--token-distribution", "uptime:40,tasks:40,governance:20", "--logic", "./storage-logic.js", "--yes")
	m.okJSON(&mine, "init", "--name", "MyNetwork", "--token-name", "MYNET", "--bootstrap-port", "8080", "--logic", "./logic.js", "--yes")
	require.Equal(t, "STR", storage.Symbol)
	require.Equal(t, "MYNET", mine.Symbol)
	require.Equal(t, "mesh bootstrap --network-id "+mine.NetworkID+" --port 8080", mine.Next[0])
	m.requireLive(first.RPC, storage)
	m.requireLive(first.RPC, mine)
	kept, err := os.ReadFile(storage.LogicFile)
	require.NoError(t, err)
	require.Equal(t, "class ColdStore extends MeshNode {}\n", string(kept))
	require.Equal(t, storage.LogicHash, filepath.Base(storage.LogicFile))

	before := m.height()
	require.NoError(t, syscall.Kill(first.process(t, "validator0").PID, syscall.SIGKILL))
	m.until("the end of the killed validator", func() bool { return !first.process(t, "validator0").runs() })
	require.Equal(t, 3, m.run("status").code)
	m.ok("devnet", "up", "--detach")
	second := m.state(dir)
	require.False(t, first.process(t, "faucet").runs(), "the old faucet was left behind")
	require.Greater(t, m.height(), before)
	m.requireLive(second.RPC, storage)
	m.requireLive(second.RPC, mine)
	require.Contains(t, m.ok("status"), storage.NetworkID)

	m.ok("devnet", "down")
	for _, p := range append(first.Processes, second.Processes...) {
		require.False(t, p.runs(), "%s (process %d) still runs", p.Name, p.PID)
	}
	require.Empty(t, m.state(dir).Processes)
	require.Equal(t, 3, m.run("status").code)

	m.ok("devnet", "down", "--purge")
	require.NoDirExists(t, dir)
	require.FileExists(t, storage.LogicFile, "the user's own home is not the devnet's")
}

// requireLive fails unless the chain's own program shows the network with its token.
func (m *machine) requireLive(rpc string, c created) {
	m.t.Helper()
	var got onChain
	m.query(&got, rpc, "network", "network", c.NetworkID)
	require.Equal(m.t, c.NetworkID, got.Network.ID)
	require.Equal(m.t, c.Name, got.Network.Name)
	require.Equal(m.t, c.Founder, got.Network.Founder)
	require.Equal(m.t, "custom", got.Network.Template)
	require.Equal(m.t, c.NetworkID+"/u"+strings.ToLower(c.Symbol), got.Network.Token.Denom)
	require.Equal(m.t, c.Symbol, got.Network.Token.Symbol)
	require.Equal(m.t, "1000000000000000", got.Network.Token.SupplyCap)
	require.Equal(m.t, []int{4000, 4000, 2000}, []int{got.Network.Params.Distribution.Uptime, got.Network.Params.Distribution.Tasks, got.Network.Params.Distribution.Governance})
	require.Equal(m.t, got.Network.Token.Denom, got.Supply.Denom)
	require.Equal(m.t, "100000000000000", got.Supply.Amount, "a tenth of the cap")
	require.Equal(m.t, c.InitialAllocation, got.Supply.Amount)

	var bank struct {
		Metadata struct {
			Base, Display, Name, Symbol string
			DenomUnits                  []struct {
				Denom    string
				Exponent int
			} `json:"denom_units"`
		}
	}
	m.query(&bank, rpc, "bank", "denom-metadata", c.Denom)
	require.Equal(m.t, c.Denom, bank.Metadata.Base)
	require.Equal(m.t, c.NetworkID+"/"+strings.ToLower(c.Symbol), bank.Metadata.Display)
	require.Equal(m.t, got.Network.Token.Name, bank.Metadata.Name)
	require.Equal(m.t, c.Symbol, bank.Metadata.Symbol)
	require.Len(m.t, bank.Metadata.DenomUnits, 2)
	require.Equal(m.t, 6, bank.Metadata.DenomUnits[1].Exponent)

	var total struct {
		Amount struct{ Denom, Amount string }
	}
	m.query(&total, rpc, "bank", "total-supply-of", c.Denom)
	require.Equal(m.t, "100000000000000", total.Amount.Amount)
}

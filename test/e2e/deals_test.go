package e2e

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// buyer is an account that buys space with meshd.
type buyer struct {
	*storageNet
	vault   string // home of meshd
	address string
	denom   string
}

// newBuyer makes an account with tokens of the network.
func (n *storageNet) newBuyer() *buyer {
	n.t.Helper()
	b := &buyer{storageNet: n, vault: filepath.Join(filepath.Dir(n.home), "vault"), denom: n.network + "/udev"}
	added := n.exec(n.meshd, "keys", "add", "buyer", "--keyring-backend", "test", "--home", b.vault, "--output", "json")
	require.Zero(n.t, added.code, added.err)
	var key struct{ Address string }
	n.decode(added.out, &key)
	b.address = key.Address
	n.ok("send", b.address, "10MESH", "--yes", "--home", filepath.Join(n.dir, "founder"))
	n.ok(n.client("send", b.address, "1000DEV", "--yes")...)
	return b
}

// tx sends a message and returns what the chain says in the end, empty if it went well.
func (b *buyer) tx(args ...string) string {
	b.t.Helper()
	state := b.state(b.dir)
	args = append([]string{"tx", "tasks"}, args...)
	got := b.exec(b.meshd, append(args, "--from", "buyer", "--keyring-backend", "test", "--home", b.vault, "--node", "tcp://"+state.RPC,
		"--chain-id", state.ChainID, "--gas", "600000", "--gas-prices", "0.005umesh", "--yes", "--output", "json")...)
	require.Zero(b.t, got.code, got.err)
	var sent struct {
		Code   int
		TxHash string
		RawLog string `json:"raw_log"`
	}
	b.decode(got.out, &sent)
	require.Zero(b.t, sent.Code, sent.RawLog)
	var found struct {
		Code   int
		RawLog string `json:"raw_log"`
	}
	b.until("the transaction", func() bool {
		got := b.exec(b.meshd, "query", "tx", sent.TxHash, "--node", "tcp://"+state.RPC, "--home", b.vault, "--output", "json")
		if got.code != 0 {
			return false
		}
		b.decode(got.out, &found)
		return true
	})
	if found.Code != 0 {
		return found.RawLog
	}
	return ""
}

// bonds returns what each node has bonded and how many indices it has lost.
func (n *storageNet) bonds(nodes int) (list [][3]string) {
	n.t.Helper()
	for i := range nodes {
		var found struct {
			Node struct {
				OwnBond  string `json:"own_bond"`
				Counters struct{ Lost, Bad string }
			}
		}
		n.query(&found, n.state(n.dir).RPC, "network", "node", n.network, itoa(i+1))
		list = append(list, [3]string{found.Node.OwnBond, found.Node.Counters.Lost, found.Node.Counters.Bad})
	}
	return list
}

// TestDealThatIsNeverUsed is a client that opens a deal, has its nodes drawn and never uploads: no node is to blame, all of them
// are free again, and what the deal did not cost comes back when it is cancelled. After that nothing can be done with it.
func TestDealThatIsNeverUsed(t *testing.T) {
	n := newStorageNet(t, 5)
	b := n.newBuyer()
	n.until("the first epoch", func() bool {
		var now struct{ Epoch struct{ Number string } }
		n.query(&now, n.state(n.dir).RPC, "network", "epoch", n.network, "0")
		return now.Epoch.Number != "" && now.Epoch.Number != "0"
	})
	bonds := n.bonds(5)
	had := b.balance(b.address, b.denom)
	require.Empty(t, b.tx("open-deal", n.network, "1073741824", "100", "5000000", "--profile", `{"k":2,"n":4}`))
	paid := had - b.balance(b.address, b.denom)
	n.until("a draw", func() bool {
		refused := b.tx("draw-deal", "1")
		require.True(t, refused == "" || strings.Contains(refused, "seed"), refused)
		return refused == ""
	})
	require.Equal(t, []string{"ASSIGNED", "ASSIGNED", "ASSIGNED", "ASSIGNED"}, n.statuses(1))
	n.until("the time for acknowledgements is over", func() bool { return b.tx("draw-deal", "1") == "" })
	n.until("the nodes are let go", func() bool { return !slices.Contains(n.statuses(1), "ASSIGNED") })
	require.Equal(t, bonds, n.bonds(5), "nobody pays for a client that does not come")

	require.Empty(t, b.tx("cancel-deal", "1"))
	n.until("the refund", func() bool {
		var d struct{ Deal struct{ Status string } }
		n.query(&d, n.state(n.dir).RPC, "tasks", "deal", "1")
		return d.Deal.Status == "DEAL_STATUS_SETTLED"
	})
	// A token is the price of a GiB on one index and epoch; of one epoch's flow a fifth was burnt at the opening.
	require.Equal(t, 420_800_000, paid, "400 tokens, 5 % of them for repairs, 0.8 burnt")
	require.Equal(t, had-800_000, b.balance(b.address, b.denom))
	for _, args := range [][]string{{"cancel-deal", "1"}, {"extend-deal", "1", "5"}, {"draw-deal", "1"}, {"settle-deal", "1"}} {
		require.Contains(t, b.tx(args...), "wrong state", args)
	}
	require.Equal(t, had-800_000, b.balance(b.address, b.denom))
}

// TestQuotaReached is a node that may use less disk than it has offered: it refuses what it has no room for, the file is stored
// with the others, and nobody pays for it.
func TestQuotaReached(t *testing.T) {
	n := newStorageNet(t, 4)
	content := n.file("file.bin", 8_000_000, 10)
	small := n.state(n.dir).process(t, "node0")
	require.NoError(t, syscall.Kill(small.PID, syscall.SIGKILL))
	n.until("its end", func() bool { return !small.runs() })
	var output said
	n.background(&output, "join", "--home", small.Home, "--network-id", n.network, "--storage", "1MB", "--yes")
	n.until("the node", func() bool { return strings.Contains(output.String(), "("+n.network+") runs.") })
	bonds := n.bonds(4)

	n.ok(n.client("put", "file.bin", "--profile", "tiny")...)
	require.Equal(t, 1, n.count(1, "ASSIGNED"), "one has acknowledged nothing: %v", n.statuses(1))
	require.Equal(t, 3, n.count(1, "HELD"))
	n.ok(n.client("get", "file.bin", "--out", "out")...)
	require.True(t, bytes.Equal(content, n.read("out")))
	n.until("its time is over", func() bool { return n.count(1, "UNASSIGNED") == 1 })
	require.Equal(t, bonds, n.bonds(4))
}

// count returns how many indices of a deal stand somewhere.
func (n *storageNet) count(deal uint64, status string) (count int) {
	n.t.Helper()
	for _, s := range n.statuses(deal) {
		if s == status {
			count++
		}
	}
	return count
}

// TestCommandsInARow runs a command as often as a script does: no node takes its client for a flood.
func TestCommandsInARow(t *testing.T) {
	n := newStorageNet(t, 5)
	content := n.file("file.bin", 1_000, 8)
	n.ok(n.client("put", "file.bin")...)
	for range 150 {
		require.Equal(t, string(content), n.ok(n.client("get", "file.bin", "--out", "-")...))
	}
}

// TestOwnersRunOut is a put that asks for more room than any node has: it says so, nothing is stored, no node is touched, and the
// money comes back but for the burn of the opening; another put goes on as ever.
func TestOwnersRunOut(t *testing.T) {
	n := newStorageNet(t, 5)
	content := n.file("file.bin", 100_000, 7)
	bonds := n.bonds(5)
	client, denom := n.state(n.dir).key("client"), n.network+"/udev"
	had := n.balance(client, denom)
	said := n.run(n.client("put", "file.bin", "--space", "20GiB", "--epochs", "50", "--output", "json")...)
	require.Equal(t, 7, said.code, said.out+said.err)
	var got struct {
		Error struct{ Code, Why, Next string }
	}
	n.decode(said.out, &got)
	require.Equal(t, "too_few_owners", got.Error.Code)
	require.Contains(t, got.Error.Why, "3 of 3 indices of deal 1 have no node")
	require.Contains(t, got.Error.Next, "--space")
	var listed struct{ Objects []object }
	n.okJSON(&listed, n.client("ls")...)
	require.Empty(t, listed.Objects)
	require.Equal(t, bonds, n.bonds(5))
	// 20 tokens an epoch on each of three indices, of which a fifth is burnt.
	n.until("the refund", func() bool { return n.balance(client, denom) == had-12_000_000 })
	n.ok(n.client("put", "file.bin")...)
	n.ok(n.client("get", "file.bin", "--out", "out")...)
	require.Equal(t, content, n.read("out"))
}

package e2e

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// object is a file in the network as mesh put, ls and get say it.
type object struct {
	URI, Name, State string
	Size, Deal       uint64
}

// storageNet is a devnet with nodes and a client.
type storageNet struct {
	*machine
	dir     string
	network string
}

// newStorageNet starts a devnet of that many nodes.
func newStorageNet(t *testing.T, nodes int) *storageNet {
	t.Helper()
	m := newMachine(t)
	n := &storageNet{machine: m, dir: filepath.Join(m.home, "devnet")}
	m.ok("devnet", "up", "--nodes", itoa(nodes), "--detach")
	var list struct {
		Networks []struct {
			ID string `json:"network_id"`
		}
	}
	m.okJSON(&list, "networks")
	require.Len(t, list.Networks, 1)
	n.network = list.Networks[0].ID
	return n
}

// client returns the arguments of a command of the client.
func (n *storageNet) client(args ...string) []string {
	return append(args, "--home", filepath.Join(n.dir, "client"))
}

// file makes a file of pseudo-random bytes in the user's directory.
func (n *storageNet) file(name string, size int, seed uint64) []byte {
	n.t.Helper()
	r := rand.NewChaCha8([32]byte{byte(seed)})
	bz := make([]byte, size)
	_, _ = r.Read(bz) // never fails
	require.NoError(n.t, os.WriteFile(filepath.Join(filepath.Dir(n.home), name), bz, 0o600))
	return bz
}

// read returns a file of the user's directory.
func (n *storageNet) read(name string) []byte {
	n.t.Helper()
	bz, err := os.ReadFile(filepath.Join(filepath.Dir(n.home), name))
	require.NoError(n.t, err)
	return bz
}

// TestStorage is the journey of a client and of the operators it pays: files go in and come out, by name, in part, by a link
// from another home, and without as many holders as may be missing; nodes earn, and their owners are paid.
func TestStorage(t *testing.T) {
	n := newStorageNet(t, 6)
	small, large, none := n.file("small.txt", 1_000, 1), n.file("large.bin", 20_000_000, 2), n.file("empty", 0, 3)

	var put struct {
		Objects []object
		Deal    uint64
		Bytes   int
		Kept    keptFor
	}
	n.okJSON(&put, n.client("put", "small.txt", "large.bin", "empty")...)
	require.Len(t, put.Objects, 3)
	require.Equal(t, 20_001_000, put.Bytes)
	for i, name := range []string{"small.txt", "large.bin", "empty"} {
		require.Equal(t, name, put.Objects[i].Name)
		require.True(t, strings.HasPrefix(put.Objects[i].URI, "mesh://"+n.network+"/bafkr4i"), put.Objects[i].URI)
	}
	var listed struct {
		Objects []object
		Deals   map[string]keptFor
	}
	n.okJSON(&listed, n.client("ls")...)
	require.ElementsMatch(t, put.Objects, listed.Objects)
	n.extends(put.Deal, put.Kept, listed.Deals[itoa(int(put.Deal))])

	n.ok(n.client("get", "small.txt", "--out", "small.out")...)
	require.Equal(t, small, n.read("small.out"))
	n.intoFullDisk("large.bin")
	n.ok(n.client("get", "empty", "--out", "empty.out")...)
	require.Equal(t, none, n.read("empty.out"))
	part := n.ok(n.client("get", put.Objects[1].URI, "--range", "8386550-8386569")...)
	require.Equal(t, string(large[8386550:8386570]), part)

	var share struct{ Link string }
	n.okJSON(&share, n.client("share", put.Objects[1].URI)...)
	require.True(t, strings.HasPrefix(share.Link, put.Objects[1].URI+"?deal="), share.Link)
	n.ok("get", share.Link, "--out", "shared.out", "--home", filepath.Join(n.dir, "node0"))
	require.True(t, bytes.Equal(large, n.read("shared.out")))

	n.earns(put.Deal)
	n.losesHolders(put.Deal, large)

	n.ok(n.client("rm", put.Objects[1].URI)...)
	n.okJSON(&listed, n.client("ls")...)
	require.Len(t, listed.Objects, 2)
	require.Equal(t, 5, n.run(n.client("get", "large.bin", "--out", "gone.out")...).code)
	require.Equal(t, 5, n.run("get", share.Link, "--out", "gone.out", "--home", filepath.Join(n.dir, "node0")).code)
	n.ok(n.client("get", "small.txt", "--out", "small.again")...)
	require.Equal(t, small, n.read("small.again"))
}

// intoFullDisk reads a file to where there is no room.
func (n *storageNet) intoFullDisk(name string) {
	n.t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(n.t, err)
	defer func() { _ = full.Close() }()
	var notes said
	get := n.process(full, &notes, n.mesh, n.client("get", name, "--out", "-")...)
	n.until("its end", get.ended)
	require.Equal(n.t, 1, get.cmd.ProcessState.ExitCode(), notes.String())
	require.Contains(n.t, notes.String(), "no space left on device")
	require.Contains(n.t, notes.String(), "make room")
}

// keptFor is until when a deal is kept, as mesh says it.
type keptFor struct {
	LastEpoch uint64 `json:"last_epoch"`
	Until     time.Time
	Over      bool
}

// extends buys more time for a deal, and holds what is said against what was said before and what was paid.
func (n *storageNet) extends(deal uint64, put, listed keptFor) {
	n.t.Helper()
	require.Equal(n.t, put.LastEpoch, listed.LastEpoch)
	require.False(n.t, put.Over || listed.Over)
	require.WithinDuration(n.t, time.Now().Add(time.Hour), put.Until, 30*time.Minute) // 600 epochs of a devnet, as fast as its last blocks
	require.WithinDuration(n.t, put.Until, listed.Until, 30*time.Minute)
	client := n.state(n.dir).key("client")
	denom := n.network + "/udev"
	before := n.balance(client, denom)
	var got struct {
		Epochs uint64
		Paid   string
		Kept   keptFor
	}
	n.okJSON(&got, n.client("extend", "large.bin", "--epochs", "50")...)
	require.Equal(n.t, put.LastEpoch+50, got.Kept.LastEpoch)
	require.True(n.t, got.Kept.Until.After(time.Now().Add(30*time.Minute)))
	require.Equal(n.t, before-number(n.t, got.Paid), n.balance(client, denom))
	said := n.run(n.client("extend", itoa(int(deal)), "--epochs", "1000000", "--output", "json")...)
	require.Equal(n.t, 4, said.code, said.out)
	require.Contains(n.t, said.out, "1000000 more epochs")
}

// dealOnChain is what meshd query tasks deal answers.
type dealOnChain struct {
	Deal    struct{ Profile struct{ K, N int } }
	Indices []struct {
		Status string
		Node   string
	}
}

// holders returns the homes of the nodes that hold a deal, by index.
func (n *storageNet) holders(deal uint64) []string {
	n.t.Helper()
	state := n.state(n.dir)
	var d dealOnChain
	n.query(&d, state.RPC, "tasks", "deal", itoa(int(deal)))
	var homes []string
	for _, i := range d.Indices {
		var found struct{ Node struct{ Owner string } }
		n.query(&found, state.RPC, "network", "node", n.network, i.Node)
		home := ""
		for _, k := range state.Keys {
			if k.Address == found.Node.Owner {
				home = k.Home
			}
		}
		homes = append(homes, home)
	}
	return homes
}

// earns waits until a holder has something to withdraw, withdraws it, and holds it against the owner's balance.
func (n *storageNet) earns(deal uint64) {
	n.t.Helper()
	home := n.holders(deal)[0]
	var e struct {
		Fees, Matched, Denom, Owner string
		Withdrawn                   struct{ Fees, Matched, Presence, Commission string }
	}
	n.until("a reward", func() bool {
		n.okJSON(&e, "earnings", "--home", home)
		return e.Fees != "0"
	})
	require.Contains(n.t, n.paidFor(home), "proof")
	before := n.balance(e.Owner, e.Denom)
	n.okJSON(&e, "earnings", "--withdraw", "--home", home)
	paid := n.balance(e.Owner, e.Denom) - before
	require.Equal(n.t, number(n.t, e.Withdrawn.Fees)+number(n.t, e.Withdrawn.Matched)+number(n.t, e.Withdrawn.Presence)-number(n.t, e.Withdrawn.Commission), paid)
	require.Positive(n.t, paid)

	var status struct {
		Nodes []struct {
			State   string
			Counts  bool
			PID     int
			Indices int
			Proven  int
			Lost    int
		}
	}
	n.okJSON(&status, "status", "--home", home)
	require.Len(n.t, status.Nodes, 1)
	got := status.Nodes[0]
	require.Equal(n.t, "joined", got.State)
	require.True(n.t, got.Counts)
	require.Equal(n.t, 1, got.Indices)
	require.Positive(n.t, got.Proven)
	require.Zero(n.t, got.Lost)
	require.Equal(n.t, n.state(n.dir).process(n.t, filepath.Base(home)).PID, got.PID)
}

// losesHolders kills as many holders as may be missing and reads the file without them.
func (n *storageNet) losesHolders(deal uint64, content []byte) {
	n.t.Helper()
	homes := n.holders(deal)
	for _, home := range homes[:2] {
		require.NoError(n.t, syscall.Kill(n.state(n.dir).process(n.t, filepath.Base(home)).PID, syscall.SIGKILL))
	}
	n.ok(n.client("get", "large.bin", "--out", "large.out")...)
	require.True(n.t, bytes.Equal(content, n.read("large.out")))
	n.ok("devnet", "nodes", "6") // starts those that are missing
	n.until("every index proven by its holder", func() bool { return n.allProven(deal) })
}

// allProven tells whether every index of a deal is held by a node that has proven one of the last two epochs that can be
// proven. A holder that was down for long may have lost its index; then another rebuilds it.
func (n *storageNet) allProven(deal uint64) bool {
	n.t.Helper()
	rpc := n.state(n.dir).RPC
	var now struct{ Epoch struct{ Number string } }
	n.query(&now, rpc, "network", "epoch", n.network, "0")
	epoch := number(n.t, now.Epoch.Number)
	var d dealOnChain
	n.query(&d, rpc, "tasks", "deal", itoa(int(deal)))
	for _, i := range d.Indices {
		if i.Status != "INDEX_STATUS_HELD" {
			return false
		}
		var o struct {
			Owed struct {
				LastProven string `json:"last_proven"`
			}
		}
		n.query(&o, rpc, "tasks", "owed", n.network, i.Node, itoa(epoch+100)) // of an epoch that is not claimed meanwhile
		if o.Owed.LastProven == "" || number(n.t, o.Owed.LastProven)+3 < epoch {
			return false
		}
	}
	return true
}

// balance returns what an account holds of a denomination.
func (n *storageNet) balance(address, denom string) int {
	n.t.Helper()
	var b struct{ Balance struct{ Amount string } }
	n.query(&b, n.state(n.dir).RPC, "bank", "balance", address, denom)
	return number(n.t, b.Balance.Amount)
}

// number reads an amount that fits an int.
func number(t *testing.T, s string) int {
	t.Helper()
	var v int
	require.NoError(t, json.Unmarshal([]byte(s), &v), s)
	return v
}

// TestStorageRefusals types what cannot work in a network that lives. Each command says why and what next, and changes nothing.
func TestStorageRefusals(t *testing.T) {
	n := newStorageNet(t, 5)
	n.file("small.txt", 1_000, 1)
	n.pays("small.txt")
	node := filepath.Join(n.dir, "node0")
	n.ok(n.client("keys", "add", "poor")...)
	n.ok(n.client("keys", "add", "tokenless")...)
	n.ok(n.client("send", "tokenless", "1MESH", "--yes")...)
	nobody := freeAddress(t)
	unreachable := func(args ...string) []string { return append(args, "--node", nobody, "--yes") }
	uri := "mesh://" + n.network + "/bafkr4ie2wi6xqbzzdtwrbbdgpsavm5qvmk4wpokjbebkcbb2ypuwvq7jbe"

	before := n.holdings()
	for name, tc := range map[string]struct {
		args []string
		exit int
		code string
		says string
	}{
		"fails: second start":     {[]string{"join", "--home", node, "--yes"}, 7, "home_in_use", "directory is in use"},
		"fails: no such network":  {[]string{"join", "--home", node, "--yes", "--network-id", "net_ffffffff"}, 5, "not_found", "net_ffffffff"},
		"fails: odd network":      {[]string{"join", "--home", node, "--yes", "--network-id", "net_xyz"}, 2, "usage", "net_xyz"},
		"fails: no bond":          {[]string{"join", "--yes", "--network-id", n.network, "--from", "owner"}, 4, "insufficient_funds", "needs 100000000net_"},
		"fails: foreign bond":     {[]string{"bond", "1", "5MESH", "--yes", "--home", node}, 2, "usage", "is not of network"},
		"fails: bond of nobody":   {[]string{"bond", "999", "5DEV", "--yes", "--home", node}, 5, "not_found", "node 999"},
		"fails: no file":          {n.client("put", "nowhere.txt"), 2, "usage", "nowhere.txt"},
		"fails: directory":        {n.client("put", "."), 2, "usage", "is not a file"},
		"fails: unknown profile":  {n.client("put", "small.txt", "--profile", "huge"), 2, "usage", "huge"},
		"fails: too wide":         {n.client("put", "small.txt", "--profile", "small"), 7, "too_few_owners", "8"},
		"fails: no such file":     {n.client("get", "other.txt"), 5, "not_found", "object not found"},
		"fails: unknown uri":      {n.client("get", uri), 5, "not_found", "object not found"},
		"fails: broken uri":       {n.client("get", "mesh://"+n.network+"/xyz"), 2, "usage", "cid"},
		"fails: file exists":      {n.client("get", "small.txt", "--out", "small.txt"), 7, "file_exists", "exists"},
		"fails: odd range":        {n.client("get", "small.txt", "--range", "9-3", "--out", "r"), 2, "usage", "FIRST-LAST"},
		"fails: range beyond end": {n.client("get", "small.txt", "--range", "0-1000", "--out", "r"), 2, "invalid", "1001 bytes from 0 on of 1000"},
		"fails: share of nothing": {n.client("share", "other.txt"), 5, "not_found", "object not found"},
		"fails: put for no time":  {n.client("put", "small.txt", "--epochs", "0"), 2, "usage", "0 buys"},
		"fails: extend by 0":      {n.client("extend", "1", "--epochs", "0"), 2, "usage", "0 buys"},
		"fails: no such deal":     {n.client("extend", "999"), 5, "not_found", "deal 999"},
		"fails: onto a device":    {n.client("get", "small.txt", "--out", "/dev/null", "--force"), 7, "not_a_file", "no regular file"},
		"fails: not a publisher":  {n.client("bootstrap", "--port", "0"), 7, "not_a_publisher", "neither that of the founder"},
		"fails: owner of no kind": {n.client("join", "--yes", "--owner", "cosmos1abc"), 2, "bad_address", "no address of this chain"},
		"fails: rm of nothing":    {n.client("rm", "other.txt"), 5, "not_found", "object not found"},
		"fails: nothing earned":   {[]string{"earnings", "--withdraw", "--of-node", "999", "--home", node}, 5, "not_found", "node 999"},
		"fails: no such epoch":    {[]string{"explain", "999999", "--home", node}, 5, "not_found", "epoch 999999"},
		"fails: odd epoch":        {[]string{"explain", "x", "--home", node}, 2, "usage", `"x"`},
		"fails: put, no MESH":     {n.client("put", "small.txt", "--from", "poor"), 4, "insufficient_funds", "umesh"},
		"fails: put, no tokens":   {n.client("put", "small.txt", "--from", "tokenless"), 4, "insufficient_funds", n.network},
		"fails: extend, no MESH":  {n.client("extend", "1", "--from", "poor"), 4, "insufficient_funds", "umesh"},
		"fails: bond, no MESH":    {n.client("bond", "1", "5DEV", "--from", "poor", "--yes"), 4, "insufficient_funds", "needs"},
		"fails: bond, no tokens":  {n.client("bond", "1", "5DEV", "--from", "tokenless", "--yes"), 4, "insufficient_funds", "needs"},
		"fails: not one's deal":   {n.client("extend", "1", "--from", "tokenless"), 4, "tx_rejected", "deal 1"},
		"fails: put, no chain":    {n.client(unreachable("put", "small.txt")...), 3, "unreachable", nobody},
		"fails: get, no chain":    {n.client(unreachable("get", "small.txt", "--out", "r")...), 3, "unreachable", nobody},
		"fails: rm, no chain":     {n.client(unreachable("rm", "small.txt")...), 3, "unreachable", nobody},
		"fails: extend, no chain": {n.client(unreachable("extend", "1")...), 3, "unreachable", nobody},
		"fails: bond, no chain":   {n.client(unreachable("bond", "1", "5DEV")...), 3, "unreachable", nobody},
		"fails: send, no chain":   {n.client(unreachable("send", "poor", "1MESH")...), 3, "unreachable", nobody},
		"fails: earned, no chain": {append(unreachable("earnings"), "--home", node), 3, "unreachable", nobody},
		"fails: why, no chain":    {append(unreachable("explain", "1"), "--home", node), 3, "unreachable", nobody},
		"fails: odd entrance":     {n.client("get", "small.txt", "--bootstrap", "nonsense", "--out", "r"), 2, "invalid", "nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			said := n.run(append(tc.args, "--output", "json")...)
			require.Equal(t, tc.exit, said.code, said.out+said.err)
			var got struct {
				Error struct {
					Code, What, Why, Next string
					Exit                  int
				}
			}
			require.NoError(t, json.Unmarshal([]byte(said.out), &got), said.out)
			require.Equal(t, tc.code, got.Error.Code, said.out)
			require.Contains(t, got.Error.Why, tc.says)
			require.NotEmpty(t, got.Error.What)
			require.NotEmpty(t, got.Error.Next)
			require.NoFileExists(t, filepath.Join(filepath.Dir(n.home), "r"))
		})
	}
	require.Equal(t, before, n.holdings(), "none has changed anything")
}

// pays puts a file into a new deal, then another into the same: what is said to be paid has left the account.
func (n *storageNet) pays(file string) {
	n.t.Helper()
	client, denom := n.state(n.dir).key("client"), n.network+"/udev"
	had := n.balance(client, denom)
	var put struct{ Paid, Denom string }
	n.okJSON(&put, n.client("put", file)...)
	require.Equal(n.t, denom, put.Denom)
	require.Equal(n.t, itoa(had-n.balance(client, denom)), put.Paid)
	require.NotEqual(n.t, "0", put.Paid)
	n.file("other-small.txt", 500, 2)
	n.okJSON(&put, n.client("put", "other-small.txt")...)
	require.Equal(n.t, "0", put.Paid)
}

// holdings is what a refused command of the client must leave as it was: its files, its deals, what its key has, and what nodes
// have bonded and lost.
func (n *storageNet) holdings() map[string]any {
	n.t.Helper()
	var listed struct{ Objects []object }
	n.okJSON(&listed, n.client("ls")...)
	state := n.state(n.dir)
	client := state.key("client")
	var deals struct{ Deals []json.RawMessage }
	n.query(&deals, state.RPC, "tasks", "deals-by-client", client)
	return map[string]any{
		"files": listed.Objects, "deals": len(deals.Deals), "bonds": n.bonds(5),
		"MESH": n.balance(client, "umesh"), "tokens": n.balance(client, n.network+"/udev"),
	}
}

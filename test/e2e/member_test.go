package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNotAMember starts nodes in homes that are not what the chain has registered: the device's own key is another one, or gone,
// the owner is not the one who is named, and a node that has left for good. Each is told why and what next, runs nothing, and
// changes neither the home nor the chain.
func TestNotAMember(t *testing.T) {
	n := newStorageNet(t, 4)
	homes := map[string]string{}
	for _, name := range []string{"node0", "node1", "node2", "node3"} {
		homes[name] = n.kills(name).Home
	}
	key, err := os.ReadFile(filepath.Join(homes["node1"], "node_key"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(homes["node0"], "node_key"), key, 0o600))
	require.NoError(t, os.Remove(filepath.Join(homes["node2"], "node_key")))
	n.leaves("node3")

	for name, tc := range map[string]struct {
		node, code, why, next string
		more                  []string
	}{
		"fails: key of another device": {"node0", "other_device", "it was registered with the node_key of another home", "run it from that home, or join as another node with a new --operator", nil},
		"fails: another owner":         {"node1", "other_owner", "its owner is " + n.ownerOf("node1"), "leave out --owner, or join as another node with a new --operator", []string{"--owner", n.state(n.dir).key("client")}},
		"fails: no key of the device":  {"node2", "other_device", "it was registered with the node_key of another home", "run it from that home, or join as another node with a new --operator", nil},
		"fails: has left":              {"node3", "node_left", "it has left the network for good", "join as a new node with a new --operator", nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := n.membership(tc.node)
			args := append(n.joinOf(homes[tc.node]), tc.more...)
			text := n.run(args...)
			require.Equal(t, 7, text.code, text.out+text.err)
			require.Empty(t, text.out)
			number := itoa(n.numberOf(tc.node))
			said := n.run(append(args, "--output", "json")...)
			require.Equal(t, 7, said.code, said.out+said.err)
			var got struct {
				Error struct {
					Code, What, Why, Next string
					Exit                  int
				}
			}
			n.decode(said.out, &got)
			require.Equal(t, tc.code, got.Error.Code)
			require.Equal(t, "run node "+number, got.Error.What)
			require.Contains(t, got.Error.Why, tc.why)
			require.Equal(t, "mesh: run node "+number+": "+got.Error.Why+"\n  next: "+tc.next+"\n", text.err)
			require.Equal(t, tc.next, got.Error.Next)
			require.Equal(t, before, n.membership(tc.node))
		})
	}
}

// leaves takes a node out of the network, as its owner does it.
func (n *storageNet) leaves(name string) {
	n.t.Helper()
	state := n.state(n.dir)
	home := state.process(n.t, name).Home
	got := n.exec(n.meshd, "tx", "network", "leave", n.network, itoa(n.numberOf(name)), "--from", "owner", "--keyring-backend", "test",
		"--keyring-dir", filepath.Join(home, "keyring"), "--home", filepath.Join(filepath.Dir(n.home), "meshd"), "--node", "tcp://"+state.RPC,
		"--chain-id", state.ChainID, "--gas", "600000", "--gas-prices", "0.005umesh", "--yes", "--output", "json")
	require.Zero(n.t, got.code, got.err)
	n.until("the node has left", func() bool { return n.member(name).Status == "NODE_STATUS_LEFT" })
}

// memberOnChain is what meshd query network node answers.
type memberOnChain struct {
	ID, Owner, Operator, Status string
	PeerKey                     string `json:"peer_key"`
	OwnBond                     string `json:"own_bond"`
}

// numberOf returns the number of a node of the devnet.
func (n *storageNet) numberOf(name string) int { return number(n.t, n.member(name).ID) }

// ownerOf returns the address of the owner of a node of the devnet.
func (n *storageNet) ownerOf(name string) string {
	n.t.Helper()
	for _, k := range n.state(n.dir).Keys {
		if filepath.Base(k.Home) == name {
			return k.Address
		}
	}
	require.Fail(n.t, "no such home", name)
	return ""
}

// member returns a node of the devnet as the chain has it.
func (n *storageNet) member(name string) memberOnChain {
	n.t.Helper()
	rpc, owner, number := n.state(n.dir).RPC, n.ownerOf(name), 0
	for _, k := range n.state(n.dir).Keys {
		if !strings.HasPrefix(filepath.Base(k.Home), "node") {
			continue
		}
		number++ // as many nodes as homes, in another order
		var found struct{ Node memberOnChain }
		n.query(&found, rpc, "network", "node", n.network, itoa(number))
		if found.Node.Owner == owner {
			require.NotEmpty(n.t, found.Node.PeerKey)
			return found.Node
		}
	}
	require.Fail(n.t, "no such node", name)
	return memberOnChain{}
}

// membership is all that a refused start of a node must leave as it was: its home, itself on chain, and what its accounts have.
func (n *storageNet) membership(name string) map[string]string {
	n.t.Helper()
	m := n.member(name)
	all := map[string]string{"member": m.Owner + m.Operator + m.Status + m.PeerKey + m.OwnBond}
	for _, account := range []string{m.Owner, m.Operator} {
		for _, denom := range []string{"umesh", n.network + "/udev"} {
			all[account+denom] = itoa(n.balance(account, denom))
		}
	}
	home := n.state(n.dir).process(n.t, name).Home
	require.NoError(n.t, filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		all[path] = string(content)
		return err
	}))
	return all
}

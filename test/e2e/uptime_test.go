package e2e

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// presentOn is what the chain has of a node's claim about being there.
type presentOn struct {
	Claim struct {
		Proven string `json:"proven_height"`
		Slots  int    `json:"uptime_slots"`
		Worth  string `json:"duty_worth"`
	}
}

// TestUptime: nodes that hold nothing watch each other, claim and prove what they saw in their usual transactions, and are paid for it.
// One that is away is attested by nobody while it is, and again when it is back; its watchers have less to do meanwhile.
func TestUptime(t *testing.T) {
	const nodes, slots = 6, 4
	n := newStorageNet(t, nodes)
	first := n.epochNow() + 1
	n.until("everybody has proven an epoch", func() bool { return n.proven(first, nodes) == nodes })
	full := n.presence(first, 1).Claim.Worth
	for node := 1; node <= nodes; node++ {
		c := n.presence(first, node).Claim
		require.Equal(t, slots, c.Slots, "node %d", node)
		require.Equal(t, full, c.Worth, "all bonds are the same, and so is what all duties are worth")
	}

	var networks struct{ Assurance string }
	n.okJSON(&networks, "networks", n.network)
	require.Equal(t, "none", networks.Assurance, "one validator can choose who watches")
	home := filepath.Join(n.dir, "node0")
	require.Contains(t, n.ok("explain", itoa(first), "--home", home), "4 of 4 slots attested, assurance none: ")
	var e struct {
		Presence, Denom, Owner string
		Withdrawn              struct{ Fees, Presence string }
	}
	n.okJSON(&e, "earnings", "--home", home)
	require.NotEqual(t, "0", e.Presence)
	before := n.balance(e.Owner, e.Denom)
	n.okJSON(&e, "earnings", "--withdraw", "--home", home)
	require.Equal(t, "0", e.Withdrawn.Fees)
	require.Positive(t, number(t, e.Withdrawn.Presence))
	require.Equal(t, number(t, e.Withdrawn.Presence), n.balance(e.Owner, e.Denom)-before)

	n.kills("node5")
	away := n.epochNow() + 1
	n.until("the others have proven an epoch without it", func() bool { return n.proven(away, nodes) == nodes-1 })
	missing := 0
	for node := 1; node <= nodes; node++ {
		c := n.presence(away, node).Claim
		if c.Slots == 0 {
			missing++
			continue
		}
		require.Equal(t, slots, c.Slots, "four of five others are enough")
		require.Less(t, number(t, c.Worth), number(t, full))
	}
	require.Equal(t, 1, missing)
	n.ok("devnet", "nodes", itoa(nodes))
	back := n.epochNow() + 1
	n.until("everybody has proven an epoch again", func() bool { return n.proven(back, nodes) == nodes })
	for node := 1; node <= nodes; node++ {
		require.Equal(t, slots, n.presence(back, node).Claim.Slots, "node %d", node)
		n.saysNothingElse(node)
	}
}

// epochNow returns the number of the open epoch.
func (n *storageNet) epochNow() int {
	n.t.Helper()
	var now struct{ Calendar struct{ Epoch string } }
	code, body := n.fetches("/mesh/network/v1/networks/" + n.network + "/epochs/0")
	require.Equal(n.t, http.StatusOK, code, string(body))
	require.NoError(n.t, json.Unmarshal(body, &now))
	return number(n.t, now.Calendar.Epoch)
}

// presence returns the claim of a node for an epoch, an empty one if there is none.
func (n *storageNet) presence(epoch, node int) (p presentOn) {
	n.t.Helper()
	code, body := n.fetches("/mesh/tasks/v1/networks/" + n.network + "/nodes/" + itoa(node) + "/claims/" + itoa(epoch))
	if code != http.StatusNotFound {
		require.Equal(n.t, http.StatusOK, code, string(body))
		require.NoError(n.t, json.Unmarshal(body, &p))
	}
	return p
}

// proven returns how many nodes have proven an epoch.
func (n *storageNet) proven(epoch, nodes int) (count int) {
	n.t.Helper()
	for node := 1; node <= nodes; node++ {
		if height := n.presence(epoch, node).Claim.Proven; height != "" && height != "0" {
			count++
		}
	}
	return count
}

// saysNothingElse holds that a node has sent claims and proofs to the chain, and nothing about whom it has seen.
func (n *storageNet) saysNothingElse(node int) {
	n.t.Helper()
	code, body := n.fetches("/mesh/network/v1/networks/" + n.network + "/nodes/" + itoa(node))
	require.Equal(n.t, http.StatusOK, code)
	var m struct{ Node memberOnChain }
	require.NoError(n.t, json.Unmarshal(body, &m))
	var found struct {
		Txs []struct {
			Tx struct {
				Body struct {
					Messages []struct {
						Type string `json:"@type"`
					}
				}
			}
		}
	}
	n.query(&found, n.state(n.dir).RPC, "txs", "--query", "message.sender='"+m.Node.Operator+"'", "--limit", "100")
	require.NotEmpty(n.t, found.Txs)
	for _, tx := range found.Txs {
		for _, msg := range tx.Tx.Body.Messages {
			require.Contains(n.t, []string{"/mesh.tasks.v1.MsgClaim", "/mesh.tasks.v1.MsgProve"}, msg.Type)
		}
	}
}

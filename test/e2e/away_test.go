package e2e

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAlmostEverybodyAway kills all nodes but one holder of a deal of 2/4 and lets it find out that the others have lost their
// indices: one piece of the two that a segment needs is left with a holder. None of the others has lost a byte: when they are
// back they give what they have, take their indices again or have others rebuild them from it, and the file is whole.
func TestAlmostEverybodyAway(t *testing.T) {
	n := newStorageNet(t, 6)
	content := n.file("file.bin", 3_000_000, 4)
	var put struct{ Deal uint64 }
	n.okJSON(&put, n.client("put", "file.bin")...)
	n.until("every index proven by its holder", func() bool { return n.allProven(put.Deal) })

	left := n.holders(put.Deal)[0]
	for _, p := range n.state(n.dir).Processes {
		if strings.HasPrefix(p.Name, "node") && p.Home != left {
			require.NoError(t, syscall.Kill(p.PID, syscall.SIGKILL))
		}
	}
	n.until("the others' indices are lost", func() bool { return slices.Equal(n.statuses(put.Deal), []string{"HELD", "VACANT", "VACANT", "VACANT"}) })
	require.NotZero(t, n.run(n.client("get", "file.bin", "--out", "none")...).code, "one piece of two is there")

	n.ok("devnet", "nodes", "6")
	n.ok(n.client("get", "file.bin", "--out", "at once")...)
	require.True(t, bytes.Equal(content, n.read("at once")))
	n.until("every index proven by its holder", func() bool { return n.allProven(put.Deal) })
	n.ok(n.client("get", "file.bin", "--out", "later")...)
	require.True(t, bytes.Equal(content, n.read("later")))
}

// TestChainAway kills the chain's daemon while a file is on its way: nodes serve it to the end, and when the chain is back they
// claim and prove as if nothing had been.
func TestChainAway(t *testing.T) {
	n := newStorageNet(t, 5)
	content := n.file("file.bin", 60_000_000, 5)
	var put struct{ Deal uint64 }
	n.okJSON(&put, n.client("put", "file.bin")...)
	r, w := io.Pipe() // nobody reads ahead, so that the command is not done before the chain is gone
	var notes said
	get := n.process(w, &notes, n.mesh, n.client("get", "file.bin", "--out", "-")...)
	got := make([]byte, len(content))
	_, err := io.ReadFull(r, got[:1])
	require.NoError(t, err)
	validator := n.state(n.dir).process(t, "validator0")
	require.NoError(t, syscall.Kill(validator.PID, syscall.SIGKILL))
	n.until("the end of the validator", func() bool { return !validator.runs() })
	_, err = io.ReadFull(r, got[1:])
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got))
	require.True(t, get.succeeds())

	n.ok("devnet", "up", "--detach")
	n.until("every index proven by its holder", func() bool { return n.allProven(put.Deal) })
}

// statuses returns where the indices of a deal stand.
func (n *storageNet) statuses(deal uint64) (list []string) {
	n.t.Helper()
	var d dealOnChain
	n.query(&d, n.state(n.dir).RPC, "tasks", "deal", itoa(int(deal)))
	for _, i := range d.Indices {
		list = append(list, strings.TrimPrefix(i.Status, "INDEX_STATUS_"))
	}
	return list
}

// kills ends a process of the devnet without a word, and returns how it was started.
func (n *storageNet) kills(name string) process {
	n.t.Helper()
	p := n.state(n.dir).process(n.t, name)
	require.NoError(n.t, syscall.Kill(p.PID, syscall.SIGKILL))
	n.until("its end", func() bool { return !p.runs() })
	return p
}

// joins runs the node of a home besides those of the devnet, and returns its log once it takes part.
func (n *storageNet) joins(home string) *said {
	n.t.Helper()
	log := new(said)
	n.background(log, n.joinOf(home)...)
	n.takesPart(log)
	return log
}

// joinOf is the command that runs the node of a home.
func (n *storageNet) joinOf(home string) []string {
	return []string{"join", "--home", home, "--network-id", n.network, "--log-level", "info", "--yes"}
}

// takesPart waits until a node says that it runs.
func (n *storageNet) takesPart(log *said) {
	n.t.Helper()
	n.until("the node", func() bool { return strings.Contains(log.String(), "("+n.network+") runs.") })
}

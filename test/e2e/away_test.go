package e2e

import (
	"bytes"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAlmostEverybodyAway kills all nodes but one holder of a deal of 2/4 and lets it find out that the others have lost their
// indices. None of them has lost a byte: when they are back, they take their indices again, and the file is there.
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
	require.True(t, bytes.Equal(content, n.read("at once")), "who has lost an index still gives its pieces")
	n.until("every index proven by its holder", func() bool { return n.allProven(put.Deal) })
	n.ok(n.client("get", "file.bin", "--out", "later")...)
	require.True(t, bytes.Equal(content, n.read("later")))
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

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestClocksOff is a network in which the clock of one node is an hour ahead and that of another an hour behind, and so are
// those of clients: two devices can be two hours apart. What is agreed upon goes by blocks, so nobody notices: the two nodes
// acknowledge, claim, prove, and serve with nobody else's help, and no client is told a time of its own.
func TestClocksOff(t *testing.T) {
	n := newStorageNet(t, 4)
	ahead, behind := n.at(time.Hour).joins(n.kills("node0").Home), n.at(-time.Hour).joins(n.kills("node1").Home)
	bonds := n.bonds(4)

	contents := map[string][]byte{}
	for i, offset := range []time.Duration{0, time.Hour, -time.Hour} {
		name := "file" + itoa(i)
		contents[name] = n.file(name, 2_000_000, uint64(20+i))
		var put struct {
			Objects []struct{ Stored time.Time }
			Deal    uint64
			Kept    keptFor
		}
		n.at(offset).okJSON(&put, n.client("put", name, "--profile", "tiny")...)
		require.Equal(t, uint64(1), put.Deal)
		require.WithinDuration(t, time.Now().Add(offset), put.Objects[0].Stored, deadline, "what the client notes for itself")
		require.WithinDuration(t, time.Now().Add(time.Hour), put.Kept.Until, 30*time.Minute, "what the chain has promised")
	}
	n.until("every index proven by its holder", func() bool { return n.allProven(1) })
	require.Equal(t, 4, n.count(1, "HELD"), "all four nodes are its holders")
	n.livesAt(time.Hour, ahead)
	n.livesAt(-time.Hour, behind)
	require.Equal(t, bonds, n.bonds(4))

	n.kills("node2")
	n.kills("node3")
	for name, content := range contents {
		for _, offset := range []time.Duration{0, time.Hour, -time.Hour} {
			out := name + offset.String()
			n.at(offset).ok(n.client("get", name, "--out", out)...)
			require.Equal(t, content, n.read(out), "from the two whose clocks are off, for a client that is %v off", offset)
		}
	}
}

// livesAt waits until the log of a node says that it has proven something, and holds when it says so against the time that its
// device has.
func (n *storageNet) livesAt(offset time.Duration, log *said) {
	n.t.Helper()
	const proven = ` level=INFO msg="on chain" post=proof/`
	n.until("a proof in its log", func() bool { return strings.Contains(log.String(), proven) })
	before, _, _ := strings.Cut(log.String(), proven)
	at, err := time.Parse(time.RFC3339Nano, before[strings.LastIndex(before, "time=")+len("time="):])
	require.NoError(n.t, err, log.String())
	require.WithinDuration(n.t, time.Now().Add(offset), at, deadline)
}

package e2e

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// paidGet is what mesh get says of a paid retrieval.
type paidGet struct {
	Paid  string
	Aside string `json:"set_aside"`
	Until int64
}

// channelsSaid is what mesh channels says.
type channelsSaid struct {
	Denom    string
	Channels []struct {
		Channel           uint64
		Node              int
		Deposit, Redeemed string
		Own               bool
	}
}

// newPaidNet starts a devnet of nodes in a network whose founder asks a tenth of a token for each GiB that is read.
func newPaidNet(t *testing.T, nodes int) *storageNet {
	t.Helper()
	m := newMachine(t)
	n := &storageNet{machine: m, dir: filepath.Join(m.home, "devnet")}
	m.ok("devnet", "up", "--detach")
	var made struct {
		ID string `json:"network_id"`
	}
	m.okJSON(&made, "init", "--home", filepath.Join(n.dir, "founder"), "--name", "PaidNet", "--token-name", "Paid", "--token-symbol", "PAY",
		"--template", "storage", "--read-price", "0.1", "--yes")
	n.network = made.ID
	m.ok("devnet", "nodes", itoa(nodes))
	return n
}

// TestPaidReading is the journey of a client in a network where reading costs something: money is set aside for the holders and promised
// to them as bytes come, they redeem it though they are killed before they could, and what is left comes back to the unit. Who
// repairs reads for nothing, and who cannot pay is told so.
func TestPaidReading(t *testing.T) {
	const mib = 1 << 20
	n := newPaidNet(t, 6)
	require.Contains(t, n.ok("networks", n.network), "0.1 PAY for 1 GiB, to who gives it")
	content := n.file("file.bin", 40*mib, 3)
	var put struct {
		Deal    uint64
		Objects []object
	}
	n.okJSON(&put, n.client("put", "file.bin")...)
	var none channelsSaid
	n.okJSON(&none, n.client("channels")...)
	require.Empty(t, none.Channels, "storing asks nobody for a piece")

	account := n.state(n.dir).key("client")
	had := n.balance(account, none.Denom)
	var got paidGet
	n.okJSON(&got, n.client("get", "file.bin", "--out", "first")...)
	require.True(t, bytes.Equal(content, n.read("first")))
	const step, aside = 1_563, 25_000 // what 16 MiB cost, and 256 MiB: a tenth of a token for a GiB, rounded up
	const cost = 40 * 100_000 / 1024
	require.Contains(t, []string{itoa(3 * aside), itoa(4 * aside)}, got.Aside, "for two of the four holders and one more, or all if some are late")
	require.Equal(t, had-number(t, got.Aside), n.balance(account, none.Denom))
	require.GreaterOrEqual(t, number(t, got.Paid), cost)
	require.LessOrEqual(t, number(t, got.Paid), cost+4*step+100)

	// The nodes die with what was promised to them, and bring it to the chain when they are back.
	promised := number(t, got.Paid)
	for node := range 6 {
		n.kills("node" + itoa(node))
	}
	n.ok("devnet", "nodes", "6")
	n.until("what was served is redeemed", func() bool { return n.redeemed() >= cost })
	require.LessOrEqual(t, n.redeemed(), promised)
	require.True(t, slices.ContainsFunc(n.holders(put.Deal), func(home string) bool { return slices.Contains(n.paidFor(home), "voucher") }))
	n.answersRoutes(n.withTask(n.withChannel(put.Deal)))

	n.okJSON(&got, n.client("get", put.Objects[0].URI, "--out", "again")...)
	require.True(t, bytes.Equal(content, n.read("again")))
	require.Contains(t, []string{"0", itoa(aside)}, got.Aside, "there is enough left")
	promised += number(t, got.Paid)
	n.until("what was served is redeemed", func() bool { return n.redeemed() >= 2*cost })
	require.LessOrEqual(t, n.redeemed(), promised)

	n.refusesToReadUnpaid(put.Objects[0].URI)
	n.repairsForNothing(put.Deal)

	var open channelsSaid
	n.okJSON(&open, n.client("channels")...)
	before, left := n.balance(account, open.Denom), 0
	for _, c := range open.Channels {
		require.True(t, c.Own)
		left += number(t, c.Deposit) - number(t, c.Redeemed)
		n.ok(n.client("channels", "close", itoa(int(c.Channel)))...)
	}
	require.Positive(t, left)
	n.until("the rest is back", func() bool {
		n.okJSON(&open, n.client("channels")...)
		return len(open.Channels) == 0
	})
	require.Equal(t, before+left, n.balance(account, open.Denom))
}

// redeemed returns what the holders have redeemed of the client's channels, in base units.
func (n *storageNet) redeemed() (sum int) {
	n.t.Helper()
	var said channelsSaid
	n.okJSON(&said, n.client("channels")...)
	for _, c := range said.Channels {
		sum += number(n.t, c.Redeemed)
	}
	return sum
}

// withChannel waits until a deal is proven by all its holders and returns it, with a channel of its client.
func (n *storageNet) withChannel(deal uint64) (uint64, uint64) {
	n.t.Helper()
	n.until("every index proven by its holder", func() bool { return n.allProven(deal) })
	var said channelsSaid
	n.okJSON(&said, n.client("channels")...)
	require.NotEmpty(n.t, said.Channels)
	return deal, said.Channels[0].Channel
}

// withTask posts a task that nobody does, and returns it with a deal and a channel.
func (n *storageNet) withTask(deal, channel uint64) (uint64, uint64, uint64) {
	n.t.Helper()
	state := n.state(n.dir)
	got := n.exec(n.meshd, "tx", "tasks", "post-task", n.network, "1000", "2", "30", "--work", `{"kind":"sum","input":"MjArMjI="}`, "--from", "client",
		"--keyring-backend", "test", "--keyring-dir", filepath.Join(n.dir, "client", "keyring"), "--home", filepath.Join(filepath.Dir(n.home), "meshd"),
		"--node", "tcp://"+state.RPC, "--chain-id", state.ChainID, "--gas", "600000", "--gas-prices", "0.005umesh", "--yes", "--output", "json")
	require.Zero(n.t, got.code, got.err)
	var posted struct {
		Tasks []struct {
			ID     string
			Escrow string
		}
	}
	n.until("the task is posted", func() bool {
		n.query(&posted, state.RPC, "tasks", "tasks-by-client", state.key("client"))
		return len(posted.Tasks) == 1
	})
	require.Equal(n.t, "5000", posted.Tasks[0].Escrow)
	return deal, channel, uint64(number(n.t, posted.Tasks[0].ID))
}

// refusesToReadUnpaid lets somebody read a shared file who has no token of the network.
func (n *storageNet) refusesToReadUnpaid(uri string) {
	n.t.Helper()
	var share struct{ Link string }
	n.okJSON(&share, n.client("share", uri)...)
	got := n.run("get", share.Link, "--out", "stolen", "--home", filepath.Join(n.dir, "node0"), "--from", "owner")
	require.Equal(n.t, 4, got.code, got.err)
	require.Contains(n.t, got.err, "has 0"+n.network+"/upay and needs 75000"+n.network+"/upay")
	require.Contains(n.t, got.err, "next: have somebody send")
	require.NoFileExists(n.t, filepath.Join(filepath.Dir(n.home), "stolen"))
}

// repairsForNothing takes a holder away for good: another node reads what it needs from the others, and pays nobody.
func (n *storageNet) repairsForNothing(deal uint64) {
	n.t.Helper()
	name := filepath.Base(n.holders(deal)[0])
	gone := itoa(n.numberOf(name))
	n.leaves(name)
	n.until("its index with another, and proven", func() bool {
		var d dealOnChain
		n.query(&d, n.state(n.dir).RPC, "tasks", "deal", itoa(int(deal)))
		for _, i := range d.Indices {
			if i.Node == gone {
				return false
			}
		}
		return n.allProven(deal)
	})
	for node := 1; node <= 6; node++ {
		var to struct{ Channels []struct{ Client string } }
		n.query(&to, n.state(n.dir).RPC, "tasks", "channels-by-node", n.network, itoa(node))
		for _, c := range to.Channels {
			require.Equal(n.t, n.state(n.dir).key("client"), c.Client)
		}
	}
}

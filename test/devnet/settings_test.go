package devnet_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/mesh-protocol/mesh/test/devnet"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// everySetting are the settings operators may choose, of which each kind of mempool comes with each
// executor.
func everySetting() []devnet.NodeConfig {
	var list []devnet.NodeConfig
	for i, limit := range []int{-1, 0, 1, 5000} {
		list = append(list,
			devnet.NodeConfig{MempoolMaxTxs: limit, Executor: serverconfig.BlockExecutorSequential},
			devnet.NodeConfig{MempoolMaxTxs: limit, Executor: serverconfig.BlockExecutorBlockSTM, Workers: 4, Estimate: i%2 == 0},
		)
	}
	return list
}

// Eight validators with eight different settings agree on every block, full of transactions that
// stand in each other's way; so do nodes that replay the blocks with other numbers of cores.
func TestSettingsDoNotMatter(t *testing.T) {
	random := seeded.Source(t)
	c := devnet.New(t, devnet.Config{Validators: 8, Accounts: 6, Nodes: everySetting()})
	c.AdvanceTo(2)
	sent, most := 0, 0
	for range 12 {
		for range 20 {
			from, to := random.IntN(6), random.IntN(6)
			a := c.Accounts[from]
			amount := int64(1 + random.IntN(1000))
			if random.IntN(10) == 0 {
				amount = 1 << 62 // more than anybody has: fails in its block
			}
			c.Submit(a.Sign(send(a, c.Accounts[to], amount)))
			sent++
		}
		b := c.Advance()
		require.True(t, revealed(t, b))
		most = max(most, len(b.Txs))
	}
	// What is left is taken by the nodes with large mempools.
	for range 8 {
		c.Advance()
	}
	failed, committed := 0, 0
	for _, b := range c.Blocks {
		for _, r := range b.Results[1:] {
			committed++
			if r.IsErr() {
				failed++
			}
		}
	}
	t.Logf("%d sent, %d failed, %d in the largest block", sent, failed, most)
	require.Equal(t, sent, committed)
	require.Greater(t, most, 20)
	require.Positive(t, failed)

	cores := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(cores)
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		t.Run(fmt.Sprintf("ok: replayed with %d cores", n), func(t *testing.T) {
			late := c.Join(devnet.NodeConfig{MempoolMaxTxs: -1, Executor: serverconfig.BlockExecutorBlockSTM})
			require.Equal(t, c.Last().AppHash, late.App.LastCommitID().Hash)
		})
	}
}

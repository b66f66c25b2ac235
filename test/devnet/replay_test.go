package devnet_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/test/devnet"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// busy makes blocks with payments up to a height.
func busy(c *devnet.Chain, height int64) {
	for c.Height() < height {
		for i, a := range c.Accounts {
			c.Submit(a.Sign(send(a, c.Accounts[(i+1)%len(c.Accounts)], c.Height()+1)))
		}
		c.Advance()
	}
}

// A node may be killed between any two blocks, also before the first.
func TestRestartAtEveryBlock(t *testing.T) {
	c := devnet.New(t, devnet.Config{Nodes: everySetting()[:4]})
	for height := int64(0); height < 16; height++ {
		n := c.Nodes[height%4]
		n.Restart()
		require.Equal(t, height, n.App.LastBlockHeight())
		busy(c, height+1)
		requireReveals(t, c.Last())
	}
	for _, n := range c.Nodes {
		n.Restart()
	}
	requireReveals(t, c.Advance())
}

// A node that comes late replays every block by FinalizeBlock alone, among them one that lacks its
// reveal, one that took two rounds, and one whose reveal was wrong; then it follows.
func TestReplayFromGenesis(t *testing.T) {
	c := devnet.New(t, devnet.Config{})
	busy(c, 10)
	c.Nodes[0].Offline = true
	busy(c, 15)
	c.Nodes[0].Offline = false
	c.Decide()
	v := c.Proposer().Validator
	c.Decide(reveal(t, v, revealer(t, c, v).Current.Used+1))
	busy(c, 25)
	for _, cfg := range everySetting()[:4] {
		n := c.Join(cfg)
		require.Equal(t, c.Height(), n.App.LastBlockHeight())
		require.Equal(t, c.Last().AppHash, n.App.LastCommitID().Hash)
	}
	busy(c, 28)
	require.EqualValues(t, 28, c.Nodes[7].App.LastBlockHeight())
	c.Nodes[7].Restart()
	requireReveals(t, c.Advance())
}

// A chain that begins with the export of another knows its rounds, mark, chains and misses, gives
// the same seeds, and accepts the reveal that is next.
func TestExportContinues(t *testing.T) {
	old := devnet.New(t, devnet.Config{})
	busy(old, 20)
	old.Decide()
	missed := old.Last().Proposer.Validator
	busy(old, 40)
	state := func(c *devnet.Chain) *beacontypes.GenesisState {
		g, err := c.Nodes[0].App.Keepers.Beacon.ExportGenesis(c.Nodes[0].Context())
		require.NoError(t, err)
		return g
	}
	want := state(old)
	require.Len(t, want.Rounds, 40)

	c := old.Export("mesh-devnet-2")
	require.EqualValues(t, 40, c.Height())
	b := c.Advance()
	require.EqualValues(t, 41, b.Height)
	requireReveals(t, b)
	v := b.Proposer.Validator
	var next beacontypes.Revealer
	for i, r := range want.Revealers {
		if r.Validator == v.Operator() {
			next = r
			want.Revealers[i].Current.Used++
			want.Revealers[i].Current.Head = v.Chain.Preimage(r.Current.Used)
		}
	}
	got := state(c)
	require.Equal(t, want.Rounds, got.Rounds[:40])
	require.Equal(t, beacontypes.NextValue(want.Rounds[39].Value, 41, v.Chain.Preimage(next.Current.Used)), got.Rounds[40].Value)
	require.Equal(t, got.Rounds[40].Value, got.Applied.Value)
	require.Equal(t, want.Revealers, got.Revealers)
	require.Equal(t, want.Params, got.Params)
	require.Equal(t, devnet.ChainID, got.GenesisChainId)
	require.EqualValues(t, 1, revealer(t, c, missed).Missed)

	busy(c, 50)
	for closed := int64(2); closed <= 35; closed++ {
		ask := &beacontypes.QuerySeedRequest{Close: closed, Delay: 1, MMax: 4}
		before, err := beacontypes.NewQueryClient(old.Conn()).Seed(context.Background(), ask)
		require.NoError(t, err)
		after, err := beacontypes.NewQueryClient(c.Conn()).Seed(context.Background(), ask)
		require.NoError(t, err)
		require.Equal(t, before, after)
	}
	// A seed that was open when the state was exported is fixed on the new chain.
	seed, err := beacontypes.NewQueryClient(c.Conn()).Seed(context.Background(), &beacontypes.QuerySeedRequest{Close: 40, Delay: 2, MMax: 4})
	require.NoError(t, err)
	require.Equal(t, round(t, c, seed.Height).Value, seed.Value)
	require.EqualValues(t, 3, seed.Revealers)
	require.Equal(t, c.Last().AppHash, c.Join(devnet.DefaultNode()).App.LastCommitID().Hash)
}

package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/x/network/types"
)

const (
	// crowd is the number of networks that are awake at a time, longEpoch the default length of an epoch.
	crowd, longEpoch = 10_000, 720
)

// crowdChain has a crowd of networks of the default length of an epoch, each with a duty; at is the height at which all of them open,
// 0 for each on its own grid.
func crowdChain(t *testing.T, networks int, at int64) *costs {
	t.Helper()
	g := types.GenesisState{Params: types.DevnetParams(), NextSeq: uint64(networks) + 1, NextUnbonding: 1}
	for i := range networks {
		n := benchNetwork(t, uint64(i)+1)
		n.Params.Epoch.EpochBlocks = longEpoch
		g.Networks = append(g.Networks, n)
		cal := types.Calendar{Network: n.Seq, NextNode: 1}
		if at != 0 {
			cal.Duties, cal.RollsAt = 1, at
		}
		g.Calendars = append(g.Calendars, cal)
	}
	c := newCosts(t, storetypes.StoreTypeDB)
	c.init(t, g)
	for i := range networks {
		if at == 0 {
			require.NoError(t, c.keeper.ChangeDuties(c.ctx, uint64(i)+1, 1))
		}
	}
	c.stores.Commit()
	return c
}

// opened begins the next block and returns the networks that open an epoch in it.
func (c *costs) opened(t *testing.T) []string {
	t.Helper()
	m := sdk.NewEventManager()
	c.ctx = c.ctx.WithEventManager(m)
	c.block(t)
	var ids []string
	for _, e := range m.ABCIEvents() {
		typed, err := sdk.ParseTypedEvent(e)
		require.NoError(t, err)
		ids = append(ids, typed.(*types.EventEpochOpened).Network)
	}
	return ids
}

// TestACrowdIsStaggered: of 10,000 networks with the default length of an epoch each opens its epochs on its own grid, to the block; no
// block of an epoch has more of them than chance says, and none has so many that some would have to wait.
func TestACrowdIsStaggered(t *testing.T) {
	c := crowdChain(t, crowd, 0)
	due := map[string]int64{}
	for seq := uint64(1); seq <= crowd; seq++ {
		n, err := c.keeper.Network(c.ctx, seq)
		require.NoError(t, err)
		due[n.Id] = types.NextOpening(n.Id, longEpoch, height)
		require.Less(t, due[n.Id], int64(height+longEpoch+1))
	}
	var counts []int
	for range 2 * longEpoch {
		ids := c.opened(t)
		for _, id := range ids {
			require.Equal(t, due[id], c.ctx.BlockHeight())
			due[id] += longEpoch
		}
		counts = append(counts, len(ids))
	}
	require.Equal(t, counts[:longEpoch], counts[longEpoch:], "the second epoch is like the first")
	sum, squares := 0, 0.0
	const mean = float64(crowd) / longEpoch
	for _, n := range counts[:longEpoch] {
		sum += n
		squares += (float64(n) - mean) * (float64(n) - mean) / mean
	}
	require.Equal(t, crowd, sum)
	// Chi square of 719 degrees of freedom: its mean is 719, its standard deviation 37.9; within four of them.
	require.InDelta(t, longEpoch-1, squares, 4*37.9)
	require.LessOrEqual(t, slices.Max(counts), types.MaxRollsPerBlock)
	require.Equal(t, [2]int{3, 28}, [2]int{slices.Min(counts), slices.Max(counts)}, "the ids are what they are")
	for seq := uint64(1); seq <= crowd; seq++ {
		cal, err := c.keeper.Calendar(c.ctx, seq)
		require.NoError(t, err)
		require.Equal(t, uint64(2), cal.Epoch)
	}
}

// TestACrowdThatIsDueAtOnce opens 50 in a block, in the order of their numbers, for 200 blocks, all as of the height at which they were
// due; each of these blocks costs the same as where a hundred are due. The next epochs begin when the first have lasted as long as they
// must, so that nothing is ever more than 200 blocks late.
func TestACrowdThatIsDueAtOnce(t *testing.T) {
	const at, blocks = int64(height + 1), crowd / types.MaxRollsPerBlock
	few, many := crowdChain(t, 2*types.MaxRollsPerBlock, at), crowdChain(t, crowd, at)
	for range 2 {
		few.opened(t)
	}
	for epoch := range int64(2) {
		for many.ctx.BlockHeight() < at+epoch*longEpoch-1 {
			require.Empty(t, many.opened(t))
		}
		for i := range uint64(blocks) {
			ids := many.opened(t)
			require.Len(t, ids, types.MaxRollsPerBlock)
			for at, id := range ids {
				require.Equal(t, benchNetwork(t, i*types.MaxRollsPerBlock+uint64(at)+1).Id, id)
			}
		}
		require.Empty(t, many.opened(t))
		for seq := uint64(1); seq <= crowd; seq++ {
			e, err := many.keeper.Epoch(many.ctx, seq, uint64(epoch)+1)
			require.NoError(t, err)
			require.Equal(t, [2]int64{at + epoch*longEpoch, at + (epoch+1)*longEpoch}, [2]int64{e.Open, e.Close})
		}
	}
	for _, c := range []struct{ few, many []int }{{few.reads, many.reads}, {few.writes, many.writes}} {
		require.Equal(t, c.few[:1], slices.Compact(c.many[:blocks-1]))
		require.Equal(t, c.few[1], c.many[blocks-1], "the last of them")
	}
	require.Equal(t, [2]int{402, 200}, [2]int{few.reads[0], few.writes[0]}, "eight reads and four writes a network, and two reads")
}

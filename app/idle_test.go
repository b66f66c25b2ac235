package app_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// idleEpoch is the length of an epoch of the networks below.
const idleEpoch = 20

// withNetworks gives the chain one network that is awake, and so many that sleep, each third of which has ended.
func withNetworks(t testing.TB, idle int) edit {
	t.Helper()
	return change(networktypes.ModuleName, func(s *networktypes.GenesisState) {
		s.Params, s.NextSeq = networktypes.DevnetParams(), uint64(idle)+2
		for seq := uint64(1); seq < s.NextSeq; seq++ {
			n, err := newNetwork(who("founder"), fmt.Sprintf("Net %d", seq)).Network(s.Params)
			require.NoError(t, err)
			n.Seq, n.Id = seq, networktypes.NetworkID(chainID, who("founder").addr, n.Name, nil, seq, 0)
			n.Token.Denom, n.Deposit = networktypes.Denom(n.Id, n.Token.Symbol), sdk.NewInt64Coin(app.BondDenom, 0)
			cal := networktypes.Calendar{Network: seq, NextNode: 1}
			switch {
			case seq == 1:
				cal.Duties, cal.RollsAt = 1, 5
			case seq%3 == 0:
				n.SunsetHeight = 1
			}
			s.Networks, s.Calendars = append(s.Networks, n), append(s.Calendars, cal)
		}
	})
}

// countedChain is a chain whose blocks are counted.
func countedChain(t testing.TB, idle int) (*chain, *operations) {
	t.Helper()
	db, count := dbm.NewMemDB(), newOperations()
	a := app.New(log.NewNopLogger(), db, true, options(t.TempDir()), baseapp.SetChainID(chainID), func(b *baseapp.BaseApp) { b.SetCMS(newCountedStores(db, count)) })
	c := &chain{App: a, t: t, time: genesisTime()}
	c.start(newGenesis(c, withNetworks(t, idle)), 1)
	c.block()
	count.take()
	return c, count
}

// TestBlocksCostTheSameWithManyNetworks: whole blocks, from before the first to after the last of all modules, read and write the same
// keys as often with 10,000 networks that sleep or have ended as with 10, module by module and block by block, also where another
// network opens an epoch.
func TestBlocksCostTheSameWithManyNetworks(t *testing.T) {
	few, fewCount := countedChain(t, 10)
	many, manyCount := countedChain(t, 10_000)
	opened := 0
	for range 3 * idleEpoch {
		opened += len(typedEvents[*networktypes.EventEpochOpened](t, few.block().Events))
		many.block()
		height, a, b := few.LastBlockHeight(), fewCount.take(), manyCount.take()
		require.Equal(t, a, b, "block %d", height)
		for _, module := range []string{networktypes.ModuleName, tasktypes.ModuleName, beacontypes.ModuleName} {
			require.NotZero(t, a.reads[module], "%s is looked at in block %d", module, height)
		}
	}
	require.Equal(t, 3, opened)
	var answer networktypes.QueryNetworkResponse
	id := networktypes.NetworkID(chainID, who("founder").addr, "Net 9999", nil, 9_999, 0)
	require.True(t, many.ask("/mesh.network.v1.Query/Network", 0, &networktypes.QueryNetworkRequest{Id: id}, &answer).IsOK())
	require.Equal(t, networktypes.StatusEnded, answer.Status)
}

// BenchmarkBlocks is what a whole block without transactions costs, executed and committed, with few networks that sleep and with many: the
// median of blocks that are made in turn, and what was asked of the stores on average.
func BenchmarkBlocks(b *testing.B) {
	const blocks = 20 * idleEpoch
	sizes := []int{10, 10_000}
	chains, counts, nanos, asked := make([]*chain, 2), make([]*operations, 2), make([][]int64, 2), make([][2]int, 2)
	for i, idle := range sizes {
		chains[i], counts[i] = countedChain(b, idle)
	}
	for range blocks {
		for i, c := range chains {
			start := time.Now()
			c.block()
			nanos[i] = append(nanos[i], time.Since(start).Nanoseconds())
			was := counts[i].take()
			asked[i][0], asked[i][1] = asked[i][0]+total(was.reads), asked[i][1]+total(was.writes)
		}
	}
	for i, idle := range sizes {
		// The blocks are over; the loop of the framework has nothing to do.
		b.Run(fmt.Sprintf("n=%d", idle), func(b *testing.B) {
			slices.Sort(nanos[i])
			b.ReportMetric(float64(nanos[i][blocks/2]), "ns/op")
			b.ReportMetric(float64(asked[i][0])/blocks, "reads/op")
			b.ReportMetric(float64(asked[i][1])/blocks, "writes/op")
		})
	}
}

// total adds up the operations of all stores.
func total(by map[string]int) (sum int) {
	for _, n := range by {
		sum += n
	}
	return sum
}

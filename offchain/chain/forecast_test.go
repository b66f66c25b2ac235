package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/work"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
)

func foreseen() chain.Network {
	p := networktypes.DefaultNetworkParams()
	return chain.Network{
		Params: p,
		Token:  networktypes.Token{SupplyCap: math.NewInt(1_000_000_000e6), InitialAllocation: math.NewInt(100_000_000e6), HalvingEpochs: 35_040},
	}
}

// 96 GiB as 4 of 8 pieces are 24 GiB on each of 8 nodes, at one token for a GiB in 24 epochs.
func TestForesee(t *testing.T) {
	n := foreseen()
	plan := chain.Plan{Epoch: 1, Nodes: 12, Stored: 96 << 30, Read: 10 << 30, Profile: work.Profile{K: 4, N: 8}}
	f := chain.Foresee(n, plan)
	require.Equal(t, "12842465753", f.Emission.String())
	require.Equal(t, []string{"5136986301", "5136986301", "2568493150"}, []string{f.UptimeBucket.String(), f.TasksBucket.String(), f.GovernanceBucket.String()})
	require.Equal(t, []string{"8000000", "0"}, []string{f.Storage.String(), f.Reading.String()}, "reading is free")
	require.Equal(t, []string{"1600000", "6400000", "1280000"}, []string{f.Burnt.String(), f.Earned.String(), f.Matched.String()})
	require.True(t, f.IsCapped)
	require.Equal(t, []string{"120000", "24000"}, []string{f.Presence.String(), f.Duties.String()}, "0.01 %% of 12 bonds of 100")
	require.True(t, f.IsYield)
	require.Equal(t, "650000", f.Node.String())
	require.Equal(t, "-200000", f.Grown.String())
	require.Equal(t, "96000000", f.BackOfOneself.String())
	require.Equal(t, "10000000", f.DirectLimit.String())
	require.True(t, f.HasJuries)

	n.Params.Storage.ReadPrice = math.NewInt(500_000)
	plan.Epoch, plan.Nodes = 35_041, 1
	f = chain.Foresee(n, plan)
	require.Equal(t, "6421232876", f.Emission.String(), "halved")
	require.Equal(t, "5000000", f.Reading.String())
	require.True(t, f.Presence.IsZero(), "nobody watches it")
	require.False(t, f.HasJuries)

	plan = chain.Plan{Epoch: 1, Nodes: 6}
	f = chain.Foresee(n, plan)
	require.True(t, f.Storage.IsZero() && f.Burnt.IsZero() && f.Matched.IsZero())
	require.False(t, f.HasJuries, "four others are one too few")
}

// Where much is burnt, the bucket bounds the match, and where bonds are large, the bucket bounds what being there pays.
func TestForeseeWhatBucketsBound(t *testing.T) {
	n := foreseen()
	n.Token.SupplyCap = math.NewInt(1_100_000e6) // 14.269406 an epoch
	n.Token.InitialAllocation = math.NewInt(100_000e6)
	n.Params.Bond.MinBond = math.NewInt(1_000_000e6)
	f := chain.Foresee(n, chain.Plan{Epoch: 1, Nodes: 12, Stored: 960 << 30, Profile: work.Profile{K: 4, N: 8}})
	require.Equal(t, []any{"80000000", "16000000", "5707762", false}, []any{f.Storage.String(), f.Burnt.String(), f.Matched.String(), f.IsCapped})
	require.Equal(t, []any{"5707762", false}, []any{f.Presence.String(), f.IsYield})
}

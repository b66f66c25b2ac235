package types_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// epochOf returns the figures of an epoch of 6 slots and so many nodes, that pays 20 % of its pool for duties.
func presence(bucket, bonds int64, yieldPpm uint32, nodes uint64) types.Presence {
	return types.Presence{
		Bucket: math.NewInt(bucket), Bonds: math.NewInt(bonds), YieldPpm: yieldPpm, ContributionBps: 2_000,
		Slots: 6, Nodes: nodes, Whole: 1_000_000,
	}
}

func TestPresence(t *testing.T) {
	for _, c := range []struct {
		name           string
		p              types.Presence
		bond           int64
		slots, duties  uint64
		uptime, worked int64
	}{
		{"ok: the bucket bounds", presence(10_000, 1_000, 1_000_000_000, 4), 250, 6, 6_000_000, 2_000, 500},
		{"ok: the yield bounds", presence(10_000, 1_000_000, 100, 4), 1_000_000, 6, 24_000_000, 80, 20},
		{"ok: half of the slots", presence(10_000, 1_000, 1_000_000_000, 4), 250, 3, 3_000_000, 1_000, 250},
		{"ok: rounded down", presence(10_000, 1_000, 1_000_000_000, 4), 1, 1, 1, 1, 0},
		{"ok: nothing was shown", presence(10_000, 1_000, 1_000_000_000, 4), 250, 0, 0, 0, 0},
		{"ok: no bucket", presence(0, 1_000, 1_000_000_000, 4), 250, 6, 6_000_000, 0, 0},
		{"ok: nobody is there", presence(10_000, 0, 100, 0), 0, 6, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, math.NewInt(c.uptime).String(), c.p.Uptime(math.NewInt(c.bond), c.slots).String())
			require.Equal(t, math.NewInt(c.worked).String(), c.p.Duties(c.duties).String())
		})
	}
}

// Whatever the shares, all nodes together are paid no more than the bucket and no more than the yield on their bonds, and nobody
// gains by splitting a bond: each part is paid what it is of the whole, rounded down.
func TestPresenceIsBoundedAndLinear(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		bonds := rapid.SliceOfN(rapid.Int64Range(1, 1<<40), 1, 8).Draw(rt, "bonds")
		var all int64
		for _, b := range bonds {
			all += b
		}
		p := presence(rapid.Int64Range(0, 1<<50).Draw(rt, "bucket"), all, rapid.Uint32Range(10, 10_000).Draw(rt, "yield"), uint64(len(bonds)))
		p.ContributionBps = rapid.Uint32Range(0, 5_000).Draw(rt, "contribution")
		paid, left := math.ZeroInt(), p.Whole*p.Nodes*p.Slots
		for _, b := range bonds {
			slots, duties := rapid.Uint64Range(0, p.Slots).Draw(rt, "slots"), rapid.Uint64Range(0, left).Draw(rt, "duties")
			left -= duties
			whole := p.Uptime(math.NewInt(b), slots)
			paid = paid.Add(whole).Add(p.Duties(duties))
			a := rapid.Int64Range(0, b).Draw(rt, "part")
			parts := p.Uptime(math.NewInt(a), slots).Add(p.Uptime(math.NewInt(b-a), slots))
			require.True(rt, parts.LTE(whole) && parts.GTE(whole.SubRaw(1)), "%s in parts, %s as a whole", parts, whole)
			d := rapid.Uint64Range(0, duties).Draw(rt, "some duties")
			require.True(rt, p.Duties(d).Add(p.Duties(duties-d)).LTE(p.Duties(duties)))
		}
		require.True(rt, paid.LTE(p.Bucket))
		require.True(rt, paid.LTE(math.NewInt(all).MulRaw(int64(p.YieldPpm)).QuoRaw(1_000_000)))
	})
}

func TestTheLargestPresenceDoesNotOverflow(t *testing.T) {
	largest := math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 127))
	p := types.Presence{
		Bucket: largest, Bonds: largest, YieldPpm: 10_000, ContributionBps: 5_000, Slots: 64, Nodes: 1 << 36, Whole: 1_000_000,
	}
	pool := largest.QuoRaw(100)
	require.Equal(t, pool.QuoRaw(2).String(), p.Duties(64*1_000_000<<36).String())
	require.Equal(t, pool.Sub(pool.QuoRaw(2)).String(), p.Uptime(largest, 64).String())
}

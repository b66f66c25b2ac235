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

// presence returns the figures of an epoch of 6 slots that pays 20 % of its pool for duties.
func presence(bucket, bonds int64, yieldPpm uint32) types.Presence {
	return types.Presence{
		Bucket: math.NewInt(bucket), Bonds: math.NewInt(bonds), YieldPpm: yieldPpm, ContributionBps: 2_000,
		Slots: 6, Whole: 1_000_000,
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
		// A quarter of the bonds can expect 6,000,000 · 1/4 · 3/4.
		{"ok: the bucket bounds", presence(10_000, 1_000, 1_000_000_000), 250, 6, 1_125_000, 2_000, 500},
		{"ok: the yield bounds", presence(10_000, 1_000_000, 100), 500_000, 6, 1_500_000, 40, 10},
		{"ok: half of it", presence(10_000, 1_000, 1_000_000_000), 250, 3, 562_500, 1_000, 250},
		{"ok: drawn more often than expected", presence(10_000, 1_000, 1_000_000_000), 250, 6, 1_350_000, 2_000, 600},
		{"ok: all that can be claimed", presence(10_000, 1_000, 1_000_000_000), 250, 6, 6_000_000, 2_000, 2_000},
		{"ok: rounded down", presence(10_000, 1_000, 1_000_000_000), 1, 1, 1, 1, 0},
		{"ok: nothing was shown", presence(10_000, 1_000, 1_000_000_000), 250, 0, 0, 0, 0},
		{"ok: no bucket", presence(0, 1_000, 1_000_000_000), 250, 6, 1_125_000, 0, 0},
		{"ok: nobody is there", presence(10_000, 0, 100), 0, 6, 0, 0, 0},
		{"ok: nobody else is there", presence(10_000, 1_000, 1_000_000_000), 1_000, 6, 6_000_000, 8_000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, math.NewInt(c.uptime).String(), c.p.Uptime(math.NewInt(c.bond), c.slots).String())
			require.Equal(t, math.NewInt(c.worked).String(), c.p.Duties(c.p.Bonds.SubRaw(c.bond), c.duties, math.ZeroInt()).String())
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
		p := presence(rapid.Int64Range(0, 1<<50).Draw(rt, "bucket"), all, rapid.Uint32Range(10, 10_000).Draw(rt, "yield"))
		p.ContributionBps = rapid.Uint32Range(0, 5_000).Draw(rt, "contribution")
		paid, watched := math.ZeroInt(), math.ZeroInt()
		for _, b := range bonds {
			slots, duties := rapid.Uint64Range(0, p.Slots).Draw(rt, "slots"), rapid.Uint64Range(0, p.Whole*p.Slots).Draw(rt, "duties")
			whole := p.Uptime(math.NewInt(b), slots)
			got := p.Duties(math.NewInt(all-b), duties, watched)
			paid, watched = paid.Add(whole).Add(got), watched.Add(got)
			a := rapid.Int64Range(0, b).Draw(rt, "part")
			parts := p.Uptime(math.NewInt(a), slots).Add(p.Uptime(math.NewInt(b-a), slots))
			require.True(rt, parts.LTE(whole) && parts.GTE(whole.SubRaw(1)), "%s in parts, %s as a whole", parts, whole)
			if b == all {
				continue
			}
			// Who does all that a bond can expect is paid its share of the pool, as one owner or as two.
			expected := func(bond int64) uint64 {
				sum := new(big.Int).Mul(big.NewInt(int64(p.Whole*p.Slots)), big.NewInt(bond))
				sum.Mul(sum, big.NewInt(all-bond)).Quo(sum, big.NewInt(all))
				return sum.Quo(sum, big.NewInt(all)).Uint64()
			}
			worked := func(bond int64) math.Int { return p.Duties(math.NewInt(all-bond), expected(bond), math.ZeroInt()) }
			one, two := worked(b), worked(a).Add(worked(b-a))
			share := types.Bucket(math.MinInt(p.Bucket, p.Bonds.MulRaw(int64(p.YieldPpm)).QuoRaw(1_000_000)), p.ContributionBps).MulRaw(b).QuoRaw(all)
			slack := types.Bucket(p.Bucket, p.ContributionBps).MulRaw(2 * all).QuoRaw(all - b).QuoRaw(int64(p.Whole * p.Slots)).AddRaw(3) // worth is rounded down
			for _, got := range []math.Int{one, two} {
				require.True(rt, got.LTE(share) && got.Add(slack).GTE(share), "%s of %s, %s is lost by rounding", got, share, slack)
			}
		}
		require.True(rt, paid.LTE(p.Bucket))
		require.True(rt, paid.LTE(math.NewInt(all).MulRaw(int64(p.YieldPpm)).QuoRaw(1_000_000)))
	})
}

func TestTheLargestPresenceDoesNotOverflow(t *testing.T) {
	largest := math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 127))
	p := types.Presence{
		Bucket: largest, Bonds: largest, YieldPpm: 10_000, ContributionBps: 5_000, Slots: 64, Whole: 1_000_000_000_000,
	}
	pool := largest.QuoRaw(100)
	half := largest.QuoRaw(2)
	require.Equal(t, pool.QuoRaw(4).String(), p.Duties(half, 16*1_000_000_000_000, math.ZeroInt()).String())
	require.Equal(t, pool.QuoRaw(2).String(), p.Duties(half, 64*1_000_000_000_000, math.ZeroInt()).String())
	require.Equal(t, "7", p.Duties(half, 64*1_000_000_000_000, pool.QuoRaw(2).SubRaw(7)).String())
	require.Equal(t, pool.Sub(pool.QuoRaw(2)).String(), p.Uptime(largest, 64).String())
}

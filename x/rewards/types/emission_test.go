package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/rewards/types"
)

func TestEmission(t *testing.T) {
	first := math.NewInt(1_000)
	for _, c := range []struct {
		name           string
		halving, epoch uint64
		want           int64
	}{
		{"ok: nothing before the first epoch", 10, 0, 0},
		{"ok: the first epoch", 10, 1, 1_000},
		{"ok: the last before the first halving", 10, 10, 1_000},
		{"ok: the first halving", 10, 11, 500},
		{"ok: rounded down", 10, 41, 62},
		{"ok: nothing is left", 10, 10*127 + 1, 0},
		{"ok: beyond all halvings", 10, 10_000_000, 0},
		{"ok: without a schedule", 0, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, math.NewInt(c.want).String(), types.Emission(first, c.halving, c.epoch).String())
		})
	}
}

// All epochs together emit no more than what the first halving period does twice, which is what
// the initial allocation left of the cap.
func TestEmissionStaysUnderTheCap(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		left := math.NewIntFromUint64(rapid.Uint64Range(2, 1<<62).Draw(rt, "left"))
		halving := rapid.Uint64Range(1, 50_000).Draw(rt, "halving")
		first := left.QuoRaw(2).Quo(math.NewIntFromUint64(halving))
		sum := math.ZeroInt()
		for h := range uint64(200) {
			perEpoch := types.Emission(first, halving, h*halving+1)
			require.Equal(rt, perEpoch.String(), types.Emission(first, halving, (h+1)*halving).String())
			sum = sum.Add(perEpoch.Mul(math.NewIntFromUint64(halving)))
		}
		require.True(rt, sum.LTE(left), "%s of %s", sum, left)
	})
}

func TestEmissionNeverGrows(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		first := math.NewIntFromUint64(rapid.Uint64().Draw(rt, "first"))
		halving := rapid.Uint64Range(1, 1_000).Draw(rt, "halving")
		epoch := rapid.Uint64Range(1, 200_000).Draw(rt, "epoch")
		now, next := types.Emission(first, halving, epoch), types.Emission(first, halving, epoch+1)
		require.True(rt, next.LTE(now), "%s after %s", next, now)
	})
}

func TestBucket(t *testing.T) {
	for _, c := range []struct {
		emission int64
		bps      uint32
		want     int64
	}{
		{1_000, 4_000, 400},
		{1_000, 0, 0},
		{1_000, 10_000, 1_000},
		{999, 3_333, 332},
		{0, 4_000, 0},
	} {
		require.Equal(t, math.NewInt(c.want).String(), types.Bucket(math.NewInt(c.emission), c.bps).String())
	}
}

// The three buckets of an emission never total more than it.
func TestBucketsFitTheEmission(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		emission := math.NewIntFromUint64(rapid.Uint64().Draw(rt, "emission"))
		a := rapid.Uint32Range(0, 10_000).Draw(rt, "uptime")
		b := rapid.Uint32Range(0, 10_000-a).Draw(rt, "tasks")
		sum := types.Bucket(emission, a).Add(types.Bucket(emission, b)).Add(types.Bucket(emission, 10_000-a-b))
		require.True(rt, sum.LTE(emission))
		require.True(rt, emission.Sub(sum).LT(math.NewInt(3)))
	})
}

func closed(bucket, burnt int64, capBps uint32) types.Closed {
	return types.Closed{Bucket: math.NewInt(bucket), Burnt: math.NewInt(burnt), MatchCapBps: capBps, Open: math.NewInt(burnt)}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name   string
		closed types.Closed
		part   int64
		want   int64
		capped bool
	}{
		{"ok: the cap bounds it", closed(1_000, 100, 8_000), 50, 40, true},
		{"ok: the bucket bounds it", closed(10, 100, 8_000), 50, 5, false},
		{"ok: both at once", closed(80, 100, 8_000), 50, 40, true},
		{"ok: one under both", closed(79, 100, 8_000), 50, 39, false},
		{"ok: no emission is left", closed(0, 100, 8_000), 50, 0, false},
		{"ok: no match is allowed", closed(1_000, 100, 0), 50, 0, true},
		{"ok: nothing was burnt", closed(1_000, 0, 8_000), 0, 0, true},
		{"ok: rounded down", closed(7, 100, 8_000), 33, 2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, math.NewInt(c.want).String(), c.closed.Match(math.NewInt(c.part)).String())
			require.Equal(t, c.capped, c.closed.Capped())
		})
	}
}

// However what was burnt is split over nodes, all matches together stay within the bucket and
// within the cap, and splitting a part wins nothing.
func TestMatchIsBoundedForEverySplit(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		capBps := rapid.Uint32Range(0, 8_000).Draw(rt, "cap")
		parts := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(rt, "parts")
		var burnt int64
		for _, p := range parts {
			burnt += p
		}
		c := closed(rapid.Int64Range(0, 1<<42).Draw(rt, "bucket"), burnt, capBps)
		sum := math.ZeroInt()
		for _, p := range parts {
			match := c.Match(math.NewInt(p))
			require.True(rt, match.MulRaw(10_000).LTE(math.NewInt(p).MulRaw(int64(capBps))), "over the cap")
			sum = sum.Add(match)
		}
		require.True(rt, sum.LTE(c.Bucket), "over the bucket")
		require.True(rt, sum.LTE(c.Match(math.NewInt(burnt))), "splitting wins")
	})
}

// Whoever pays himself X gets back at most X(1 − τ(1−κ)), at any size of the bucket.
func TestSelfDealingLosesMoney(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		gross := rapid.Int64Range(1, 1<<50).Draw(rt, "gross")
		tau := rapid.Int64Range(100, 5_000).Draw(rt, "burn")
		capBps := rapid.Uint32Range(0, 8_000).Draw(rt, "cap")
		burnt := (gross*(tau/100) + 99) / 100 // a whole percentage, rounded up as the chain does
		c := closed(rapid.Int64Range(0, 1<<60).Draw(rt, "bucket"), burnt, capBps)
		back := math.NewInt(gross - burnt).Add(c.Match(math.NewInt(burnt)))
		loss := math.NewInt(gross).Sub(back)
		least := math.NewInt(burnt).MulRaw(int64(10_000 - capBps)).QuoRaw(10_000)
		require.True(rt, loss.GTE(least), "lost %s, at least %s", loss, least)
		require.True(rt, loss.IsPositive())
	})
}

func TestCommission(t *testing.T) {
	for _, c := range []struct {
		name             string
		pay, bond, bonds int64
		bps              uint32
		want             int64
	}{
		{"ok: a half of the bonds at 10 %", 1_000, 50, 100, 1_000, 50},
		{"ok: all of the bonds at 50 %", 1_000, 100, 100, 5_000, 500},
		{"ok: no commission", 1_000, 50, 100, 0, 0},
		{"ok: rounded down", 999, 1, 3, 3_333, 110},
		{"ok: no bonds", 1_000, 0, 0, 5_000, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := types.Commission(math.NewInt(c.pay), math.NewInt(c.bond), math.NewInt(c.bonds), c.bps)
			require.Equal(t, math.NewInt(c.want).String(), got.String())
		})
	}
}

// The commissions of all givers never take more than the largest commission of the pay.
func TestCommissionsLeaveTheOwnerHalf(t *testing.T) {
	r := seeded.Source(t)
	for range 2_000 {
		pay := math.NewInt(r.Int64N(1 << 50))
		var bonds int64
		parts := make([]int64, 1+r.IntN(16))
		for i := range parts {
			parts[i] = r.Int64N(1 << 40)
			bonds += parts[i]
		}
		own := r.Int64N(1 << 40)
		sum := math.ZeroInt()
		for _, p := range parts {
			sum = sum.Add(types.Commission(pay, math.NewInt(p), math.NewInt(bonds+own), uint32(r.IntN(5_001))))
		}
		require.True(t, sum.MulRaw(2).LTE(pay), "%s of %s", sum, pay)
	}
}

func TestNewPay(t *testing.T) {
	p := types.NewPay(0)
	require.True(t, p.Earned.IsZero() && p.Burnt.IsZero() && p.Matched.IsZero() && p.Uptime.IsZero() && p.Duties.IsZero())
	require.False(t, p.IsReady(), "nothing was burnt")
	require.False(t, p.Withdrawn)
}

func TestGenesisValidate(t *testing.T) {
	require.NoError(t, types.DefaultGenesis().Validate())
	good, bad := math.OneInt(), math.NewInt(-1)
	pay := paid(good, good, good, good)
	for _, c := range []struct {
		name string
		g    types.GenesisState
		ok   bool
	}{
		{"ok: all amounts", types.GenesisState{
			Fees: []types.StoredFees{{Amount: good}}, Pays: []types.StoredPay{{Pay: pay}},
			Burnt: []types.StoredBurnt{{Amount: good}}, Closed: []types.StoredClosed{{Closed: closed(1, 1, 1)}},
		}, true},
		{"fails: negative fees", types.GenesisState{Fees: []types.StoredFees{{Amount: bad}}}, false},
		{"fails: missing fees", types.GenesisState{Fees: []types.StoredFees{{}}}, false},
		{"fails: negative presence", types.GenesisState{Presence: []types.StoredFees{{Amount: bad}}}, false},
		{"fails: presence of a node twice", types.GenesisState{Presence: []types.StoredFees{{Amount: good}, {Amount: good}}}, false},
		{"fails: negative burn", types.GenesisState{Burnt: []types.StoredBurnt{{Amount: bad}}}, false},
		{"fails: negative bucket", types.GenesisState{Closed: []types.StoredClosed{{Closed: closed(-1, 1, 1)}}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.g.Validate()
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidGenesis)
		})
	}
}

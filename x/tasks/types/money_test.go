package types_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

const gib = 1 << 30

func TestRate(t *testing.T) {
	for _, tc := range []struct {
		name   string
		space  uint64
		price  int64
		epochs uint32
		want   int64
	}{
		{"ok: one GiB for one epoch", gib, 1_000_000, 1, 1_000_000},
		{"ok: one GiB for a day's price", gib, 1_000_000, 24, 41_667},
		{"ok: divides", 24 * gib, 1_000_000, 24, 1_000_000},
		{"ok: one byte is not free", 1, 1, 10_000, 1},
		{"ok: one byte over", gib + 1, 1_000, 1, 1_001},
		{"ok: half a GiB", gib / 2, 3, 1, 2},
		{"ok: largest space", types.MaxSpace, 1_000_000, 24, 682_666_667},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, types.Rate(tc.space, math.NewInt(tc.price), tc.epochs).Int64())
		})
	}
	require.Equal(t, types.MaxAmount().MulRaw(types.MaxSpace/gib).String(), types.Rate(types.MaxSpace, types.MaxAmount(), 1).String(), "the largest does not overflow")
}

func TestShare(t *testing.T) {
	for _, tc := range []struct {
		name   string
		amount int64
		bps    uint32
		want   int64
	}{
		{"ok: nothing of nothing", 0, 5_000, 0},
		{"ok: no share", 1_000, 0, 0},
		{"ok: one unit is burnt whole", 1, 1, 1},
		{"ok: exact", 10_000, 2_000, 2_000},
		{"ok: rounded up", 10_001, 2_000, 2_001},
		{"ok: all", 77, 10_000, 77},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, types.Share(math.NewInt(tc.amount), tc.bps).Int64())
		})
	}
}

// Shares and rates are the smallest whole numbers that are not too little.
func TestRoundingUp(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		amount := drawAmount(t, "amount")
		bps := rapid.Uint32Range(0, 10_000).Draw(t, "bps")
		share := types.Share(amount, bps)
		exact := amount.MulRaw(int64(bps))
		require.True(t, share.MulRaw(10_000).GTE(exact))
		require.True(t, share.SubRaw(1).MulRaw(10_000).LT(exact))
		require.True(t, share.LTE(amount), "nobody burns more than there is")

		space, epochs := rapid.Uint64Range(1, types.MaxSpace).Draw(t, "space"), rapid.Uint32Range(1, 10_000).Draw(t, "epochs")
		rate, unit := types.Rate(space, amount, epochs), math.NewInt(gib).MulRaw(int64(epochs))
		cost := amount.Mul(math.NewIntFromUint64(space))
		require.True(t, rate.Mul(unit).GTE(cost))
		require.True(t, rate.SubRaw(1).Mul(unit).LT(cost))
		require.True(t, rate.IsPositive())
	})
}

func TestRepairPayAndExposure(t *testing.T) {
	for _, tc := range []struct {
		name            string
		rate            int64
		k               uint32
		repair, exposed int64
	}{
		{"ok: k of 1", 1_001, 1, 2_002, 4_004},
		{"ok: k of 10", 7, 10, 140, 280},
		{"ok: no rate", 0, 10, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.repair, types.RepairPay(math.NewInt(tc.rate), tc.k).Int64())
			require.Equal(t, tc.exposed, types.Exposure(math.NewInt(tc.rate), tc.k).Int64())
			d := types.Deal{Rate: math.NewInt(tc.rate), Profile: types.Profile{K: tc.k, N: tc.k + 1}}
			require.Equal(t, tc.exposed, d.Exposure().Int64())
		})
	}
}

func TestCheckAmount(t *testing.T) {
	for _, tc := range []struct {
		name   string
		amount math.Int
		ok     bool
	}{
		{"ok: one", math.OneInt(), true},
		{"ok: 2^127", types.MaxAmount(), true},
		{"fails: nothing", math.ZeroInt(), false},
		{"fails: less than nothing", math.NewInt(-1), false},
		{"fails: missing", math.Int{}, false},
		{"fails: over 2^127", types.MaxAmount().AddRaw(1), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := types.CheckAmount("it", tc.amount)
			if tc.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidDeal)
			require.ErrorContains(t, err, "it must be")
		})
	}
}

func TestNewCost(t *testing.T) {
	c := types.NewCost(math.NewInt(1_001), types.Profile{K: 4, N: 7}, 30, 500, 2_000)
	require.Equal(t, int64(1_001*7*30), c.Escrow.Int64())
	require.Equal(t, int64(10_511), c.Reserve.Int64(), "5 % of 210,210, rounded up")
	require.Equal(t, int64(1_402), c.Burnt.Int64(), "20 % of one epoch's 7,007, rounded up")
	require.Equal(t, int64(210_210+10_511+1_402), c.Total().Int64())
	largest := types.NewCost(types.MaxAmount(), types.Profile{K: 1, N: types.MaxIndices}, types.MaxEpochs, 5_000, 5_000)
	require.ErrorIs(t, types.CheckAmount("cost", largest.Total()), types.ErrInvalidDeal, "the largest is refused, not wrapped")
}

// drawAmount draws 1 to 2^127, small and large ones alike.
func drawAmount(t *rapid.T, label string) math.Int {
	bits := rapid.UintRange(0, 127).Draw(t, label+" bits")
	n := new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
	return math.NewIntFromBigInt(n.Mod(n, new(big.Int).Lsh(big.NewInt(1), bits)).Add(n, big.NewInt(1)))
}

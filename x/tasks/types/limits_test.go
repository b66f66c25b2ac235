package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/test/seeded"
	"github.com/mesh-protocol/mesh/x/tasks/types"
)

// No two collections share a prefix, and none is the beginning of another.
func TestPrefixesAreDistinct(t *testing.T) {
	all := []collections.Prefix{
		types.NextDealPrefix, types.DealsPrefix, types.IndicesPrefix, types.StintsPrefix, types.DealsByClientPrefix,
		types.DealsByNodePrefix, types.OwedPrefix, types.ChangesPrefix, types.GapsPrefix, types.ClaimsPrefix,
		types.WindowsPrefix, types.EndsPrefix, types.SettlingPrefix, types.RepairsPrefix, types.NextRequestPrefix,
		types.RequestsPrefix, types.RequestsByNodePrefix, types.VacantPrefix, types.RequestsByIndexPrefix, types.EndedPrefix,
	}
	seen := map[string]bool{}
	for i, p := range all {
		require.Len(t, p.Bytes(), 1)
		require.EqualValues(t, i, p.Bytes()[0])
		require.False(t, seen[string(p.Bytes())])
		seen[string(p.Bytes())] = true
	}
}

// The largest figures there can be neither overflow nor panic: a deal that costs too much is
// refused by its amount.
func TestTheLargestFiguresDoNotOverflow(t *testing.T) {
	largest := types.MaxAmount()
	rate := types.Rate(types.MaxSpace, largest, 1)
	require.True(t, rate.GT(largest))
	require.ErrorIs(t, types.CheckAmount("rate", rate), types.ErrInvalidDeal)

	p := types.Profile{K: types.MaxIndices - 1, N: types.MaxIndices}
	require.NoError(t, p.Validate())
	cost := types.NewCost(largest, p, types.MaxEpochs, 5_000, 5_000)
	require.ErrorIs(t, types.CheckAmount("cost", cost.Total()), types.ErrInvalidDeal)
	require.True(t, types.Exposure(largest, p.K).Equal(types.RepairPay(largest, p.K).MulRaw(2)))
}

func TestCheckAmountEdges(t *testing.T) {
	for _, c := range []struct {
		name   string
		amount math.Int
		ok     bool
	}{
		{"ok: one unit", math.OneInt(), true},
		{"ok: 2^127", types.MaxAmount(), true},
		{"fails: 2^127 and one", types.MaxAmount().AddRaw(1), false},
		{"fails: nothing", math.ZeroInt(), false},
		{"fails: less than nothing", math.NewInt(-1), false},
		{"fails: missing", math.Int{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := types.CheckAmount("amount", c.amount)
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, types.ErrInvalidDeal)
			require.ErrorContains(t, err, "amount must be")
		})
	}
}

// Buying space in parts is never cheaper than buying it at once, and by at most a unit a part dearer.
func TestRateIsSubadditiveUpToRounding(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		price := math.NewIntFromUint64(rapid.Uint64Range(1, 1<<50).Draw(rt, "price"))
		epochs := rapid.Uint32Range(1, 1_000).Draw(rt, "epochs")
		a := rapid.Uint64Range(1, types.MaxSpace/2).Draw(rt, "a")
		b := rapid.Uint64Range(1, types.MaxSpace/2).Draw(rt, "b")
		parts := types.Rate(a, price, epochs).Add(types.Rate(b, price, epochs))
		whole := types.Rate(a+b, price, epochs)
		require.True(rt, parts.GTE(whole), "%s in parts, %s at once", parts, whole)
		require.True(rt, parts.Sub(whole).LTE(math.OneInt()), "%s in parts, %s at once", parts, whole)
	})
}

// The burn of a payment is never nothing and never more than the payment.
func TestShareOfAPayment(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		gross := math.NewIntFromUint64(rapid.Uint64Range(1, 1<<63).Draw(rt, "gross"))
		tau := rapid.Uint32Range(100, 5_000).Draw(rt, "burn")
		burnt := types.Share(gross, tau)
		require.True(rt, burnt.IsPositive())
		require.True(rt, burnt.LTE(gross))
		exact := gross.MulRaw(int64(tau))
		require.True(rt, burnt.MulRaw(10_000).GTE(exact))
		require.True(rt, burnt.SubRaw(1).MulRaw(10_000).LT(exact))
	})
}

// Half of what may be lost, rounded up, on top of what is enough.
func TestCurrentIsBetweenEnoughAndAll(t *testing.T) {
	seeded.Property(t, func(rt *rapid.T) {
		n := rapid.Uint32Range(2, types.MaxIndices).Draw(rt, "n")
		p := types.Profile{K: rapid.Uint32Range(1, n-1).Draw(rt, "k"), N: n}
		require.NoError(rt, p.Validate())
		require.Greater(rt, p.Current(), p.K)
		require.LessOrEqual(rt, p.Current(), p.N)
		require.LessOrEqual(rt, p.N-p.Current(), p.Current()-p.K)
	})
}

package types_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/x/rewards/types"
)

// A token may be as large as 2^127: no figure overflows where pay, bonds and burns are.
func TestTheLargestAmountsDoNotOverflow(t *testing.T) {
	largest := math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), 127))
	half := largest.QuoRaw(2)
	require.Equal(t, half.String(), types.Commission(largest, half, half, 5_000).String())
	require.Equal(t, largest.String(), types.Commission(largest, largest, largest, 10_000).String())
	require.Equal(t, largest.String(), types.Bucket(largest, 10_000).String())
	c := types.Closed{Bucket: half, Burnt: largest, MatchCapBps: 8_000, Open: largest}
	require.False(t, c.Capped())
	require.Equal(t, half.String(), c.Match(largest).String())
	require.Equal(t, "1", types.Emission(largest, 1, 128).String())
	require.Equal(t, "0", types.Emission(largest, 1, 129).String())
}

// What is left of an epoch is what its nodes have not withdrawn.
func TestGenesisSums(t *testing.T) {
	pay := func(burnt int64, withdrawn bool) types.Pay {
		p := paid(math.ZeroInt(), math.NewInt(burnt), math.ZeroInt(), math.ZeroInt())
		p.Withdrawn = withdrawn
		return p
	}
	for _, tc := range []struct {
		name   string
		change func(*types.GenesisState)
		want   error
	}{
		{"ok: sums agree", func(*types.GenesisState) {}, nil},
		{"fails: more open than pays say", func(g *types.GenesisState) { g.Closed[0].Closed.Open = math.NewInt(8) }, types.ErrInvalidGenesis},
		{"fails: less open than pays say", func(g *types.GenesisState) { g.Closed[0].Closed.Open = math.ZeroInt() }, types.ErrInvalidGenesis},
		{"fails: more burnt than pays say", func(g *types.GenesisState) { g.Burnt[0].Amount = math.NewInt(5) }, types.ErrInvalidGenesis},
		{"fails: closed without a pay", func(g *types.GenesisState) { g.Closed[0].Epoch = 9 }, types.ErrInvalidGenesis},
		{"fails: pay of another network", func(g *types.GenesisState) { g.Pays[0].Network = 2 }, types.ErrInvalidGenesis},
		{"fails: pay withdrawn and open", func(g *types.GenesisState) { g.Pays[0].Pay.Withdrawn = true }, types.ErrInvalidGenesis},
	} {
		t.Run(tc.name, func(t *testing.T) {
			g := types.GenesisState{
				Pays: []types.StoredPay{
					{Network: 1, Node: 1, Epoch: 1, Pay: pay(1, false)}, {Network: 1, Node: 1, Epoch: 2, Pay: pay(4, false)},
					{Network: 1, Node: 2, Epoch: 1, Pay: pay(7, true)},
				},
				Burnt: []types.StoredBurnt{{Network: 1, Epoch: 2, Amount: math.NewInt(4)}},
				Closed: []types.StoredClosed{{Network: 1, Epoch: 1, Closed: types.Closed{
					Bucket: math.NewInt(9), Burnt: math.NewInt(8), MatchCapBps: 1, Open: math.OneInt(),
				}}},
			}
			tc.change(&g)
			require.ErrorIs(t, g.Validate(), tc.want)
		})
	}
}

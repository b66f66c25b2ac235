package channel_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/channel"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// most is the largest amount of 128 bits.
func most() proof.U128 { return proof.U128{Hi: 1<<64 - 1, Lo: 1<<64 - 1} }

func TestPrice(t *testing.T) {
	for name, tc := range map[string]struct {
		price proof.U128
		bytes uint64
		want  proof.U128
	}{
		"ok: no price":                  {proof.U128{}, 1<<64 - 1, proof.U128{}},
		"ok: no bytes":                  {most(), 0, proof.U128{}},
		"ok: a GiB":                     {proof.U64(5), 1 << 30, proof.U64(5)},
		"ok: a byte is not free":        {proof.U64(1), 1, proof.U64(1)},
		"ok: the last byte of a unit":   {proof.U64(2), 1 << 29, proof.U64(1)},
		"ok: the first byte of another": {proof.U64(2), 1<<29 + 1, proof.U64(2)},
		"ok: the last byte but one":     {proof.U64(2), 1<<30 - 1, proof.U64(2)},
		"ok: by the byte":               {proof.U64(byByte), 12_345, proof.U64(12_345)},
		"ok: all bytes there are":       {proof.U64(byByte), 1<<64 - 1, proof.U64(1<<64 - 1)},
		"ok: more than 64 bits":         {proof.U128{Hi: 1 << 30}, 3, proof.U128{Hi: 3}},
		"ok: more than 128 bits within": {most(), 1 << 29, proof.U128{Hi: 1 << 63}},
		"ok: the largest":               {most(), 1 << 30, most()},
		"ok: beyond the largest":        {most(), 1<<30 + 1, most()},
		"ok: far beyond the largest":    {most(), 1<<64 - 1, most()},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tc.want, channel.Price(tc.price).Of(tc.bytes))
			require.Equal(t, tc.price == proof.U128{}, channel.Price(tc.price).IsZero())
		})
	}
}

// TestPriceProperties: the cost is the least amount that is not below the exact one, and who buys in parts never pays less.
func TestPriceProperties(t *testing.T) {
	gib := new(big.Int).Lsh(big.NewInt(1), 30)
	seeded.Property(t, func(t *rapid.T) {
		price := channel.Price{Hi: rapid.Uint64Range(0, 1<<40).Draw(t, "high"), Lo: rapid.Uint64().Draw(t, "low")}
		a, b := rapid.Uint64Range(0, 1<<50).Draw(t, "a"), rapid.Uint64Range(0, 1<<50).Draw(t, "b")
		exact := new(big.Int).Mul(proof.U128(price).Big(), new(big.Int).SetUint64(a)) // times 2^30
		cost := price.Of(a).Big()
		require.GreaterOrEqual(t, new(big.Int).Mul(cost, gib).Cmp(exact), 0)
		require.Negative(t, new(big.Int).Sub(new(big.Int).Mul(cost, gib), exact).Cmp(gib), "a unit too much")
		parts, err := price.Of(a).Add(price.Of(b))
		require.NoError(t, err)
		require.GreaterOrEqual(t, parts.Cmp(price.Of(a+b)), 0)
	})
}

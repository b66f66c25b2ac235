package proof_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

var (
	two64  = new(big.Int).Lsh(big.NewInt(1), 64)
	two128 = new(big.Int).Lsh(big.NewInt(1), 128)
	max128 = proof.U128{Hi: math.MaxUint64, Lo: math.MaxUint64}
)

// genU128 draws values of every bit length, with edges.
func genU128() *rapid.Generator[proof.U128] {
	return rapid.Custom(func(t *rapid.T) proof.U128 {
		u := proof.U128{Hi: rapid.Uint64().Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")}
		switch rapid.IntRange(0, 3).Draw(t, "shape") {
		case 0:
			u.Hi = 0
		case 1:
			return max128
		}
		return u
	})
}

func TestU128AgainstBig(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		a, b := genU128().Draw(t, "a"), genU128().Draw(t, "b")

		require.Equal(t, a, proof.U128FromBytes(a.Bytes()))
		require.Equal(t, a.Big().String(), a.String())
		require.Equal(t, a.Big().Cmp(b.Big()), a.Cmp(b))
		require.Equal(t, a.Big().Sign() == 0, a.IsZero())

		back, err := proof.FromBig(a.Big())
		require.NoError(t, err)
		require.Equal(t, a, back)

		sum, err := a.Add(b)
		if want := new(big.Int).Add(a.Big(), b.Big()); want.Cmp(two128) >= 0 {
			require.ErrorIs(t, err, proof.ErrOverflow)
		} else {
			require.NoError(t, err)
			require.Equal(t, want.String(), sum.String())
		}

		diff, err := a.Sub(b)
		if a.Cmp(b) < 0 {
			require.ErrorIs(t, err, proof.ErrRange)
		} else {
			require.NoError(t, err)
			require.Equal(t, new(big.Int).Sub(a.Big(), b.Big()).String(), diff.String())
		}

		small, err := a.Uint64()
		if a.Big().Cmp(two64) >= 0 {
			require.ErrorIs(t, err, proof.ErrRange)
		} else {
			require.NoError(t, err)
			require.Equal(t, a, proof.U64(small))
		}

		scaled := new(big.Int).Mul(a.Big(), b.Big())
		require.Equal(t, scaled.Rsh(scaled, 128).String(), proof.Scale(a, b).String())
	})
}

func TestFromBig(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   *big.Int
		want proof.U128
		err  error
	}{
		{"ok: zero", new(big.Int), proof.U128{}, nil},
		{"ok: one above 64 bits", new(big.Int).Set(two64), proof.U128{Hi: 1}, nil},
		{"ok: largest", new(big.Int).Sub(two128, big.NewInt(1)), max128, nil},
		{"fails: 2^128", two128, proof.U128{}, proof.ErrRange},
		{"fails: negative", big.NewInt(-1), proof.U128{}, proof.ErrRange},
		{"fails: nil", nil, proof.U128{}, proof.ErrRange},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := proof.FromBig(tc.in)
			require.ErrorIs(t, err, tc.err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestScaleEdges(t *testing.T) {
	half := proof.U128{Hi: 1 << 63}
	for _, tc := range []struct {
		name       string
		r, n, want proof.U128
	}{
		{"ok: nothing to draw from", max128, proof.U128{}, proof.U128{}},
		{"ok: lowest draw", proof.U128{}, max128, proof.U128{}},
		{"ok: highest draw stays below n", max128, proof.U64(7), proof.U64(6)},
		{"ok: highest of highest", max128, max128, proof.U128{Hi: math.MaxUint64, Lo: math.MaxUint64 - 1}},
		{"ok: half", half, proof.U64(10), proof.U64(5)},
		{"ok: carries out of the lowest word", proof.U128{Hi: 1, Lo: math.MaxUint64}, proof.U128{Hi: 1, Lo: math.MaxUint64},
			proof.U128{Lo: 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, proof.Scale(tc.r, tc.n))
		})
	}
}

func TestU128BytesAreBigEndian(t *testing.T) {
	b := proof.U128{Hi: 0x0102030405060708, Lo: 0x090a0b0c0d0e0f10}.Bytes()
	require.Equal(t, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, b[:])
}

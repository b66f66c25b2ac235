package proof_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// The definition, written a second time with big integers.
func TestDrawByDefinition(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		seed := genHash().Draw(t, "seed")
		tag := rapid.StringN(0, 40, 200).Draw(t, "tag")
		i := rapid.Uint64().Draw(t, "i")
		total := genU128().Draw(t, "total")

		msg := append([]byte("mesh/draw/v1\x00"), seed[:]...)
		msg = binary.AppendUvarint(msg, uint64(len(tag)))
		msg = append(msg, tag...)
		msg = binary.BigEndian.AppendUint64(msg, i)
		sum := sha256.Sum256(msg)
		want := new(big.Int).Mul(new(big.Int).SetBytes(sum[:16]), total.Big())
		want.Rsh(want, 128)

		require.Equal(t, want.String(), proof.Draw(seed, tag, i, total).String())
	})
}

func TestDrawsAreTheFirstK(t *testing.T) {
	seed, total := [32]byte{9}, proof.U64(1_000_000)
	for _, tc := range []struct {
		name string
		k    int
		err  error
	}{
		{"ok: one", 1, nil},
		{"ok: most", proof.MaxDraws, nil},
		{"fails: none", 0, proof.ErrDraws},
		{"fails: negative", -1, proof.ErrDraws},
		{"fails: one too many", proof.MaxDraws + 1, proof.ErrDraws},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := proof.Draws(seed, proof.TagLeaf, tc.k, total)
			require.ErrorIs(t, err, tc.err)
			if tc.err != nil {
				require.Nil(t, got)
				return
			}
			require.Len(t, got, tc.k)
			for i, d := range got {
				require.Equal(t, proof.Draw(seed, proof.TagLeaf, uint64(i), total), d)
			}
		})
	}
}

// Pearson's statistic over 10^6 draws into 1,024 bins has mean 1,023 and standard deviation √2046 = 45. The limit is six
// deviations above, so that no seed fails by chance.
func TestDrawsAreUniform(t *testing.T) {
	const bins, count, limit = 1024, 1_000_000, 1300.0
	seed := hash32(seeded.Source(t))
	for _, tag := range []string{proof.TagLeaf, proof.TagByte} {
		var seen [bins]int
		for i := range uint64(count) {
			seen[proof.Draw(seed, tag, i, proof.U64(bins)).Lo]++
		}
		require.Less(t, pearson(seen[:], count), limit, tag)
	}
}

// The bits of the byte draw must not follow from those of the leaf draw: pairs are uniform over 32 × 32 bins.
func TestDrawsOfTwoTagsAreIndependent(t *testing.T) {
	const side, count, limit = 32, 1_000_000, 1300.0
	seed := hash32(seeded.Source(t))
	var seen [side * side]int
	for i := range uint64(count) {
		a := proof.Draw(seed, proof.TagLeaf, i, proof.U64(side))
		b := proof.Draw(seed, proof.TagByte, i, proof.U64(side))
		seen[a.Lo*side+b.Lo]++
	}
	require.Less(t, pearson(seen[:], count), limit)
}

func pearson(seen []int, count int) float64 {
	want := float64(count) / float64(len(seen))
	stat := 0.0
	for _, n := range seen {
		stat += math.Pow(float64(n)-want, 2) / want
	}
	return stat
}

func TestDrawGolden(t *testing.T) {
	total := proof.U128{Hi: 1 << 62, Lo: 12345}
	var out []byte
	for i := range uint64(8) {
		leaf := proof.Draw([32]byte{1, 2, 3}, proof.TagLeaf, i, total).Bytes()
		pos := proof.Draw([32]byte{1, 2, 3}, proof.TagByte, i, total).Bytes()
		out = append(append(out, leaf[:]...), pos[:]...)
	}
	golden(t, "draws", out)
}

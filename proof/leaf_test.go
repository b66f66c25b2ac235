package proof_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

func TestLeafBytes(t *testing.T) {
	l := proof.Leaf{Item: 300, Weight: proof.U128{Hi: 1}, Data: []byte{7, 8}}
	got, err := l.AppendTo([]byte{0xff})
	require.NoError(t, err)
	require.Equal(t, []byte{0xff, 0xac, 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2, 2, 7, 8}, got)
	require.Equal(t, sha256.Sum256(binary.BigEndian.AppendUint64(nil, 300)), l.Key())

	most, err := proof.Leaf{Item: math.MaxUint64, Weight: max128, Data: make([]byte, proof.MaxLeafData)}.AppendTo(nil)
	require.NoError(t, err)
	require.Len(t, most, proof.MaxLeafSize)
	require.LessOrEqual(t, proof.MaxLeafSize, 120)
}

func TestDecodeLeafRefuses(t *testing.T) {
	ones := func(n int, last byte) []byte { return append(slices.Repeat([]byte{0xff}, n), last) }
	for _, tc := range []struct {
		name string
		in   []byte
		err  error
	}{
		{"ok: smallest", []byte{0, 1, 0}, nil},
		{"ok: largest weight", slices.Concat([]byte{0}, ones(18, 3), []byte{0}), nil},
		{"fails: weight of 129 bits", slices.Concat([]byte{0}, ones(18, 4), []byte{0}), proof.ErrRange},
		{"fails: weight without end", slices.Concat([]byte{0}, ones(20, 1), []byte{0}), proof.ErrRange},
		{"fails: deal of 65 bits", slices.Concat(ones(9, 2), []byte{1, 0}), proof.ErrRange},
		{"fails: zero weight", []byte{0, 0, 0}, proof.ErrZeroWeight},
		{"fails: long deal", []byte{0x80, 0, 1, 0}, proof.ErrNotCanonical},
		{"fails: long weight", []byte{0, 0x81, 0, 0}, proof.ErrNotCanonical},
		{"fails: long length", []byte{0, 1, 0x80, 0}, proof.ErrNotCanonical},
		{"fails: too much data", slices.Concat([]byte{0, 1, 65}, make([]byte, 65)), proof.ErrTooLarge},
		{"fails: data cut", []byte{0, 1, 2, 3}, proof.ErrTruncated},
		{"fails: empty", nil, proof.ErrTruncated},
		{"fails: left over", []byte{0, 1, 0, 0}, proof.ErrTrailing},
		{"fails: above the limit", make([]byte, proof.MaxLeafSize+1), proof.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := proof.DecodeLeaf(tc.in)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

func TestLeafRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		for _, l := range genLeaves(4).Draw(t, "leaves") {
			b, err := l.AppendTo(nil)
			require.NoError(t, err)
			got, err := proof.DecodeLeaf(b)
			require.NoError(t, err)
			require.Equal(t, l.Item, got.Item)
			require.Equal(t, l.Weight, got.Weight)
			require.Equal(t, append([]byte{}, l.Data...), append([]byte{}, got.Data...))
		}
	})
}

func FuzzDecodeLeaf(f *testing.F) {
	f.Add([]byte{0, 1, 0})
	f.Add(must(proof.Leaf{Item: math.MaxUint64, Weight: max128, Data: fill(1, 64)}.AppendTo(nil)))
	f.Add(must(proof.Leaf{Item: 300, Weight: proof.U128{Hi: 1}, Data: []byte{7}}.AppendTo(nil)))
	f.Fuzz(func(t *testing.T, in []byte) {
		l, err := proof.DecodeLeaf(in)
		if err != nil {
			return
		}
		out, err := l.AppendTo(nil)
		require.NoError(t, err)
		require.Equal(t, in, out)
	})
}

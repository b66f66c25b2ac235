package record_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// numbers draws segments for a list.
func numbers(t *rapid.T, name string) []int {
	return rapid.SliceOfN(rapid.IntRange(0, 1<<20), 0, 40).Draw(t, name)
}

func TestListRoundTrip(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		l := listOf(t, rapid.IntRange(2, 256).Draw(t, "n"), numbers(t, "segments")...)
		b := l.Encode()
		require.Len(t, b, l.Size())
		again, err := record.DecodeList(b, len(b))
		require.NoError(t, err)
		require.Equal(t, l, again)
		_, err = record.DecodeList(b, len(b)-1)
		require.ErrorIs(t, err, record.ErrTooLarge)
		clear(b)
		require.Equal(t, l, again, "nothing of the input is kept")
	})
}

// listBytes is a list of one part and one manifest, by hand.
func listBytes() string {
	zero, one := strings.Repeat("00", 32), strings.Repeat("11", 32)
	return "01" + "02" + "02" + // version, n, segments
		"8001" + zero + one + "00" + // a part of an object, pieces of 128 bytes
		"01" + one + zero + "01" + "ff01" + one // a manifest of 255 bytes
}

func TestListFormat(t *testing.T) {
	one := [32]byte(bytes.Repeat([]byte{0x11}, 32))
	l, err := record.NewList(2, []record.Segment{
		{Length: 128, Roots: [][32]byte{{}, one}},
		{Length: 1, Roots: [][32]byte{one, {}}, Label: &record.Label{Content: 255, Hash: one}},
	})
	require.NoError(t, err)
	require.Equal(t, listBytes(), hex.EncodeToString(l.Encode()))
	require.Equal(t, 2, l.Pieces())
	require.Equal(t, uint64(129), l.Bytes())
}

// TestListRefuses changes a good list in one place.
func TestListRefuses(t *testing.T) {
	good := listBytes()
	cut := func(from, to int, with string) string { return good[:2*from] + with + good[2*to:] }
	for name, tt := range map[string]struct {
		hex  string
		want error
	}{
		"fails: empty":                  {"", proof.ErrTruncated},
		"fails: another version":        {cut(0, 1, "02"), record.ErrList},
		"fails: one piece":              {cut(1, 2, "01"), proof.ErrPieces},
		"fails: 257 pieces":             {cut(1, 2, "8102"), proof.ErrPieces},
		"fails: a long n":               {cut(1, 2, "8200"), proof.ErrNotCanonical},
		"fails: more than there is":     {cut(2, 3, "03"), proof.ErrTruncated},
		"fails: 2^32 segments":          {cut(2, 3, "8080808010"), proof.ErrTruncated},
		"fails: 2^63 segments":          {cut(2, 3, "80808080808080808001"), proof.ErrTruncated},
		"fails: a number beyond 2^64":   {cut(2, 3, "ffffffffffffffffff02"), proof.ErrRange},
		"fails: fewer than there are":   {cut(2, 3, "01"), proof.ErrTrailing},
		"fails: an empty piece":         {cut(70, 71, "00"), proof.ErrPieceLength},
		"fails: a long piece":           {cut(70, 71, "8180808004"), proof.ErrPieceLength},
		"fails: a length in long form":  {cut(70, 71, "8100"), proof.ErrNotCanonical},
		"fails: an unknown label":       {cut(69, 70, "02"), record.ErrList},
		"fails: no content":             {cut(136, 138, "00"), segment.ErrLength},
		"fails: content without a seal": {cut(136, 138, "10"), segment.ErrLength},
		"fails: too much content":       {cut(136, 138, "81808004"), segment.ErrLength},
		"fails: 2^64 − 1 of content":    {cut(136, 138, "ffffffffffffffffff01"), segment.ErrLength},
		"fails: cut off":                {good[:len(good)-2], proof.ErrTruncated},
		"fails: one byte more":          {good + "00", proof.ErrTrailing},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := hex.DecodeString(tt.hex)
			require.NoError(t, err)
			_, err = record.DecodeList(b, math.MaxInt)
			require.ErrorIs(t, err, record.ErrList)
			require.ErrorIs(t, err, tt.want)
		})
	}
}

func TestNewListRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		n    int
		s    record.Segment
		want error
	}{
		"fails: one piece":        {1, part(1, 1), proof.ErrPieces},
		"fails: 257 pieces":       {257, part(1, 257), proof.ErrPieces},
		"fails: a root too few":   {4, part(1, 3), proof.ErrPieces},
		"fails: no length":        {4, record.Segment{Roots: make([][32]byte, 4)}, proof.ErrPieceLength},
		"fails: too long a piece": {4, record.Segment{Length: proof.MaxPieceLength + 1, Roots: make([][32]byte, 4)}, proof.ErrPieceLength},
		"fails: a wrong label":    {4, record.Segment{Length: 1, Roots: make([][32]byte, 4), Label: &record.Label{Content: segment.MaxContent + 17}}, segment.ErrLength},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := record.NewList(tt.n, []record.Segment{tt.s})
			require.ErrorIs(t, err, record.ErrList)
			require.ErrorIs(t, err, tt.want)
		})
	}
}

// TestLayout compares the tree of a list with that of proof's own list; labels are not under the root.
func TestLayout(t *testing.T) {
	l := listOf(t, 8, upTo(13)...)
	var plain proof.SegmentList
	for i := range l.Len() {
		plain = append(plain, proof.Segment{Length: l.At(i).Length, Roots: l.At(i).Roots})
	}
	want, err := proof.BuildLayout(8, plain)
	require.NoError(t, err)
	got, err := l.Layout()
	require.NoError(t, err)
	require.Equal(t, want.Root(), got.Root())
	require.Equal(t, l.Bytes(), got.Root().Bytes)

	_, err = listOf(t, 8).Layout()
	require.ErrorIs(t, err, proof.ErrRange)
}

func TestID(t *testing.T) {
	s := part(7, 3)
	require.Equal(t, blake3.Sum256(append(make([]byte, 64), s.Roots[2][:]...)), s.ID())
	require.NotEqual(t, part(8, 3).ID(), s.ID())
}

// TestShortSegments: an id tells segments of one byte apart, of which all pieces have one byte too.
func TestShortSegments(t *testing.T) {
	coder, err := segment.NewCoder(work.Profile{K: 29, N: 80})
	require.NoError(t, err)
	seen := make(map[[32]byte]bool)
	first := make(map[[32]byte]bool)
	for number := range uint64(600) {
		cipher, err := objectKey.Segment(number)
		require.NoError(t, err)
		p, err := coder.Seal(cipher, []byte{1})
		require.NoError(t, err)
		require.Equal(t, 1, p.Length)
		seen[record.Segment{Length: 1, Roots: p.Roots}.ID()] = true
		first[p.Roots[0]] = true
		p.Release()
	}
	require.Len(t, seen, 600)
	require.LessOrEqual(t, len(first), 256, "the root of one piece would not do")
}

func TestIndex(t *testing.T) {
	l := listOf(t, 4, 1, 5, 2, 10, 5)
	x := record.NewIndex(l)
	for number, want := range map[int]int{1: 0, 5: 1, 2: 2, 10: 3} {
		got, ok := x.Segment(part(number, 4).ID())
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for number, want := range map[int]int{5: 1, 10: 3} {
		got, ok := x.Manifest(hashOf(number))
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok := x.Segment(part(3, 4).ID())
	require.False(t, ok)
	_, ok = x.Manifest(hashOf(1))
	require.False(t, ok)
}

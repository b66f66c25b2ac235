package segment_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// missing draws up to most indices of n.
func missing(t *rapid.T, n, most int) []int {
	return rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, most, rapid.ID[int]).Draw(t, "missing")
}

// TestOpenParts opens random parts of random segments from their spans, whatever n − k pieces are missing.
func TestOpenParts(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		p := rapid.SampledFrom(segment.Profiles()).Draw(t, "profile")
		c, err := segment.NewCoder(p.Profile)
		require.NoError(t, err)
		n := rapid.OneOf(rapid.SampledFrom(lengths(p.K)), rapid.IntRange(1, 40*65520)).Draw(t, "length")
		s := seal(t, c, fill(uint64(n), n))
		offset := rapid.IntRange(0, n-1).Draw(t, "offset")
		part := segment.Part{Plain: n, Offset: offset, Length: rapid.IntRange(1, n-offset).Draw(t, "part")}
		span, err := part.Span(p.K)
		require.NoError(t, err)
		given := cut(s.pieces, span, missing(t, p.N, p.N-p.K)...)
		out, err := c.Open([]byte("before "), cipherOf(t, 0), given, part)
		require.NoError(t, err)
		require.Equal(t, "before ", string(out[:7]))
		require.True(t, bytes.Equal(s.plain[offset:offset+part.Length], out[7:]))
		for i, b := range given {
			require.True(t, b == nil || bytes.Equal(s.pieces[i][span.From:span.To], b), "pieces are not changed")
		}
	})
}

// TestDecode restores content of any length from any k pieces.
func TestDecode(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		p := rapid.SampledFrom(segment.Profiles()).Draw(t, "profile")
		c, err := segment.NewCoder(p.Profile)
		require.NoError(t, err)
		content := fill(1, rapid.OneOf(rapid.IntRange(1, 100), rapid.IntRange(1, 40*65536), rapid.Just(segment.MaxContent)).Draw(t, "length"))
		coded, err := c.Encode(content)
		require.NoError(t, err)
		defer coded.Release()
		given := cut(copies(c, coded), segment.Span{To: coded.Length}, missing(t, p.N, p.N-p.K)...)
		got, err := c.Decode(nil, given, len(content))
		require.NoError(t, err)
		require.True(t, bytes.Equal(content, got))
	})
}

func TestSpan(t *testing.T) {
	const block, last = 65520, 65536 * 31
	for name, tt := range map[string]struct {
		part segment.Part
		k    int
		want segment.Span
	}{
		"ok: everything":                        {segment.Whole(segment.MaxPlain), 4, segment.Span{To: 2 << 20}},
		"ok: the first byte":                    {segment.Part{Plain: segment.MaxPlain, Length: 1}, 4, segment.Span{To: 65536}},
		"ok: the last byte of a stripe":         {segment.Part{Plain: segment.MaxPlain, Offset: 4*block - 1, Length: 1}, 4, segment.Span{To: 65536}},
		"ok: over the edge of a stripe":         {segment.Part{Plain: segment.MaxPlain, Offset: 4*block - 1, Length: 2}, 4, segment.Span{To: 131072}},
		"ok: the second stripe":                 {segment.Part{Plain: segment.MaxPlain, Offset: 4 * block, Length: 4 * block}, 4, segment.Span{From: 65536, To: 131072}},
		"ok: the last stripe, whole":            {segment.Part{Plain: segment.MaxPlain, Offset: segment.MaxPlain - 1, Length: 1}, 4, segment.Span{From: last, To: last + 65536}},
		"ok: the last stripe of wide":           {segment.Part{Plain: segment.MaxPlain, Offset: 116 * block, Length: 1}, 29, segment.Span{From: 262144, To: 262144 + 27119}},
		"ok: before the last stripe of wide":    {segment.Part{Plain: segment.MaxPlain, Offset: 116*block - 1, Length: 1}, 29, segment.Span{From: 196608, To: 262144}},
		"ok: over the last edge of wide":        {segment.Part{Plain: segment.MaxPlain, Offset: 116*block - 1, Length: 2}, 29, segment.Span{From: 196608, To: 262144 + 27119}},
		"ok: a middle block of the last stripe": {segment.Part{Plain: 7 * block, Offset: 5 * block, Length: 1}, 4, segment.Span{From: 65536, To: 65536 + 49152}},
		"ok: one byte":                          {segment.Whole(1), 29, segment.Span{To: 1}},
		"ok: copy":                              {segment.Part{Plain: 2*block + 1, Offset: 2 * block, Length: 1}, 1, segment.Span{From: 131072, To: 131072 + 17}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tt.part.Span(tt.k)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want.To-tt.want.From, got.Len())
		})
	}
	for name, tt := range map[string]struct {
		part segment.Part
		k    int
		want error
	}{
		"fails: an empty segment":  {segment.Whole(0), 4, segment.ErrLength},
		"fails: a long segment":    {segment.Whole(segment.MaxPlain + 1), 4, segment.ErrLength},
		"fails: nothing":           {segment.Part{Plain: 10, Offset: 5}, 4, segment.ErrRange},
		"fails: a negative offset": {segment.Part{Plain: 10, Offset: -1, Length: 2}, 4, segment.ErrRange},
		"fails: beyond the end":    {segment.Part{Plain: 10, Offset: 9, Length: 2}, 4, segment.ErrRange},
		"fails: no profile":        {segment.Whole(10), 0, segment.ErrProfile},
		"fails: an overflow":       {segment.Part{Plain: 10, Offset: 1, Length: int(^uint(0) >> 1)}, 4, segment.ErrRange},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.part.Span(tt.k)
			require.ErrorIs(t, err, tt.want)
		})
	}
}

// TestOpenFewPieces: the data pieces that a part lies in are enough, and otherwise k are needed.
func TestOpenFewPieces(t *testing.T) {
	c := newCoder(t, 4, 8)
	s := seal(t, c, fill(1, segment.MaxPlain))
	_, err := c.Open(nil, cipherOf(t, 0), s.pieces, segment.Whole(segment.MaxPlain))
	require.NoError(t, err, "what one call needs is not asked of the next")
	part := segment.Part{Plain: segment.MaxPlain, Offset: 6*65520 + 5, Length: 100} // block 6 lies in piece 2
	span, err := part.Span(4)
	require.NoError(t, err)
	got, err := c.Open(nil, cipherOf(t, 0), cut(s.pieces, span, 0, 1, 3, 4, 5, 6, 7), part)
	require.NoError(t, err)
	require.Equal(t, s.plain[part.Offset:part.Offset+100], got)

	_, err = c.Open(nil, cipherOf(t, 0), cut(s.pieces, span, 2, 4, 5, 6, 7), part)
	var few *segment.TooFewError
	require.ErrorAs(t, err, &few)
	require.Equal(t, segment.TooFewError{Need: 4, Have: 3}, *few)
	require.ErrorIs(t, err, segment.ErrTooFew)
	_, err = c.Decode(nil, make([][]byte, 8), 100)
	require.ErrorIs(t, err, segment.ErrTooFew)
}

func TestOpenPieces(t *testing.T) {
	c := newCoder(t, 4, 8)
	s := seal(t, c, fill(1, 1000))
	whole := segment.Span{To: len(s.pieces[0])}
	short := cut(s.pieces, whole)
	short[5] = short[5][1:]
	empty := cut(s.pieces, whole)
	empty[7] = []byte{}
	for name, pieces := range map[string][][]byte{
		"fails: too few places": s.pieces[:7], "fails: none": nil, "fails: one is short": short, "fails: one is empty": empty,
		"fails: all are short": cut(s.pieces, segment.Span{From: 1, To: whole.To}),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.Open(nil, cipherOf(t, 0), pieces, segment.Whole(1000))
			require.ErrorIs(t, err, segment.ErrPieces)
			_, err = c.Decode(nil, pieces, 1016)
			require.ErrorIs(t, err, segment.ErrPieces)
		})
	}
	_, err := c.Decode(nil, s.pieces, 0)
	require.ErrorIs(t, err, segment.ErrLength)
	_, err = c.Open(nil, cipherOf(t, 0), s.pieces, segment.Whole(0))
	require.ErrorIs(t, err, segment.ErrLength)
}

// TestHostilePieces: whatever a holder changes, nothing but the bytes that were sealed comes out, or a *SealedError that
// names the first block that is wrong.
func TestHostilePieces(t *testing.T) {
	c := newCoder(t, 4, 8)
	n := 9*65520 + 100 // two whole stripes, blocks 8 and 9 in the last one
	s := seal(t, c, fill(1, n))
	length := len(s.pieces[0])
	swap := func(p [][]byte, i, j int) { p[i], p[j] = p[j], p[i] }
	for name, tt := range map[string]struct {
		change func(p [][]byte)
		block  int
	}{
		"fails: a bit of the first block":      {func(p [][]byte) { p[0][0] ^= 1 }, 0},
		"fails: a bit of a tag":                {func(p [][]byte) { p[1][65535] ^= 0x80 }, 1},
		"fails: a bit of the last stripe":      {func(p [][]byte) { p[1][length-1] ^= 1 }, 8},
		"fails: a bit of the last block":       {func(p [][]byte) { p[3][131072] ^= 1 }, 8},
		"fails: two pieces in the wrong place": {func(p [][]byte) { swap(p, 1, 2) }, 1},
		"fails: two blocks in the wrong place": {func(p [][]byte) {
			first := append([]byte(nil), p[0][:65536]...)
			copy(p[0], p[0][65536:131072])
			copy(p[0][65536:], first)
		}, 0},
		"fails: a bit of a parity piece that is used": {func(p [][]byte) { p[2] = nil; p[4][70000] ^= 1 }, 6},
		"fails: zeros": {func(p [][]byte) { clear(p[3]) }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			pieces := make([][]byte, len(s.pieces))
			for i, p := range s.pieces {
				pieces[i] = append([]byte(nil), p...)
			}
			tt.change(pieces)
			out, err := c.Open([]byte{7}, cipherOf(t, 0), pieces, segment.Whole(n))
			var sealed *segment.SealedError
			require.ErrorAs(t, err, &sealed)
			require.ErrorIs(t, err, segment.ErrSealed)
			require.Equal(t, tt.block, sealed.Block)
			require.Equal(t, []byte{7}, out, "nothing of it is returned")
		})
	}
	t.Run("fails: another segment", func(t *testing.T) {
		_, err := c.Open(nil, cipherOf(t, 1), s.pieces, segment.Whole(n))
		require.ErrorIs(t, err, segment.ErrSealed)
	})
	t.Run("fails: another length", func(t *testing.T) {
		_, err := c.Open(nil, cipherOf(t, 0), s.pieces, segment.Whole(n-1))
		require.Error(t, err)
	})
	t.Run("ok: a bit of a parity piece that is not used", func(t *testing.T) {
		pieces := cut(s.pieces, segment.Span{To: length})
		pieces[6] = make([]byte, length)
		out, err := c.Open(nil, cipherOf(t, 0), pieces, segment.Whole(n))
		require.NoError(t, err)
		require.True(t, bytes.Equal(s.plain, out))
	})
}

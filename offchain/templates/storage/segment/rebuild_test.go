package segment_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// TestRebuild makes any piece of any others, span by span.
func TestRebuild(t *testing.T) {
	seeded.Property(t, func(t *rapid.T) {
		p := rapid.SampledFrom(segment.Profiles()).Draw(t, "profile")
		c, err := segment.NewCoder(p.Profile)
		require.NoError(t, err)
		s := seal(t, c, fill(2, rapid.IntRange(1, 40*65520).Draw(t, "length")))
		index := rapid.IntRange(0, p.N-1).Draw(t, "index")
		lost := append(missing(t, p.N, p.N-p.K-1), index)
		length := len(s.pieces[0])
		step := rapid.IntRange(max(1, length/5), length).Draw(t, "step")
		var out []byte
		for from := 0; from < length; from += step {
			out, err = c.Rebuild(out, cut(s.pieces, segment.Span{From: from, To: min(from+step, length)}, lost...), index)
			require.NoError(t, err)
		}
		require.True(t, bytes.Equal(s.pieces[index], out))
		require.Equal(t, s.roots[index], blake3.Sum256(out))
	})
}

// TestRebuildEverySet rebuilds every piece of every set of k pieces of small.
func TestRebuildEverySet(t *testing.T) {
	c := newCoder(t, 4, 8)
	s := seal(t, c, fill(1, 300_000))
	sets := 0
	for set := range 1 << 8 {
		given := make([][]byte, 8)
		have := 0
		for i := range given {
			if set>>i&1 == 1 {
				given[i] = s.pieces[i]
				have++
			}
		}
		if have != 4 {
			continue
		}
		sets++
		for i := range given {
			if given[i] == nil {
				out, err := c.Rebuild(nil, given, i)
				require.NoError(t, err)
				require.True(t, bytes.Equal(s.pieces[i], out), "set %b, piece %d", set, i)
			}
		}
	}
	require.Equal(t, 70, sets)
}

// TestRebuildIgnoresIndex: what is given for the index itself counts for nothing.
func TestRebuildIgnoresIndex(t *testing.T) {
	c := newCoder(t, 4, 8)
	s := seal(t, c, fill(1, 1000))
	given := cut(s.pieces, segment.Span{To: len(s.pieces[0])}, 5, 6, 7)
	given[2] = fill(3, 999) // longer than the others
	out, err := c.Rebuild([]byte{9}, given, 2)
	require.NoError(t, err)
	require.Equal(t, append([]byte{9}, s.pieces[2]...), out)
	require.Equal(t, fill(3, 999), given[2])

	given[4] = nil
	_, err = c.Rebuild(nil, given, 2)
	var few *segment.TooFewError
	require.ErrorAs(t, err, &few)
	require.Equal(t, segment.TooFewError{Need: 4, Have: 3}, *few)
}

func TestRebuildFails(t *testing.T) {
	c := newCoder(t, 4, 8)
	s := seal(t, c, fill(1, 1000))
	short := cut(s.pieces, segment.Span{To: len(s.pieces[0])})
	short[3] = short[3][1:]
	empty := make([][]byte, 8)
	for i := range empty {
		empty[i] = []byte{}
	}
	for name, tt := range map[string]struct {
		pieces [][]byte
		index  int
		want   error
	}{
		"fails: no such index":     {s.pieces, 8, segment.ErrRange},
		"fails: a negative index":  {s.pieces, -1, segment.ErrRange},
		"fails: too few places":    {s.pieces[:7], 0, segment.ErrPieces},
		"fails: of unequal length": {short, 0, segment.ErrPieces},
		"fails: of no length":      {empty, 0, segment.ErrPieces},
		"fails: none":              {make([][]byte, 8), 0, segment.ErrTooFew},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.Rebuild([]byte{1}, tt.pieces, tt.index)
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, []byte{1}, out)
		})
	}
}

package segment_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

func FuzzParseKey(f *testing.F) {
	f.Add(key.Text())
	f.Add("")
	f.Add(key.Text()[1:] + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := segment.ParseKey(text)
		if err != nil {
			require.ErrorIs(t, err, segment.ErrKey)
			return
		}
		require.Equal(t, text, k.Text())
	})
}

// FuzzOpen gives pieces as holders may send them; only what was sealed comes out.
func FuzzOpen(f *testing.F) {
	const n = 100
	c := newCoder(f, 2, 4)
	s := seal(f, c, fill(1, n))
	f.Add(s.pieces[0], s.pieces[1], s.pieces[2], 0, n)
	f.Add([]byte(nil), s.pieces[1], s.pieces[2], 40, 7)
	f.Add([]byte{}, s.pieces[1], s.pieces[2], -1, 1<<62)
	f.Fuzz(func(t *testing.T, a, b, parity []byte, offset, length int) {
		pieces := [][]byte{a, b, parity, nil}
		for i, p := range pieces {
			if len(p) == 0 {
				pieces[i] = nil
			}
		}
		part := segment.Part{Plain: n, Offset: offset, Length: length}
		got, err := c.Open(nil, cipherOf(t, 0), pieces, part)
		if err == nil {
			require.True(t, bytes.Equal(s.plain[offset:offset+length], got))
		}
		content, err := c.Decode(nil, pieces, n+16)
		if err == nil {
			require.Len(t, content, n+16)
		}
		if _, err := c.Rebuild(nil, pieces, 3); err != nil && pieces[0] != nil && len(a) == len(b) && len(b) == len(parity) {
			t.Fatal(err)
		}
	})
}

package segment_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// fill returns n bytes that depend on the seed only.
func fill(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	b := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b[:n]
}

// key is the object key of these tests.
var key = segment.Key{0: 1, 31: 2}

func newCoder(t testing.TB, k, n int) *segment.Coder {
	t.Helper()
	c, err := segment.NewCoder(work.Profile{K: k, N: n})
	require.NoError(t, err)
	return c
}

func cipherOf(t require.TestingT, number uint64) *segment.Cipher {
	c, err := key.Segment(number)
	require.NoError(t, err)
	return c
}

// coded is a sealed segment whose pieces are the test's own.
type coded struct {
	plain  []byte
	pieces [][]byte
	roots  [][32]byte
}

// seal codes n bytes as segment 0.
func seal(t require.TestingT, c *segment.Coder, plain []byte) coded {
	p, err := c.Seal(cipherOf(t, 0), plain)
	require.NoError(t, err)
	defer p.Release()
	return coded{plain: plain, pieces: copies(c, p), roots: p.Roots}
}

func copies(c *segment.Coder, p *segment.Pieces) [][]byte {
	var out [][]byte
	for i := range c.Profile().N {
		out = append(out, append([]byte(nil), p.Piece(i)...))
	}
	return out
}

// cut returns spans of the pieces that are not missing, nil for the others.
func cut(pieces [][]byte, s segment.Span, missing ...int) [][]byte {
	out := make([][]byte, len(pieces))
	for i, p := range pieces {
		out[i] = p[s.From:s.To:s.To]
	}
	for _, i := range missing {
		out[i] = nil
	}
	return out
}

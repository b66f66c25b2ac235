package segment_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
)

var update = flag.Bool("update", false, "rewrite the golden roots in testdata")

// lengths are plain lengths around everything that matters for k: blocks, stripes, shares, a full segment.
func lengths(k int) []int {
	const block = 65520
	return []int{1, 15, 16, 17, k, 4096, block - 1, block, block + 1, k*block - 1, k * block, k*block + 1,
		(k+1)*block + k, 100*block + 7, segment.MaxPlain - 1, segment.MaxPlain}
}

// TestSealFormat makes the pieces of the profiles once more from the protocol page and compares every byte and root.
func TestSealFormat(t *testing.T) {
	for _, p := range segment.Profiles() {
		t.Run("ok: "+p.Name, func(t *testing.T) {
			c := newCoder(t, p.K, p.N)
			for _, n := range lengths(p.K) {
				if n > segment.MaxPlain/8 && p.Name == "wide" && n != segment.MaxPlain {
					continue // the plain way takes a second for these
				}
				plain := fill(uint64(n), n)
				got, err := c.Seal(cipherOf(t, 3), plain)
				require.NoError(t, err)
				content := plainSeal(t, key, "mesh/segment/v1", 3, plain)
				samePieces(t, p.Profile, content, got)
				got.Release()

				again, err := c.Encode(content)
				require.NoError(t, err)
				samePieces(t, p.Profile, content, again)
				again.Release()
			}
		})
	}
}

func samePieces(t *testing.T, p work.Profile, content []byte, got *segment.Pieces) {
	t.Helper()
	want := plainSplit(content, p.K)
	want = append(want, plainParity(want, p.N)...)
	require.Len(t, got.Roots, p.N)
	for i, piece := range want {
		require.Len(t, piece, got.Length)
		require.True(t, bytes.Equal(piece, got.Piece(i)), "%d bytes of content, piece %d", len(content), i)
		require.Equal(t, blake3.Sum256(piece), got.Roots[i])
	}
}

// TestGoldenRoots holds the roots of full and short segments of fixed bytes.
func TestGoldenRoots(t *testing.T) {
	var text strings.Builder
	for _, p := range segment.Profiles() {
		c := newCoder(t, p.K, p.N)
		for _, n := range []int{1, 1_000_000, segment.MaxPlain} {
			plain := make([]byte, n)
			for i := range plain {
				plain[i] = byte(i * 7)
			}
			s := seal(t, c, plain)
			fmt.Fprintf(&text, "%s %d\n", p.Name, n)
			for _, root := range s.roots {
				text.WriteString(hex.EncodeToString(root[:]) + "\n")
			}
		}
	}
	path := filepath.Join("testdata", "roots.txt")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), text.String())
}

// TestUsedBuffers codes short segments into buffers that held others, also of full length.
func TestUsedBuffers(t *testing.T) {
	c := newCoder(t, 29, 80)
	n := segment.MaxPlain - 5*65520 - 3
	want := seal(t, newCoder(t, 29, 80), fill(1, n))
	for range 4 {
		seal(t, c, bytes.Repeat([]byte{0xff}, segment.MaxPlain))
		got := seal(t, c, fill(1, n))
		require.Equal(t, want.roots, got.roots)
	}
}

func TestRelease(t *testing.T) {
	c := newCoder(t, 4, 8)
	p, err := c.Seal(cipherOf(t, 0), fill(1, segment.MaxPlain))
	require.NoError(t, err)
	root := p.Roots[7]
	require.Equal(t, blake3.Sum256(p.Piece(7)), root)
	require.Equal(t, len(p.Piece(7)), cap(p.Piece(7)), "no piece can grow into the next one")
	p.Release()
	require.Nil(t, p.Piece(0))
	p.Release() // gives nothing back a second time

	a, err := c.Seal(cipherOf(t, 0), fill(2, segment.MaxPlain))
	require.NoError(t, err)
	b, err := c.Seal(cipherOf(t, 1), fill(3, segment.MaxPlain))
	require.NoError(t, err)
	require.Equal(t, a.Roots[0], blake3.Sum256(a.Piece(0)), "two segments never share a buffer")
	require.Equal(t, b.Roots[0], blake3.Sum256(b.Piece(0)))
	require.Equal(t, root, p.Roots[7])
}

func TestSealLengths(t *testing.T) {
	c := newCoder(t, 4, 8)
	for _, n := range []int{0, segment.MaxPlain + 1} {
		_, err := c.Seal(cipherOf(t, 0), make([]byte, n))
		require.ErrorIs(t, err, segment.ErrLength)
		_, err = cipherOf(t, 0).Seal(nil, make([]byte, n))
		require.ErrorIs(t, err, segment.ErrLength)
	}
	for _, n := range []int{0, segment.MaxContent + 1} {
		_, err := c.Encode(make([]byte, n))
		require.ErrorIs(t, err, segment.ErrLength)
	}
}

// TestParallel uses one coder from several goroutines.
func TestParallel(t *testing.T) {
	c := newCoder(t, 8, 20)
	for g := range uint64(4) {
		t.Run(fmt.Sprint(g), func(t *testing.T) {
			t.Parallel()
			for i := range uint64(3) {
				s := seal(t, c, fill(g*10+i, 3_000_000))
				require.Equal(t, blake3.Sum256(s.pieces[19]), s.roots[19])
				got, err := c.Open(nil, cipherOf(t, 0), cut(s.pieces, segment.Span{To: len(s.pieces[0])}, 0, 1, 7), segment.Whole(3_000_000))
				require.NoError(t, err)
				require.True(t, bytes.Equal(s.plain, got))
			}
		})
	}
}

package segment_test

import (
	"fmt"
	"testing"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// eachProfile runs a benchmark of full segments; bytes are plain ones.
func eachProfile(b *testing.B, bench func(b *testing.B, c *segment.Coder, s coded)) {
	plain := fill(1, segment.MaxPlain)
	for _, p := range segment.Profiles() {
		c := newCoder(b, p.K, p.N)
		s := seal(b, c, plain)
		b.Run(fmt.Sprintf("%dof%d", p.K, p.N), func(b *testing.B) {
			b.SetBytes(segment.MaxPlain)
			b.ReportAllocs()
			bench(b, c, s)
		})
	}
}

// BenchmarkSealEncode seals, codes and hashes a segment.
func BenchmarkSealEncode(b *testing.B) {
	eachProfile(b, func(b *testing.B, c *segment.Coder, s coded) {
		cipher := cipherOf(b, 0)
		for b.Loop() {
			p, err := c.Seal(cipher, s.plain)
			if err != nil {
				b.Fatal(err)
			}
			p.Release()
		}
	})
}

// BenchmarkDecode opens a segment of its data pieces.
func BenchmarkDecode(b *testing.B) { benchDecode(b, false) }

// BenchmarkDecodeParity opens a segment of which as many data pieces are missing as can be.
func BenchmarkDecodeParity(b *testing.B) { benchDecode(b, true) }

func benchDecode(b *testing.B, parity bool) {
	eachProfile(b, func(b *testing.B, c *segment.Coder, s coded) {
		pieces := cut(s.pieces, segment.Span{To: len(s.pieces[0])})
		k := c.Profile().K
		for i := range pieces {
			if parity && i < min(k, c.Profile().N-k) {
				pieces[i] = nil
			}
		}
		out := make([]byte, 0, segment.MaxPlain)
		cipher := cipherOf(b, 0)
		for b.Loop() {
			if _, err := c.Open(out, cipher, pieces, segment.Whole(len(s.plain))); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkRebuild makes the first piece of the last k, as a whole and in spans of 64 KiB; bytes are those that are
// read.
func BenchmarkRebuild(b *testing.B) {
	for _, span := range []int{64 << 10, segment.MaxContent} {
		b.Run(fmt.Sprintf("spans=%dKiB", span>>10), func(b *testing.B) {
			eachProfile(b, func(b *testing.B, c *segment.Coder, s coded) {
				k, n, length := c.Profile().K, c.Profile().N, len(s.pieces[0])
				out := make([]byte, 0, length)
				b.SetBytes(int64(k * length))
				for b.Loop() {
					for from := 0; from < length; from += span {
						pieces := make([][]byte, n)
						for i := n - k; i < n; i++ {
							pieces[i] = s.pieces[i][from:min(from+span, length)]
						}
						if _, err := c.Rebuild(out, pieces, 0); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		})
	}
}

package segment_test

import (
	"fmt"
	"testing"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// benched returns a coder and a full segment to measure it with; bytes are plain ones.
func benched(b *testing.B, p segment.NamedProfile) (*segment.Coder, coded) {
	b.Helper()
	c := newCoder(b, p.K, p.N)
	s := seal(b, c, fill(1, segment.MaxPlain))
	b.SetBytes(segment.MaxPlain)
	b.ReportAllocs()
	return c, s
}

func profileName(p segment.NamedProfile) string { return fmt.Sprintf("%dof%d", p.K, p.N) }

// BenchmarkSealEncode seals, codes and hashes a segment.
func BenchmarkSealEncode(b *testing.B) {
	for _, p := range segment.Profiles() {
		b.Run(profileName(p), func(b *testing.B) {
			c, s := benched(b, p)
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
}

// BenchmarkDecode opens a segment of its data pieces.
func BenchmarkDecode(b *testing.B) { benchDecode(b, false) }

// BenchmarkDecodeParity opens a segment of which as many data pieces are missing as can be.
func BenchmarkDecodeParity(b *testing.B) { benchDecode(b, true) }

func benchDecode(b *testing.B, parity bool) {
	b.Helper()
	for _, p := range segment.Profiles() {
		b.Run(profileName(p), func(b *testing.B) {
			c, s := benched(b, p)
			pieces := cut(s.pieces, segment.Span{To: len(s.pieces[0])})
			for i := range pieces {
				if parity && i < min(p.K, p.N-p.K) {
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
}

// BenchmarkRebuild makes the first piece of the last k, as a whole and in spans of 64 KiB; bytes are those that are
// read.
func BenchmarkRebuild(b *testing.B) {
	for _, span := range []int{64 << 10, segment.MaxContent} {
		for _, p := range segment.Profiles() {
			b.Run(fmt.Sprintf("spans=%dKiB/%s", span>>10, profileName(p)), func(b *testing.B) {
				c, s := benched(b, p)
				length := len(s.pieces[0])
				out := make([]byte, 0, length)
				b.SetBytes(int64(p.K * length))
				for b.Loop() {
					for from := 0; from < length; from += span {
						pieces := make([][]byte, p.N)
						for i := p.N - p.K; i < p.N; i++ {
							pieces[i] = s.pieces[i][from:min(from+span, length)]
						}
						if _, err := c.Rebuild(out, pieces, 0); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}

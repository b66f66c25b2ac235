package piece_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

const (
	benchPiece  = 2 << 20
	benchPieces = 128 // 256 MiB in one operation
	benchFlight = 8
)

// cpu is what the process has used so far, kernel time included.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u unix.Rusage
	require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure reports MB/s and CPU seconds a GiB of an operation on benchPieces pieces; prepare is not measured.
func measure(b *testing.B, prepare, op func()) {
	b.Helper()
	b.SetBytes(benchPieces * benchPiece)
	var used time.Duration
	for b.Loop() {
		b.StopTimer()
		prepare()
		before := cpu(b)
		b.StartTimer()
		op()
		b.StopTimer()
		used += cpu(b) - before
		b.StartTimer()
	}
	gib := float64(b.N) * benchPieces * benchPiece / (1 << 30)
	b.ReportMetric(used.Seconds()/gib, "cpu-s/GiB")
}

// payload is the bytes of all pieces with their roots, in memory.
func payload() (data [][]byte, roots [][32]byte) {
	for i := range uint64(benchPieces) {
		p := content(i, benchPiece)
		data, roots = append(data, p), append(roots, rootOf(p))
	}
	return data, roots
}

// putAll stores pieces, several at a time.
func putAll(b *testing.B, s *piece.Store, data [][]byte, roots [][32]byte) {
	b.Helper()
	var wg sync.WaitGroup
	for f := range benchFlight {
		wg.Go(func() {
			for i := f; i < len(data); i += benchFlight {
				if err := tryPut(b, s, 1, roots[i], data[i]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// getAll reads pieces as a holder does: list, then bytes into aligned buffers, verified, two at a time.
func getAll(b *testing.B, s *piece.Store, roots [][32]byte, verify bool) {
	b.Helper()
	var wg sync.WaitGroup
	for f := range 2 {
		wg.Go(func() {
			buf := piece.Buffer(benchPiece)
			for i := f; i < len(roots); i += 2 {
				r, err := s.Get(roots[i])
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := r.ReadAt(buf, 0); err != nil {
					b.Error(err)
				}
				if verify {
					if err := r.Verify(buf, 0); err != nil {
						b.Error(err)
					}
				}
				if err := r.Close(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// forget takes a file out of the page cache.
func forget(b *testing.B, name string) {
	b.Helper()
	f, err := os.Open(name)
	require.NoError(b, err)
	require.NoError(b, unix.Fdatasync(int(f.Fd())))
	require.NoError(b, unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED))
	require.NoError(b, f.Close())
}

func benchStore(b *testing.B, buffered bool) *piece.Store {
	b.Helper()
	cfg := piece.DefaultConfig(b.TempDir(), 8<<30)
	cfg.Buffered = buffered
	return openStore(b, cfg)
}

// BenchmarkPut stores 128 pieces of 2 MiB, eight at a time, beside a copy of as many bytes into a plain file with one
// sync at the end, which hashes nothing.
func BenchmarkPut(b *testing.B) {
	data, roots := payload()
	for _, m := range []struct {
		name     string
		buffered bool
	}{{"direct", false}, {"buffered", true}} {
		b.Run(m.name, func(b *testing.B) {
			s := benchStore(b, m.buffered)
			measure(b, func() {
				require.NoError(b, s.DropDeal(1))
				_, err := s.Compact(b.Context())
				require.NoError(b, err)
			}, func() { putAll(b, s, data, roots) })
		})
	}
	b.Run("plain", func(b *testing.B) {
		name := filepath.Join(b.TempDir(), "plain")
		measure(b, func() { os.Remove(name) }, func() {
			f, err := os.Create(name)
			require.NoError(b, err)
			for _, p := range data {
				_, err := io.Copy(f, bytes.NewReader(p))
				require.NoError(b, err)
			}
			require.NoError(b, unix.Fdatasync(int(f.Fd())))
			require.NoError(b, f.Close())
		})
	})
}

// BenchmarkGet reads 128 pieces of 2 MiB that are not in the page cache, beside a plain file of as many bytes.
func BenchmarkGet(b *testing.B) {
	data, roots := payload()
	for _, m := range []struct {
		name             string
		buffered, verify bool
	}{{"direct", false, false}, {"direct-verified", false, true}, {"buffered", true, false}, {"buffered-verified", true, true}} {
		b.Run(m.name, func(b *testing.B) {
			s := benchStore(b, m.buffered)
			putAll(b, s, data, roots)
			name, _ := s.Where(roots[0])
			measure(b, func() { forget(b, filepath.Join(s.Dir(), name)) }, func() { getAll(b, s, roots, m.verify) })
		})
	}
	b.Run("plain", func(b *testing.B) {
		name := filepath.Join(b.TempDir(), "plain")
		require.NoError(b, os.WriteFile(name, bytes.Join(data, nil), 0o600))
		measure(b, func() { forget(b, name) }, func() {
			f, err := os.Open(name)
			require.NoError(b, err)
			buf := make([]byte, benchPiece)
			for range benchPieces {
				_, err := io.ReadFull(f, buf)
				require.NoError(b, err)
			}
			require.NoError(b, f.Close())
		})
	})
}

// BenchmarkProve opens chunks of a piece of 2 MiB, one after another.
func BenchmarkProve(b *testing.B) {
	s := benchStore(b, false)
	root := put(b, s, 1, content(1, benchPiece))
	chunk := uint64(0)
	for b.Loop() {
		if _, err := s.Prove(root, chunk); err != nil {
			b.Fatal(err)
		}
		chunk = (chunk + 997) % (benchPiece / 1024)
	}
}

// residentMB is the memory of the process in RAM, MB.
func residentMB(b *testing.B) float64 {
	b.Helper()
	statm, err := os.ReadFile("/proc/self/statm")
	require.NoError(b, err)
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	require.NoError(b, err)
	return float64(pages) * float64(os.Getpagesize()) / 1e6
}

// BenchmarkPutSmall stores pieces of 100 bytes, 64 at a time, and says what that does to memory.
func BenchmarkPutSmall(b *testing.B) {
	s := benchStore(b, false)
	start := residentMB(b)
	var wg sync.WaitGroup
	for f := range uint64(64) {
		wg.Go(func() {
			for i := f; i < uint64(b.N); i += 64 {
				p := content(i, 100)
				if err := tryPut(b, s, i%4, rootOf(p), p); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pieces/s")
	b.ReportMetric(residentMB(b)-start, "RSS-growth-MB")
	b.ReportMetric(residentMB(b), "RSS-MB")
}

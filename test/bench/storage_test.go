package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// size is how many bytes every case moves.
const size = 1 << 30

// rounds is how often put and get take turns with the raw stream; the first and the last word is the stream's.
const rounds = 2

// cost is what a case has taken.
type cost struct {
	wall, cpu time.Duration
}

// figures are the costs of one run, each case as often as it was repeated.
type figures struct {
	put, get, raw, copied []cost
}

// run takes all cases once in a process, whichever benchmarks ask.
var run = sync.OnceValues(takeTurns)

func BenchmarkStoragePut(b *testing.B) { report(b, func(f *figures) []cost { return f.put }) }
func BenchmarkStorageGet(b *testing.B) { report(b, func(f *figures) []cost { return f.get }) }
func BenchmarkRawStream(b *testing.B)  { report(b, func(f *figures) []cost { return f.raw }) }
func BenchmarkPlainCopy(b *testing.B)  { report(b, func(f *figures) []cost { return f.copied }) }

// report reports the medians of a case. The case has run already, so its time is not the benchmark's.
func report(b *testing.B, of func(*figures) []cost) {
	b.Helper()
	b.Run("1GiB", func(b *testing.B) {
		f, err := run()
		if err != nil {
			b.Fatal(err)
		}
		took := median(of(f))
		b.ReportMetric(float64(took.wall.Nanoseconds()), "ns/op")
		b.ReportMetric(size/1e6/took.wall.Seconds(), "MB/s")
		b.ReportMetric(took.cpu.Seconds(), "cpu-s")
	})
}

// median returns the median wall time and the median CPU time; of an even number the mean of the two in the middle.
func median(list []cost) cost {
	middle := func(of func(cost) time.Duration) time.Duration {
		var times []time.Duration
		for _, c := range list {
			times = append(times, of(c))
		}
		slices.Sort(times)
		return (times[(len(times)-1)/2] + times[len(times)/2]) / 2
	}
	return cost{wall: middle(func(c cost) time.Duration { return c.wall }), cpu: middle(func(c cost) time.Duration { return c.cpu })}
}

// takeTurns runs all cases, in turn.
func takeTurns() (f *figures, err error) {
	dir, err := os.MkdirTemp("", "mesh-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a directory: %w", err)
	}
	defer os.RemoveAll(dir)
	source, got := filepath.Join(dir, "source"), filepath.Join(dir, "got")
	if err := writeRandom(source); err != nil {
		return nil, err
	}
	net, err := startDevnet(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if downErr := net.down(); err == nil {
			err = downErr
		}
	}()
	f = &figures{}
	turn := func(list *[]cost, op func() (cost, error)) {
		if err != nil {
			return
		}
		var c cost
		if c, err = op(); err == nil {
			*list = append(*list, c)
		}
	}
	var uri string
	for range rounds {
		turn(&f.raw, rawStream)
		turn(&f.put, func() (c cost, err error) { uri, c, err = net.put(source); return c, err })
		turn(&f.get, func() (cost, error) { return net.get(uri, got) })
		if err == nil {
			err = same(source, got)
		}
	}
	turn(&f.raw, rawStream)
	turn(&f.get, func() (cost, error) { return net.get(uri, got) })
	turn(&f.copied, func() (cost, error) { return plainCopy(source, got) })
	return f, err
}

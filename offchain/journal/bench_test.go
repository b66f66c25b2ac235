package journal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

const (
	voucherBytes = 200
	appenders    = 1024
)

// benchConfig is the default but for its size, which no benchmark is to meet.
func benchConfig(b *testing.B) journal.Config {
	b.Helper()
	cfg := journal.DefaultConfig(b.TempDir())
	cfg.MaxBytes = 1 << 40
	return cfg
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

// BenchmarkJournalAppend has many callers append vouchers of 200 bytes, each waiting until its own is on disk.
func BenchmarkJournalAppend(b *testing.B) {
	j, err := journal.Open(benchConfig(b))
	require.NoError(b, err)
	payload := make([]byte, voucherBytes)
	run := func(n int) {
		var wg sync.WaitGroup
		for i := range appenders {
			wg.Go(func() {
				for range (n + i) / appenders {
					if _, err := j.Append(b.Context(), receipt, payload); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	}
	run(10 * appenders) // so that memory has its shape before it is measured
	before, start := j.Stats(), residentMB(b)
	b.ResetTimer()
	run(b.N)
	b.StopTimer()
	after := j.Stats()
	require.Equal(b, before.Next+journal.Seq(b.N), after.Next)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
	b.ReportMetric(float64(after.Bytes-before.Bytes)/float64(b.N), "B/receipt")
	b.ReportMetric(float64(b.N)/float64(after.Syncs-before.Syncs), "receipts/sync")
	b.ReportMetric(residentMB(b)-start, "RSS-growth-MB")
	require.NoError(b, j.Close())
}

// BenchmarkJournalAppendPlain is the peer of the same run: one caller, one write and one sync a voucher.
func BenchmarkJournalAppendPlain(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "plain"))
	require.NoError(b, err)
	defer f.Close()
	payload := make([]byte, voucherBytes)
	for b.Loop() {
		if _, err := f.Write(payload); err != nil {
			b.Fatal(err)
		}
		if err := journal.SyncData(f); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
	b.ReportMetric(voucherBytes, "B/receipt")
}

// BenchmarkJournalOpen opens a journal with 100,000 intents waiting, of 200 bytes each.
func BenchmarkJournalOpen(b *testing.B) {
	const pending = 100_000
	cfg := benchConfig(b)
	j, err := journal.Open(cfg)
	require.NoError(b, err)
	var wg sync.WaitGroup
	for w := range appenders {
		wg.Go(func() {
			for i := w; i < pending; i += appenders {
				in := journal.Intent{Key: fmt.Sprintf("voucher/%032d", i), Kind: 1, Payload: make([]byte, voucherBytes)}
				if err := j.Put(b.Context(), in); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	require.NoError(b, j.Close())
	for b.Loop() {
		j, err := journal.Open(cfg)
		require.NoError(b, err)
		require.Equal(b, pending, j.Stats().Open)
		require.NoError(b, j.Close())
	}
}

// BenchmarkJournalDue asks for the next intents while 100,000 wait and all but the last are put off.
func BenchmarkJournalDue(b *testing.B) {
	const pending = 100_000
	cfg := benchConfig(b)
	j, err := journal.Open(cfg)
	require.NoError(b, err)
	var wg sync.WaitGroup
	for w := range appenders {
		wg.Go(func() {
			for i := w; i < pending; i += appenders {
				key := fmt.Sprintf("voucher/%032d", i)
				if err := j.Put(b.Context(), journal.Intent{Key: key}); err != nil {
					b.Error(err)
				}
				if err := j.Retry(b.Context(), key, "no answer", time.Hour); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(b, j.Put(b.Context(), journal.Intent{Key: "last"}))
	now := time.Now()
	for b.Loop() {
		require.Len(b, j.Due(now, 16), 1)
	}
	require.NoError(b, j.Close())
}

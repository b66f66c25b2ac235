package outbox_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// TestVouchersBeingWritten: compaction leaves what is being written, also the first voucher of a channel, which nobody knows yet.
func TestVouchersBeingWritten(t *testing.T) {
	j := open(t, t.TempDir())
	b, err := outbox.OpenBooks(j)
	require.NoError(t, err)
	record := journal.Record{Seq: 1, Kind: outbox.KindVoucher, Payload: recordOf(voucherOf(1, 20, 2))}
	require.False(t, b.Vouchers.Needed(record))
	b.Vouchers.Mark(1, 1)
	require.True(t, b.Vouchers.Needed(record))
	b.Vouchers.Mark(1, 1)
	b.Vouchers.Mark(1, -1)
	require.True(t, b.Vouchers.Needed(record), "another one of the channel")
	require.False(t, b.Vouchers.Needed(journal.Record{Seq: 1, Kind: outbox.KindVoucher, Payload: recordOf(voucherOf(2, 20, 2))}))
	b.Vouchers.Mark(1, -1)
	require.False(t, b.Vouchers.Needed(record))
	require.NoError(t, j.Close())
}

// TestVouchersAndCompaction: whatever is written while the journal is compacted is there after a restart.
func TestVouchersAndCompaction(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	b, err := outbox.OpenBooks(j)
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for range 50 {
			if _, err := j.Compact(t.Context(), b.Needed); err != nil {
				t.Errorf("compact: %v", err)
			}
		}
	})
	var want []work.Voucher
	for channel := uint64(1); channel <= 200; channel++ {
		want = append(want, voucherOf(channel, 20, 2))
		require.NoError(t, b.Vouchers.Write(t.Context(), want[channel-1]))
	}
	all.Wait()
	require.NoError(t, j.Close())
	j = open(t, dir)
	b, err = outbox.OpenBooks(j)
	require.NoError(t, err)
	require.Equal(t, want, b.Vouchers.Latest())
	require.NoError(t, j.Close())
}

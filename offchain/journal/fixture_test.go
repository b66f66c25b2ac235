package journal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

const receipt uint8 = 1

// small is the configuration of a journal whose segments fill quickly, in dir or on a disk of the test.
func small(dir string) journal.Config {
	cfg := journal.DefaultConfig(dir)
	cfg.SegmentBytes = journal.MinSegmentBytes
	cfg.MaxBytes = 1 << 20
	return cfg
}

func openDir(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(small(dir))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	return j
}

func openOn(t *testing.T, d *disk) *journal.Journal {
	t.Helper()
	j, err := journal.OpenOn(small("disk"), d)
	require.NoError(t, err)
	return j
}

// appendText appends a receipt and returns its number.
func appendText(t *testing.T, j *journal.Journal, text string) journal.Seq {
	t.Helper()
	seq, err := j.Append(t.Context(), receipt, []byte(text))
	require.NoError(t, err)
	return seq
}

// texts reads all receipts from a number on, each as "seq/kind:payload".
func texts(t *testing.T, j *journal.Journal, from journal.Seq) []string {
	t.Helper()
	var all []string
	require.NoError(t, j.Read(from, func(r journal.Record) error {
		all = append(all, fmt.Sprintf("%d/%d:%s", r.Seq, r.Kind, r.Payload))
		return nil
	}))
	return all
}

// padded makes a receipt of 121 bytes on disk: eight fill a segment.
func padded(i int) string { return fmt.Sprintf("%0100d", i) }

// receipts appends padded receipts and returns how texts shows them.
func receipts(t *testing.T, j *journal.Journal, n int) []string {
	t.Helper()
	var want []string
	for range n {
		text := padded(int(j.Stats().Next))
		want = append(want, fmt.Sprintf("%d/1:%s", appendText(t, j, text), text))
	}
	return want
}

// segmentName is the file that starts with a record.
func segmentName(first journal.Seq) string { return fmt.Sprintf("%016x.seg", uint64(first)) }

func intent(key string) journal.Intent {
	return journal.Intent{Key: key, Kind: 7, Payload: []byte("result of " + key), NotAfter: 900}
}

func put(t *testing.T, j *journal.Journal, keys ...string) {
	t.Helper()
	for _, key := range keys {
		require.NoError(t, j.Put(t.Context(), intent(key)))
	}
}

// keys lists the keys of intents in their order.
func keys(intents []journal.Intent) string {
	var list []string
	for _, in := range intents {
		list = append(list, in.Key)
	}
	return strings.Join(list, " ")
}

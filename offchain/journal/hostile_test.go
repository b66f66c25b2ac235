package journal_test

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func TestSegmentOfAnotherJournal(t *testing.T) {
	ours, theirs := newDisk(), newDisk()
	for _, d := range []*disk{ours, theirs} {
		j := openOn(t, d)
		receipts(t, j, 17)
		require.NoError(t, j.Close())
	}
	ours.put(segmentName(9), theirs.seen[segmentName(9)].seen)
	requireCorrupt(t, ours, segmentName(9), 0)
}

func TestOverlapIsNoLeftover(t *testing.T) {
	// Only compaction merges: a segment written by appending that holds what the next one holds is damage.
	d := newDisk()
	record := func(seq journal.Seq) journal.Record { return journal.Record{Seq: seq, Kind: receipt} }
	d.put(segmentName(1), journal.SegmentBytes(1, 0, 0, 7, []journal.Record{record(1), record(2)}, []uint32{0, 0}))
	d.put(segmentName(2), journal.SegmentBytes(2, 0, 0, 7, []journal.Record{record(2)}, []uint32{0}))
	requireCorrupt(t, d, segmentName(2), 0)
	require.Len(t, d.names(), 2)
}

func TestRecordsInsidePayloadsAreNotBelieved(t *testing.T) {
	// An enemy who knows the format sends a receipt made of records that would prove the write before it
	// damaged. Its own write is then cut off, so that its payload is searched for such proof.
	var hostile []byte
	for seq := journal.Seq(1); seq < 20; seq++ {
		r := journal.Record{Seq: seq, Kind: receipt, Payload: []byte("fake")}
		fake := journal.SegmentBytes(1, 0, 0, 0, []journal.Record{r}, []uint32{0})
		hostile = append(hostile, fake[journal.HeaderSize:]...)
	}
	d := newDisk()
	j := openOn(t, d)
	appendText(t, j, "honest")
	appendText(t, j, string(hostile))
	require.NoError(t, j.Close())
	content := d.seen[segmentName(1)].seen
	d.put(segmentName(1), content[:len(content)-1])
	tail := int64(journal.FrameOverhead + len(hostile) - 1)
	requireTorn(t, d, []string{"1/1:honest"}, tail)
}

func TestOutboxRecordsThatMakeNoSense(t *testing.T) {
	put := func(seq journal.Seq, key string) journal.Record {
		kind, payload := journal.EncodeChange(journal.PutOf(intent(key)))
		return journal.Record{Seq: seq, Kind: kind, Payload: payload}
	}
	cases := []struct {
		name string
		bad  journal.Record
	}{
		{"fails: second put of a key", put(2, "k")},
		{"fails: unknown kind", journal.Record{Seq: 2, Kind: 255}},
		{"fails: no change", journal.Record{Seq: 2, Kind: journal.KindPut, Payload: []byte("?")}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			first := put(1, "k")
			d := newDisk()
			d.put(segmentName(1), journal.SegmentBytes(1, 0, 0, 7, []journal.Record{first, c.bad}, []uint32{0, 0}))
			requireCorrupt(t, d, segmentName(1), int64(journal.HeaderSize+journal.FrameOverhead+len(first.Payload)))
		})
	}
}

func TestCrcIsCastagnoliKeyedBySalt(t *testing.T) {
	// The format, byte by byte, as docs/protocol/journal.md has it.
	got := journal.SegmentBytes(0x0102, 0x0304, 0x0506, 0x0708090a,
		[]journal.Record{{Seq: 0x0b0c, Kind: 0x0d, Payload: []byte("pay")}}, []uint32{0x0e0f})
	head := []byte("MESHJRNL\x00\x00\x00\x01" +
		"\x00\x00\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x00\x00\x03\x04\x00\x00\x00\x00\x00\x00\x05\x06\x07\x08\x09\x0a")
	table := crc32.MakeTable(crc32.Castagnoli)
	want := binary.BigEndian.AppendUint32(slices.Clone(head), crc32.Checksum(head, table))
	body := []byte("\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x0b\x0c\x00\x00\x0e\x0f\x0dpay")
	want = binary.BigEndian.AppendUint32(want, crc32.Update(0x0708090a, table, body))
	require.Equal(t, append(want, body...), got)
}

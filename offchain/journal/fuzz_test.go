package journal_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// memory is a file that holds b.
func memory(b []byte) journal.File {
	return &handle{d: newDisk(), f: &inode{seen: b}}
}

// checkSegment scans arbitrary bytes as a segment and requires that whatever is believed is, byte for byte,
// what would be written for it.
func checkSegment(t *testing.T, b []byte) (records int, torn bool, err error) {
	t.Helper()
	again, records, torn, err := journal.ScanSegment(memory(b), int64(len(b)), segmentName(1))
	require.True(t, bytes.HasPrefix(b, again))
	if err == nil {
		require.Len(t, b, len(again))
	} else {
		require.ErrorIs(t, err, journal.ErrCorrupt)
	}
	return records, torn, err
}

// segmentSeeds are segments of every sort, whole, cut off and damaged.
func segmentSeeds() [][]byte {
	r := func(seq journal.Seq, kind uint8, payload string) journal.Record {
		return journal.Record{Seq: seq, Kind: kind, Payload: []byte(payload)}
	}
	appended := journal.SegmentBytes(1, 0, 0, 42,
		[]journal.Record{r(1, 1, "one"), r(2, 2, ""), r(3, 3, strings.Repeat("three", 99)), r(4, 0xf0, "?")},
		[]uint32{0, 0, 1, 0})
	kept := []journal.Record{r(3, 1, "three"), r(7, 1, "seven")}
	size := int64(journal.HeaderSize + 2*(5+journal.FrameOverhead))
	compacted := journal.SegmentBytes(1, 9, size, 42, kept, []uint32{0, 0})
	damaged := slices.Clone(appended)
	damaged[journal.HeaderSize+journal.FrameOverhead] ^= 1
	huge := slices.Clone(appended)
	huge[journal.HeaderSize+4] = 0xff
	skips := journal.SegmentBytes(1, 0, 0, 42, []journal.Record{r(1, 1, ""), r(3, 1, "")}, []uint32{0, 0})
	leaps := journal.SegmentBytes(1, 0, 0, 42, []journal.Record{r(1, 1, ""), r(2, 1, ""), r(3, 1, "")}, []uint32{0, 0, 2})
	starts := journal.SegmentBytes(1, 0, 0, 42, []journal.Record{r(2, 1, "")}, []uint32{1})
	return [][]byte{
		skips, leaps, starts, nil, appended, compacted, damaged, huge,
		appended[:len(appended)-1], appended[:journal.HeaderSize], appended[:9], append(slices.Clone(compacted), 0),
	}
}

func TestSegmentSeeds(t *testing.T) {
	want := []struct {
		records int
		torn    bool
		ok      bool
	}{
		{1, false, false}, {2, false, false}, {0, false, false},
		{0, false, false}, {4, false, true}, {2, false, true}, {0, false, false}, {0, false, false},
		{3, true, false}, {0, false, true}, {0, false, false}, {0, false, false},
	}
	for i, b := range segmentSeeds() {
		records, torn, err := checkSegment(t, b)
		require.Equal(t, want[i].records, records, "seed %d", i)
		require.Equal(t, want[i].torn, torn, "seed %d", i)
		require.Equal(t, want[i].ok, err == nil, "seed %d: %v", i, err)
	}
}

func TestTooLongRecordIsNotBelieved(t *testing.T) {
	for extra, want := range []int{1, 0} {
		r := journal.Record{Seq: 1, Kind: 1, Payload: make([]byte, journal.MaxPayload+extra)}
		records, _, err := checkSegment(t, journal.SegmentBytes(1, 0, 0, 42, []journal.Record{r}, []uint32{0}))
		require.Equal(t, want, records)
		require.Equal(t, want == 1, err == nil)
	}
}

func FuzzSegment(f *testing.F) {
	for _, b := range segmentSeeds() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkSegment(t, b) })
}

// FuzzOpen opens a journal over a last segment of arbitrary bytes, whose header is made good: it either names
// the damage or works.
func FuzzOpen(f *testing.F) {
	for _, b := range segmentSeeds() {
		f.Add(b[min(len(b), journal.HeaderSize):])
	}
	f.Fuzz(func(t *testing.T, frames []byte) {
		d := newDisk()
		d.put(segmentName(1), append(journal.SegmentBytes(1, 0, 0, 42, nil, nil), frames...))
		j, err := journal.OpenOn(small("disk"), d)
		if err != nil {
			require.ErrorIs(t, err, journal.ErrCorrupt)
			return
		}
		want := texts(t, j, 1)
		want = append(want, fmt.Sprintf("%d/1:next", appendText(t, j, "next")))
		require.NoError(t, j.Close())
		j = openOn(t, d)
		require.Equal(t, want, texts(t, j, 1))
		require.NoError(t, j.Close())
	})
}

func FuzzOutboxRecord(f *testing.F) {
	f.Add(journal.KindPut, []byte("\x00\x00\x00\x00\x00\x00\x03\x84\x07\x00\x01kresult"))
	f.Add(journal.KindPut+1, []byte("\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01kno answer"))
	f.Add(journal.KindPut+2, append(make([]byte, 32), "\x00\x01ktx"...))
	f.Add(journal.KindForget, []byte("\x00\x00\x00\x00\x00\x00\x00\x09"))
	f.Add(journal.KindForget, []byte("\x00\x00\x00\x00\x00\x00\x00\x09\x00"))
	f.Add(journal.KindPut, []byte("\x00\x00\x00\x00\x00\x00\x03\x84\x07\xff\xffk"))
	f.Add(uint8(255), []byte{})
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		c, err := journal.DecodeChange(kind, b)
		if err != nil {
			return
		}
		gotKind, again := journal.EncodeChange(c)
		require.Equal(t, kind, gotKind)
		require.Equal(t, b, again)
	})
}

func TestMalformedOutboxRecords(t *testing.T) {
	encode := func(c journal.Change) []byte {
		_, b := journal.EncodeChange(c)
		return b
	}
	long := strings.Repeat("x", 257)
	cases := []struct {
		name string
		kind uint8
		b    []byte
	}{
		{"fails: put without key", journal.KindPut, encode(journal.PutOf(journal.Intent{}))},
		{"fails: put with a key too long", journal.KindPut, encode(journal.PutOf(journal.Intent{Key: long}))},
		{"fails: put too long", journal.KindPut, encode(journal.PutOf(journal.Intent{
			Key: "k", Payload: make([]byte, journal.MaxIntentPayload+1),
		}))},
		{"fails: retry number 0", journal.KindPut + 1, encode(journal.RetryOf("k", 0, 0, ""))},
		{"fails: retry with a reason too long", journal.KindPut + 1, encode(journal.RetryOf("k", 1, 0, long))},
		{"fails: done with an outcome too long", journal.KindPut + 2, encode(journal.DoneOf("k", [32]byte{}, []byte(long)))},
		{"fails: forget and more", journal.KindForget, append(encode(journal.ForgetOf(1)), 0)},
		{"fails: receipt", receipt, encode(journal.ForgetOf(1))},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := journal.DecodeChange(c.kind, c.b)
			require.Error(t, err)
		})
	}
}

func TestOutboxRecordRoundTrip(t *testing.T) {
	seeded.Checks(t, 1000, func(t *rapid.T) {
		c := rapid.OneOf(
			rapid.Custom(func(t *rapid.T) journal.Change {
				return journal.PutOf(journal.Intent{
					Key:      drawKey(t),
					Kind:     rapid.Uint8().Draw(t, "kind"),
					Payload:  append([]byte(nil), rapid.SliceOf(rapid.Byte()).Draw(t, "payload")...),
					NotAfter: rapid.Uint64().Draw(t, "not after"),
				})
			}),
			rapid.Custom(func(t *rapid.T) journal.Change {
				return journal.RetryOf(drawKey(t), rapid.Uint32Min(1).Draw(t, "attempts"), rapid.Int64().Draw(t, "time"),
					rapid.StringN(-1, -1, journal.MaxReason).Draw(t, "reason"))
			}),
			rapid.Custom(func(t *rapid.T) journal.Change {
				outcome := rapid.SliceOfN(rapid.Byte(), 0, journal.MaxOutcome).Draw(t, "outcome")
				return journal.DoneOf(drawKey(t), [32]byte{31: 1}, append([]byte(nil), outcome...))
			}),
			rapid.Custom(func(t *rapid.T) journal.Change {
				return journal.ForgetOf(journal.Seq(rapid.Uint64().Draw(t, "before")))
			}),
		).Draw(t, "change")
		kind, b := journal.EncodeChange(c)
		got, err := journal.DecodeChange(kind, b)
		require.NoError(t, err)
		require.Equal(t, c, got)
		_, err = journal.DecodeChange(kind, b[:rapid.IntRange(0, min(7, len(b)-1)).Draw(t, "cut")])
		require.Error(t, err)
	})
}

func drawKey(t *rapid.T) string {
	return rapid.StringOfN(rapid.Rune(), 1, journal.MaxKey/4, journal.MaxKey).Draw(t, "key")
}

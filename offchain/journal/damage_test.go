package journal_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// place is where a record lies, found without the code under test.
type place struct {
	file     string
	from, to int64
	batch    int64 // where its batch starts
	text     string
}

// places walks the frames of a file: length at 4, seq at 8, back at 16, kind at 20, payload at 21.
func places(name string, content []byte) []place {
	var all []place
	for at := int64(journal.HeaderSize); at < int64(len(content)); {
		head := content[at:]
		to := at + 21 + int64(binary.BigEndian.Uint32(head[4:]))
		p := place{file: name, from: at, to: to, batch: at}
		if binary.BigEndian.Uint32(head[16:]) > 0 {
			p.batch = all[len(all)-1].batch
		}
		p.text = fmt.Sprintf("%d/%d:%s", binary.BigEndian.Uint64(head[8:]), head[20], content[at+21:to])
		all = append(all, p)
		at = to
	}
	return all
}

// sample is a journal of one compacted segment, two sealed ones and an active one that ends in a batch of
// three records after a batch of two.
func sample(t *testing.T) *disk {
	t.Helper()
	d := newDisk()
	j := openOn(t, d)
	receipts(t, j, 25)
	compact(t, j, func(r journal.Record) bool { return r.Seq > 16 || r.Seq%4 == 1 })
	receipts(t, j, 10)
	for _, batch := range [][]string{{"alone"}, {"two", "of two"}, {"one", "two", "three of three"}} {
		var payloads [][]byte
		for _, text := range batch {
			payloads = append(payloads, []byte(text))
		}
		_, err := j.AppendBatch(t.Context(), receipt, payloads...)
		require.NoError(t, err)
	}
	require.NoError(t, j.Close())
	require.Equal(t, []string{segmentName(1), segmentName(17), segmentName(25), segmentName(33)}, d.names())
	return d
}

// survey lists the records of all files, by file.
func survey(d *disk) (all []place, active string) {
	names := d.names()
	for _, name := range names {
		all = append(all, places(name, d.seen[name].seen)...)
	}
	return all, names[len(names)-1]
}

// textsOf lists the records that end before an offset of a file, and those of the files before it.
func textsOf(all []place, file string, end int64) []string {
	var list []string
	for _, p := range all {
		if p.file < file || p.file == file && p.to <= end {
			list = append(list, p.text)
		}
	}
	return list
}

// requireCorrupt opens a damaged disk and requires that it names where the damage is.
func requireCorrupt(t *testing.T, d *disk, file string, offset int64) {
	t.Helper()
	_, err := journal.OpenOn(small("disk"), d)
	require.ErrorIs(t, err, journal.ErrCorrupt, "%s at %d", file, offset)
	var corrupt *journal.CorruptError
	require.ErrorAs(t, err, &corrupt)
	require.Equal(t, file, corrupt.File)
	require.Equal(t, offset, corrupt.Offset)
}

// requireTorn opens a damaged disk and requires that it holds the records given and lost so many bytes, that
// it takes a further record, and that all this is found again.
func requireTorn(t *testing.T, d *disk, want []string, tornBytes int64) {
	t.Helper()
	j := openOn(t, d)
	require.Equal(t, want, texts(t, j, 1))
	require.Equal(t, tornBytes, j.Stats().TornBytes)
	want = append(slices.Clone(want), fmt.Sprintf("%d/1:next", appendText(t, j, "next")))
	require.NoError(t, j.Close())
	j = openOn(t, d)
	require.Equal(t, want, texts(t, j, 1))
	require.Zero(t, j.Stats().TornBytes)
	require.NoError(t, j.Close())
}

func TestCutOffAtEveryByte(t *testing.T) {
	whole := sample(t)
	all, active := survey(whole)
	for i, name := range whole.names() {
		content := whole.seen[name].seen
		for n := range int64(len(content)) {
			d := whole.copyDurable()
			d.put(name, content[:n])
			inFile := slices.DeleteFunc(slices.Clone(all), func(p place) bool { return p.file != name || p.to > n })
			end := int64(journal.HeaderSize)
			if len(inFile) > 0 {
				end = inFile[len(inFile)-1].to
			}
			switch {
			case n < journal.HeaderSize || i == 0: // a compacted segment knows its size
				requireCorrupt(t, d, name, 0)
			case name == active:
				requireTorn(t, d, textsOf(all, name, n), n-end)
			case n == end: // a whole number of records is missing: the next segment tells
				requireCorrupt(t, d, whole.names()[i+1], 0)
			default:
				requireCorrupt(t, d, name, end)
			}
		}
	}
}

func TestDamageOfEveryByte(t *testing.T) {
	whole := sample(t)
	all, active := survey(whole)
	lastBatch := all[len(all)-1].batch
	rng := seeded.Source(t)
	for i, name := range whole.names() {
		content := whole.seen[name].seen
		for at := range int64(len(content)) {
			for _, flip := range []byte{0xff, 1 << rng.IntN(8)} {
				damaged := slices.Clone(content)
				damaged[at] ^= flip
				d := whole.copyDurable()
				d.put(name, damaged)
				k := slices.IndexFunc(all, func(p place) bool { return p.file == name && p.from <= at && at < p.to })
				switch {
				case k < 0: // the header
					requireCorrupt(t, d, name, 0)
				case name == active && at >= lastBatch:
					requireTorn(t, d, textsOf(all, name, all[k].from), int64(len(content))-all[k].from)
				default:
					requireCorrupt(t, d, name, all[k].from)
				}
			}
		}
		// A segment is not believed under another name, nor missed when it is gone.
		d := whole.copyDurable()
		delete(d.seen, name)
		if next := i + 1; next < len(whole.names()) {
			requireCorrupt(t, d, whole.names()[next], 0)
		}
		d.put(segmentName(99), content)
		_, err := journal.OpenOn(small("disk"), d)
		require.ErrorIs(t, err, journal.ErrCorrupt)
	}
}

func TestDamageOfManyRecordsIsNoTornTail(t *testing.T) {
	// A bad block takes the first records of the last batch and all of the one before with it: what is left
	// of the last batch proves that the one before was on disk.
	whole := sample(t)
	all, active := survey(whole)
	n := len(all)
	content := slices.Clone(whole.seen[active].seen)
	from := all[n-5].from // the batch of two
	clear(content[from:all[n-1].from])
	whole.put(active, content)
	requireCorrupt(t, whole, active, from)
}

// TestTornBatchKeepsItsOrder loses power in the middle of a batch that many callers share.
func TestTornBatchKeepsItsOrder(t *testing.T) {
	rng := seeded.Source(t)
	for range 200 {
		tornBatch(t, rng)
	}
}

func tornBatch(t *testing.T, rng *rand.Rand) {
	t.Helper()
	d := newDisk()
	synctest.Test(t, func(t *testing.T) {
		j := openOn(t, d)
		g := newGate(d)
		var wg sync.WaitGroup
		appendAside(t, &wg, j, "first")
		<-g.reached
		for range 8 {
			wg.Go(func() { j.Append(t.Context(), receipt, []byte(padded(0))) })
			synctest.Wait()
		}
		g.pass <- struct{}{}
		<-g.reached
		d.failNext(crashBefore, 0)
		g.pass <- struct{}{}
		wg.Wait()
		require.Error(t, j.Stats().Failure)
		require.NoError(t, j.Close())
		d.onSync = nil
	})
	d.losePower(rng)
	j := openOn(t, d)
	got := texts(t, j, 1)
	require.Equal(t, "1/1:first", got[0])
	for i, text := range got[1:] {
		require.Equal(t, fmt.Sprintf("%d/1:%s", i+2, padded(0)), text)
	}
	require.NoError(t, j.Close())
}

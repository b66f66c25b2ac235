package piece_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

// regions are offsets in the record of a piece of 100,000 bytes, which has a list of 7 CVs, and whether its piece is
// damaged by a change there.
func regions() map[string]struct {
	offset  int64
	damages bool
} {
	record := piece.RecordSize(100_000)
	list := record - piece.TrailerSize - piece.ListSize(100_000)
	return map[string]struct {
		offset  int64
		damages bool
	}{
		"fails: first byte":             {0, true},
		"fails: inside":                 {50_000, true},
		"fails: last byte":              {99_999, true},
		"ok: padding":                   {100_000, false},
		"ok: end of padding":            {list - 1, false},
		"fails: list":                   {list, true},
		"fails: end of list":            {record - piece.TrailerSize - 1, true},
		"ok: trailer, of no use to Get": {record - piece.TrailerSize, false},
		"ok: checksum of the trailer":   {record - 1, false},
	}
}

func TestDamageInEveryRegion(t *testing.T) {
	b := content(1, 100_000)
	root := rootOf(b)
	for name, c := range regions() {
		t.Run(name, func(t *testing.T) {
			cfg := small(t.TempDir())
			s := openStore(t, cfg)
			put(t, s, 3, b)
			next := content(2, 100_000)
			put(t, s, 3, next)
			file, offset := s.Where(root)
			overwrite(t, filepath.Join(cfg.Dir, file), offset+c.offset)
			read1, err := s.Scrub(t.Context())
			require.NoError(t, err)
			require.Equal(t, 2, read1)
			requirePiece(t, s, next)
			if !c.damages {
				requirePiece(t, s, b)
				require.Zero(t, stat(t, s).Damaged)
				return
			}
			requireQuarantine(t, s, root)
			report := <-s.Damage()
			require.Equal(t, root, report.Root)
			require.Equal(t, uint64(100_000), report.Length)
			require.ErrorIs(t, report.Reason, piece.ErrDamaged)
			require.NoError(t, s.Close())

			s = openStore(t, cfg)
			requireQuarantine(t, s, root)
			put(t, s, 4, b) // it can be put again, and its references are still there
			requirePiece(t, s, b)
			require.Equal(t, []uint64{3, 4}, deals(t, s, root))
			require.Zero(t, stat(t, s).Damaged)
			require.Empty(t, s.Damage())
		})
	}
}

// requireQuarantine requires that one piece is in quarantine, the only one.
func requireQuarantine(t *testing.T, s *piece.Store, root [32]byte) {
	t.Helper()
	_, err := s.Get(root)
	require.ErrorIs(t, err, piece.ErrDamaged)
	_, err = s.Prove(root, 0)
	require.ErrorIs(t, err, piece.ErrDamaged)
	has, err := s.Has(root)
	require.NoError(t, err)
	require.False(t, has)
	require.ErrorIs(t, s.Link(9, root), piece.ErrDamaged)
	var all [][32]byte
	require.NoError(t, s.Damaged(func(root [32]byte) error { all = append(all, root); return nil }))
	require.Equal(t, [][32]byte{root}, all)
	require.Equal(t, int64(1), stat(t, s).Damaged)
	require.Contains(t, roots(t, s, 3), root)
	require.Equal(t, []uint64{3}, deals(t, s, root))
}

func TestReadersFindDamage(t *testing.T) {
	for name, find := range map[string]func(s *piece.Store, root [32]byte) error{
		"fails: ReadGroup": func(s *piece.Store, root [32]byte) error { _, err := read(s, root); return err },
		"fails: Prove":     func(s *piece.Store, root [32]byte) error { _, err := s.Prove(root, 50); return err },
		"fails: Verify": func(s *piece.Store, root [32]byte) error {
			r, err := s.Get(root)
			if err != nil {
				return err
			}
			b := make([]byte, r.Length())
			_, err = r.ReadAt(b, 0)
			return errors.Join(err, r.Verify(b, 0), r.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := small(t.TempDir())
			s := openStore(t, cfg)
			root := put(t, s, 3, content(1, 100_000))
			file, offset := s.Where(root)
			overwrite(t, filepath.Join(cfg.Dir, file), offset+50_000)
			require.ErrorIs(t, find(s, root), piece.ErrDamaged)
			requireQuarantine(t, s, root)
			require.NoError(t, s.Drop(3, root))
			require.Zero(t, stat(t, s).Damaged)
			_, err := s.Get(root)
			require.ErrorIs(t, err, piece.ErrUnknown)
		})
	}
}

func TestVolumeThatIsCutOff(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	first, second := content(1, 5000), content(2, 100_000)
	put(t, s, 3, first)
	root := put(t, s, 3, second)
	file, offset := s.Where(root)
	require.NoError(t, os.Truncate(filepath.Join(cfg.Dir, file), offset+4096))
	_, err := s.Scrub(t.Context())
	require.NoError(t, err)
	requirePiece(t, s, first)
	requireQuarantine(t, s, root)
}

func TestReportsThatNobodyHears(t *testing.T) {
	cfg := small(t.TempDir())
	cfg.DamageQueue = 2
	s := openStore(t, cfg)
	for i := range uint64(5) {
		root := put(t, s, 1, content(i, 5000))
		file, offset := s.Where(root)
		overwrite(t, filepath.Join(cfg.Dir, file), offset)
	}
	_, err := s.Scrub(t.Context())
	require.NoError(t, err)
	st := stat(t, s)
	require.Equal(t, int64(5), st.Damaged)
	require.Equal(t, uint64(3), st.DamageDropped)
	require.Len(t, s.Damage(), 2)
	require.Zero(t, st.Pieces)
}

func TestScrubGoesOnWhereItStopped(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	const n = 3 * piece.ScrubChunk
	for i := range uint64(n) {
		put(t, s, 1, content(i, 100))
	}
	require.NoError(t, s.Close())
	ctx, cancel := context.WithCancel(t.Context())
	cfg.ScrubRate = 1
	cfg.Clock = &endClock{left: piece.ScrubChunk + 10, end: cancel}
	s = openStore(t, cfg)
	read, err := s.Scrub(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, piece.ScrubChunk+10, read)
	require.NoError(t, s.Close())
	cfg.ScrubRate = 0
	s = openStore(t, cfg)
	read, err = s.Scrub(t.Context())
	require.NoError(t, err)
	require.Equal(t, n-piece.ScrubChunk, read, "what was read since the last note is read again")
	read, err = s.Scrub(t.Context())
	require.NoError(t, err)
	require.Equal(t, n, read, "the next one begins anew")
}

// endClock fires at once, left times, and then ends a context instead.
type endClock struct {
	left int
	end  func()
}

func (c *endClock) Timer(time.Duration) (<-chan time.Time, func()) {
	fire := make(chan time.Time, 1)
	if c.left > 0 {
		c.left--
		fire <- time.Time{}
	} else {
		c.end()
	}
	return fire, func() {}
}

// handClock fires when the test says so.
type handClock struct{ waits chan chan time.Time }

func (c handClock) Timer(time.Duration) (<-chan time.Time, func()) {
	fire := make(chan time.Time, 1)
	c.waits <- fire
	return fire, func() {}
}

func TestRun(t *testing.T) {
	clock := handClock{make(chan chan time.Time)}
	cfg := small("store")
	cfg.Clock = clock
	d, fs := newDisk(), vfs.NewMem()
	s := openMem(t, cfg, d, fs)
	fill(t, s, 19)
	done := make(chan error)
	go func() { done <- s.Run(t.Context()) }()
	pause := <-clock.waits // a pass of the scrub is over
	require.Zero(t, stat(t, s).Damaged)
	root := rootOf(content(3, 50_000))
	name, offset := s.Where(root)
	d.flip(name, offset+77)
	pause <- time.Time{}
	report := <-s.Damage()
	require.Equal(t, root, report.Root)
	<-clock.waits
	dropNumbers(t, s, func(i int) bool { return i > 3 }, 19)
	waitFor(t, func() bool { return stat(t, s).Compacted == 1 })
	require.NoError(t, s.Close(), "stops Run and waits for it")
	require.NoError(t, <-done)

	s = openMem(t, cfg, d, fs)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- s.Run(ctx) }()
	<-clock.waits
	cancel()
	require.NoError(t, <-done)
	for i := range 3 {
		requirePiece(t, s, content(uint64(i), 50_000))
	}
	require.NoError(t, s.Close())
}

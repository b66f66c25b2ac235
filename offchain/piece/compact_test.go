package piece_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

// fill puts n pieces of 50,000 bytes, of which about 19 fill a volume.
func fill(tb testing.TB, s *piece.Store, n int) {
	tb.Helper()
	for i := range n {
		put(tb, s, 1, content(uint64(i), 50_000))
	}
}

func dropNumbers(tb testing.TB, s *piece.Store, drop func(i int) bool, n int) {
	tb.Helper()
	for i := range n {
		if drop(i) {
			require.NoError(tb, s.Drop(1, rootOf(content(uint64(i), 50_000))))
		}
	}
}

func TestCompaction(t *testing.T) {
	modes(t, func(t *testing.T, cfg piece.Config) {
		t.Helper()
		s := openStore(t, cfg)
		const n = 100
		fill(t, s, n)
		kept := func(i int) bool { return i%3 == 0 }
		reader, err := s.Get(rootOf(content(1, 50_000))) // will be dropped
		require.NoError(t, err)
		deleted, err := s.Compact(t.Context())
		require.NoError(t, err)
		require.Zero(t, deleted, "nothing to do")
		before := stat(t, s)
		dropNumbers(t, s, func(i int) bool { return !kept(i) }, n)
		require.Equal(t, before.VolumeBytes, stat(t, s).VolumeBytes)
		deleted, err = s.Compact(t.Context())
		require.NoError(t, err)
		require.Equal(t, before.Volumes-1, deleted, "but not the one written to, which is far from full")
		check := func(s *piece.Store) {
			for i := range n {
				has, err := s.Has(rootOf(content(uint64(i), 50_000)))
				require.NoError(t, err)
				require.Equal(t, kept(i), has)
				if has {
					requirePiece(t, s, content(uint64(i), 50_000))
				}
			}
			st := stat(t, s)
			require.Equal(t, int64(34), st.Pieces)
			require.Equal(t, 34*piece.RecordSize(50_000), st.Used)
			require.Equal(t, 2, st.Volumes)
		}
		check(s)
		require.Equal(t, uint64(deleted), stat(t, s).Compacted)
		got, err := reader.ReadGroup(make([]byte, 16<<10), 0)
		require.NoError(t, err, "who reads a dropped piece in a deleted volume may read on")
		require.Equal(t, content(1, 50_000)[:16<<10], got)
		require.NoError(t, reader.Close())
		files, err := filepath.Glob(filepath.Join(cfg.Dir, "*.vol"))
		require.NoError(t, err)
		require.Len(t, files, 2)
		require.NoError(t, s.Close())
		check(openStore(t, cfg))
	})
}

func TestCompactionAboveTheQuota(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	fill(t, s, 40)
	drop := func(i int) bool { return i%5 == 0 } // a fifth: not worth it
	dropNumbers(t, s, drop, 40)
	deleted, err := s.Compact(t.Context())
	require.NoError(t, err)
	require.Zero(t, deleted)
	require.NoError(t, s.Close())
	cfg.Quota = 38 * piece.RecordSize(50_000) // now the files are larger than what the owner allows
	s = openStore(t, cfg)
	_, err = s.Compact(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	s = openStore(t, cfg)
	require.LessOrEqual(t, stat(t, s).VolumeBytes, cfg.Quota)
	for i := range 40 {
		if !drop(i) {
			requirePiece(t, s, content(uint64(i), 50_000))
		}
	}
}

func TestCompactionFindsDamage(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	fill(t, s, 40)
	name, offset := s.Where(rootOf(content(2, 50_000)))
	overwrite(t, filepath.Join(cfg.Dir, name), offset+20_000)
	dropNumbers(t, s, func(i int) bool { return i > 2 }, 40)
	_, err := s.Compact(t.Context())
	require.NoError(t, err)
	requirePiece(t, s, content(0, 50_000))
	requirePiece(t, s, content(1, 50_000))
	_, err = s.Get(rootOf(content(2, 50_000)))
	require.ErrorIs(t, err, piece.ErrDamaged)
	require.Equal(t, rootOf(content(2, 50_000)), (<-s.Damage()).Root)
	require.Equal(t, int64(1), stat(t, s).Damaged)
}

func TestCompactionWithoutRoom(t *testing.T) {
	d := newDisk()
	s := openMem(t, small("store"), d, vfs.NewMem())
	fill(t, s, 19)
	d.capacity = 1 << 20
	dropNumbers(t, s, func(i int) bool { return i > 4 }, 19)
	_, err := s.Compact(t.Context())
	require.ErrorIs(t, err, piece.ErrFull)
	for i := range 5 {
		requirePiece(t, s, content(uint64(i), 50_000))
	}
	d.capacity = 4 << 20
	deleted, err := s.Compact(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	for i := range 5 {
		requirePiece(t, s, content(uint64(i), 50_000))
	}
	require.NoError(t, s.Close())
}

func TestCompactionOfTheVolumeWrittenTo(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	fill(t, s, 15)
	w := begin(t, s, content(100, 50_000))
	dropNumbers(t, s, func(i int) bool { return i > 0 }, 15)
	deleted, err := s.Compact(t.Context())
	require.NoError(t, err)
	require.Zero(t, deleted, "somebody still writes there")
	_, err = w.Write(content(100, 50_000))
	require.NoError(t, err)
	require.NoError(t, w.Commit())
	deleted, err = s.Compact(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	requirePiece(t, s, content(0, 50_000))
	requirePiece(t, s, content(100, 50_000))
	require.Equal(t, 1, stat(t, s).Volumes)
}

// countClock fires at once and adds up how long it was asked to wait.
type countClock struct{ total *time.Duration }

func (c countClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	*c.total += d
	fire := make(chan time.Time, 1)
	fire <- time.Time{}
	return fire, func() {}
}

func TestRates(t *testing.T) {
	var total time.Duration
	cfg := small(t.TempDir())
	cfg.Clock = countClock{&total}
	cfg.ScrubRate, cfg.CompactRate = piece.RecordSize(50_000), 4*piece.RecordSize(50_000)
	s := openStore(t, cfg)
	fill(t, s, 16)
	read, err := s.Scrub(t.Context())
	require.NoError(t, err)
	require.Equal(t, 16, read)
	require.Equal(t, 16*time.Second, total)
	total = 0
	dropNumbers(t, s, func(i int) bool { return i >= 4 }, 16)
	deleted, err := s.Compact(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, deleted)
	require.Equal(t, time.Second, total)
}

// duringClock does something during the first wait.
type duringClock struct{ do func() }

func (c *duringClock) Timer(time.Duration) (<-chan time.Time, func()) {
	if do := c.do; do != nil {
		c.do = nil
		do()
	}
	fire := make(chan time.Time, 1)
	fire <- time.Time{}
	return fire, func() {}
}

func TestChangesDuringCompaction(t *testing.T) {
	b := content(0, 50_000)
	for name, c := range map[string]struct {
		do   func(s *piece.Store)
		held bool
	}{
		"ok: dropped":              {func(s *piece.Store) { require.NoError(t, s.Drop(1, rootOf(b))) }, false},
		"ok: dropped and put anew": {func(s *piece.Store) { require.NoError(t, s.Drop(1, rootOf(b))); put(t, s, 1, b) }, true},
		"ok: linked": {func(s *piece.Store) {
			require.NoError(t, s.Link(2, rootOf(b)))
			require.NoError(t, s.Drop(1, rootOf(b)))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			clock := &duringClock{}
			cfg := small(t.TempDir())
			cfg.CompactRate, cfg.Clock = 1, clock
			s := openStore(t, cfg)
			fill(t, s, 19)
			var copied [][32]byte
			for i := range 19 {
				copied = append(copied, rootOf(content(uint64(i), 50_000)))
			}
			require.NoError(t, s.Drop(1, copied[2:]...))
			clock.do = func() { c.do(s) } // the piece has been copied, and the index does not know it yet
			deleted, err := s.Compact(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, deleted)
			has, err := s.Has(rootOf(b))
			require.NoError(t, err)
			require.Equal(t, c.held, has)
			want := int64(1)
			if c.held {
				requirePiece(t, s, b)
				want++
			}
			requirePiece(t, s, content(1, 50_000))
			require.Equal(t, want, stat(t, s).Pieces)
			require.Equal(t, want*piece.RecordSize(50_000), stat(t, s).Used)
			require.Zero(t, s.Pinned())
		})
	}
}

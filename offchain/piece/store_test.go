package piece_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
	"github.com/mesh-protocol/mesh/proof"
)

// modes are the two ways to write volumes.
func modes(t *testing.T, f func(t *testing.T, cfg piece.Config)) {
	t.Helper()
	for _, m := range []struct {
		name     string
		buffered bool
	}{{"direct", false}, {"buffered", true}} {
		t.Run(m.name, func(t *testing.T) {
			cfg := small(t.TempDir())
			cfg.Buffered = m.buffered
			f(t, cfg)
		})
	}
}

func TestPiecesOfEveryShape(t *testing.T) {
	lengths := []int{1, 1023, 1024, 1025, 4096 - piece.TrailerSize, 4097 - piece.TrailerSize, 4096, 16 << 10, 16<<10 + 1,
		32 << 10, 60 << 10, 100_000, 2<<20 - 1, 2 << 20, 2<<20 + 1, 5<<20 + 333}
	modes(t, func(t *testing.T, cfg piece.Config) {
		t.Helper()
		s := openStore(t, cfg)
		require.Equal(t, !cfg.Buffered, stat(t, s).Direct, "the file system of the test takes O_DIRECT")
		var used int64
		for i, n := range lengths {
			b := content(uint64(i), n)
			root := put(t, s, 7, b)
			used += piece.RecordSize(uint64(n))
			requirePiece(t, s, b)
			has, err := s.Has(root)
			require.NoError(t, err)
			require.True(t, has)
			require.ErrorIs(t, tryPut(t, s, 7, root, b), piece.ErrHeld)
		}
		st := stat(t, s)
		require.Equal(t, int64(len(lengths)), st.Pieces)
		require.Equal(t, used, st.Used)
		require.Zero(t, st.Reserved)
		require.Zero(t, s.Pinned())
		require.Len(t, roots(t, s, 7), len(lengths))
		require.NoError(t, s.Close())

		again := openStore(t, cfg)
		for i, n := range lengths {
			requirePiece(t, again, content(uint64(i), n))
		}
		after := stat(t, again)
		require.Equal(t, st.Used, after.Used)
		require.Equal(t, st.Pieces, after.Pieces)
		require.LessOrEqual(t, after.VolumeBytes, after.Used+int64(after.Volumes)*piece.PageSize, "no room allocated ahead")
	})
}

func TestRecordSize(t *testing.T) {
	for _, c := range []struct {
		length uint64
		pages  int64
	}{{1, 1}, {4096 - piece.TrailerSize, 1}, {4097 - piece.TrailerSize, 2}, {16 << 10, 5}, {1 << 20, 257}, {2 << 20, 514}} {
		require.Equal(t, c.pages*piece.PageSize, piece.RecordSize(c.length), c.length)
	}
	require.Equal(t, int64(0), piece.ListSize(proof.GroupSize))
	require.Equal(t, int64(64), piece.ListSize(proof.GroupSize+1))
}

func TestProve(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	for i, n := range []int{1, 1024, 16 << 10, 16<<10 + 1, 300_001} {
		b := content(uint64(i), n)
		root := put(t, s, 1, b)
		chunks := (n + 1023) / 1024
		for c := range chunks {
			opening, err := s.Prove(root, uint64(c))
			require.NoError(t, err)
			chunk, err := proof.VerifyChunk(root, uint64(n), uint64(c), opening)
			require.NoError(t, err)
			require.Equal(t, b[c*1024:min(n, c*1024+1024)], chunk)
		}
		_, err := s.Prove(root, uint64(chunks))
		require.ErrorIs(t, err, proof.ErrRange)
	}
	_, err := s.Prove([32]byte{1}, 0)
	require.ErrorIs(t, err, piece.ErrUnknown)
	require.Zero(t, s.Pinned())
}

func TestReader(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 100_000)
	root := put(t, s, 1, b)
	r, err := s.Get(root)
	require.NoError(t, err)
	require.Equal(t, root, r.Root())
	require.Equal(t, uint64(len(b)), r.Length())
	folded, err := proof.FoldGroups(r.List(), r.Length())
	require.NoError(t, err)
	require.Equal(t, root, folded)

	p := make([]byte, 100)
	n, err := r.ReadAt(p, 777)
	require.NoError(t, err)
	require.Equal(t, b[777:877], p[:n])
	n, err = r.ReadAt(p, 99_950)
	require.EqualError(t, err, "EOF")
	require.Equal(t, b[99_950:], p[:n])
	_, err = r.ReadAt(p, 100_000)
	require.EqualError(t, err, "EOF")
	_, err = r.ReadAt(p, -1)
	require.ErrorIs(t, err, piece.ErrInvalid)

	_, err = r.ReadGroup(p, 0)
	require.ErrorIs(t, err, piece.ErrLength)
	_, err = r.ReadGroup(make([]byte, proof.GroupSize), 7)
	require.ErrorIs(t, err, proof.ErrRange)
	require.NoError(t, r.Verify(b[2*proof.GroupSize:], 2))
	require.ErrorIs(t, r.Verify(b[2*proof.GroupSize:], 1), piece.ErrInvalid, "the piece is not to blame")
	require.ErrorIs(t, r.Verify(b[6*proof.GroupSize:99_999], 6), piece.ErrLength)
	require.ErrorIs(t, r.Verify(append(b[6*proof.GroupSize:], 0), 6), proof.ErrRange)

	require.NoError(t, s.Drop(1, root))
	require.NoError(t, s.Close())
	got, err := r.ReadGroup(make([]byte, proof.GroupSize), 3)
	require.NoError(t, err, "a reader outlives its piece and its store")
	require.Equal(t, b[3*proof.GroupSize:4*proof.GroupSize], got)
	require.NoError(t, r.Close())
}

func TestLock(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	_, err := piece.Open(cfg)
	require.ErrorIs(t, err, piece.ErrLocked)
	var locked *piece.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, piece.LockedError{Dir: cfg.Dir, PID: os.Getpid()}, *locked)
	require.ErrorContains(t, err, "by process "+strconv.Itoa(os.Getpid())+": "+cfg.Dir)
	require.NoError(t, s.Close())
	require.NoError(t, os.WriteFile(filepath.Join(cfg.Dir, "lock"), nil, 0o600))
	lock, err := piece.LockDir(cfg.Dir)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(filepath.Join(cfg.Dir, "lock"), 0))
	_, err = piece.Open(cfg)
	require.ErrorAs(t, err, &locked)
	require.Zero(t, locked.PID, "not yet written")
	require.NoError(t, lock.Close())
	openStore(t, cfg)
}

func TestClosedStore(t *testing.T) {
	s := openStore(t, small(t.TempDir()))
	b := content(1, 3<<20)
	w, err := s.Put(t.Context(), 1, rootOf(b), uint64(len(b)))
	require.NoError(t, err)
	_, err = w.Write(b[:1<<20])
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "twice is fine")
	_, err = w.Write(b[1<<20:])
	require.ErrorIs(t, err, piece.ErrClosed)
	require.ErrorIs(t, w.Commit(), piece.ErrClosed)
	w.Abort()
	_, err = s.Put(t.Context(), 1, [32]byte{}, 1)
	require.ErrorIs(t, err, piece.ErrClosed)
	_, err = s.Get([32]byte{})
	require.ErrorIs(t, err, piece.ErrClosed)
	_, err = s.Prove([32]byte{}, 0)
	require.ErrorIs(t, err, piece.ErrClosed)
	_, err = s.Has([32]byte{})
	require.ErrorIs(t, err, piece.ErrClosed)
	_, err = s.Stat()
	require.ErrorIs(t, err, piece.ErrClosed)
	require.ErrorIs(t, s.Link(1, [32]byte{}), piece.ErrClosed)
	require.ErrorIs(t, s.Drop(1, [32]byte{}), piece.ErrClosed)
	require.ErrorIs(t, s.DropDeal(1), piece.ErrClosed)
	require.ErrorIs(t, s.Pieces(1, nil), piece.ErrClosed)
	require.ErrorIs(t, s.Deals([32]byte{}, nil), piece.ErrClosed)
	require.ErrorIs(t, s.Damaged(nil), piece.ErrClosed)
	require.ErrorIs(t, s.Run(t.Context()), piece.ErrClosed)
	_, err = s.Scrub(t.Context())
	require.ErrorIs(t, err, piece.ErrClosed)
	_, err = s.Compact(t.Context())
	require.ErrorIs(t, err, piece.ErrClosed)
}

func TestConfig(t *testing.T) {
	require.NoError(t, piece.DefaultConfig("d", 1).Validate())
	for name, change := range map[string]func(*piece.Config){
		"fails: no directory":      func(c *piece.Config) { c.Dir = "" },
		"fails: negative quota":    func(c *piece.Config) { c.Quota = -1 },
		"fails: small volume":      func(c *piece.Config) { c.VolumeBytes = piece.MinVolumeBytes - piece.PageSize },
		"fails: large volume":      func(c *piece.Config) { c.VolumeBytes = piece.MaxVolumeBytes + piece.PageSize },
		"fails: half a page":       func(c *piece.Config) { c.VolumeBytes++ },
		"fails: negative rate":     func(c *piece.Config) { c.ScrubRate = -1 },
		"fails: negative pause":    func(c *piece.Config) { c.ScrubPause = -1 },
		"fails: negative reserve":  func(c *piece.Config) { c.KeepFree = -1 },
		"fails: no place in queue": func(c *piece.Config) { c.DamageQueue = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := piece.DefaultConfig(t.TempDir(), 1)
			change(&cfg)
			_, err := piece.Open(cfg)
			require.ErrorIs(t, err, piece.ErrInvalid)
		})
	}
}

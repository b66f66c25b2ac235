package piece_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

func volumes(t *testing.T, cfg piece.Config) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(cfg.Dir, "*.vol"))
	require.NoError(t, err)
	return names
}

func TestIndexIsMadeAnewFromVolumes(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, cfg *piece.Config){
		"ok: asked to": func(_ *testing.T, cfg *piece.Config) { cfg.Rebuild = true },
		"ok: index deleted": func(t *testing.T, cfg *piece.Config) {
			t.Helper()
			require.NoError(t, os.RemoveAll(filepath.Join(cfg.Dir, "index")))
		},
		"ok: index and most headers gone": func(t *testing.T, cfg *piece.Config) {
			t.Helper()
			require.NoError(t, os.RemoveAll(filepath.Join(cfg.Dir, "index")))
			for _, name := range volumes(t, *cfg)[1:] {
				overwrite(t, name, 10)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := small(t.TempDir())
			s := openStore(t, cfg)
			lengths := []int{1, 4000, 4096, 16 << 10, 16<<10 + 1, 300_000, 900_000, 3 << 20}
			for i, n := range lengths {
				put(t, s, uint64(i), content(uint64(i), n))
			}
			damaged := content(100, 40_000)
			put(t, s, 100, damaged)
			file, offset := s.Where(rootOf(damaged))
			before := stat(t, s)
			require.NoError(t, s.Close())
			overwrite(t, filepath.Join(cfg.Dir, file), offset+20_000)
			lose(t, &cfg)

			s = openStore(t, cfg)
			for i, n := range lengths {
				requirePiece(t, s, content(uint64(i), n))
				require.Equal(t, []uint64{uint64(i)}, deals(t, s, rootOf(content(uint64(i), n))))
			}
			_, err := s.Get(rootOf(damaged))
			require.ErrorIs(t, err, piece.ErrUnknown, "what is not whole is not entered")
			after := stat(t, s)
			require.Equal(t, int64(len(lengths)), after.Pieces)
			require.Equal(t, before.Used-piece.RecordSize(40_000), after.Used)
			put(t, s, 100, damaged)
			require.NoError(t, s.Close())
			cfg.Rebuild = false
			again := openStore(t, cfg)
			requirePiece(t, again, damaged)
			require.Equal(t, before.Used, stat(t, again).Used)
		})
	}
}

func TestForgedRecordsAreNotAdopted(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	// A client that knows the format, and even where its piece will lie, but not the secret of the store.
	forged := content(1, 4096-piece.TrailerSize)
	b := append(forged, piece.TrailerOf([16]byte{1, 2, 3}, 1, 1, uint64(len(forged)), 9, rootOf(forged))...)
	b = append(b, content(2, 8192)...)
	put(t, s, 1, b)
	_, offset := s.Where(rootOf(b))
	require.Equal(t, int64(piece.PageSize), offset)
	require.NoError(t, s.Close())
	cfg.Rebuild = true
	s = openStore(t, cfg)
	require.Empty(t, roots(t, s, 9))
	require.Equal(t, int64(1), stat(t, s).Pieces)
	requirePiece(t, s, b)
}

func TestVolumesOfTwoStores(t *testing.T) {
	cfg, other := small(t.TempDir()), small(t.TempDir())
	for _, c := range []piece.Config{cfg, other} {
		s := openStore(t, c)
		put(t, s, 1, content(1, 900_000))
		require.NoError(t, s.Close())
	}
	require.NoError(t, os.Rename(volumes(t, other)[0], filepath.Join(cfg.Dir, "00000009.vol")))
	cfg.Rebuild = true
	_, err := piece.Open(cfg)
	require.ErrorIs(t, err, piece.ErrCorrupt)
}

func TestNothingSaysWhoseVolumes(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	put(t, s, 1, content(1, 10))
	require.NoError(t, s.Close())
	require.NoError(t, os.Truncate(volumes(t, cfg)[0], 7))
	cfg.Rebuild = true
	_, err := piece.Open(cfg)
	require.ErrorIs(t, err, piece.ErrCorrupt)
	require.Len(t, volumes(t, cfg), 1, "nothing is thrown away")
}

func TestLostVolume(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	first, second := content(1, 900_000), content(2, 900_000)
	put(t, s, 3, first)
	put(t, s, 3, second)
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(volumes(t, cfg)[0]))
	s = openStore(t, cfg)
	requirePiece(t, s, second)
	requireQuarantine(t, s, rootOf(first))
	require.Equal(t, rootOf(first), (<-s.Damage()).Root)
	require.Equal(t, piece.RecordSize(900_000), stat(t, s).Used)
	put(t, s, 3, first)
	requirePiece(t, s, first)
	require.Len(t, volumes(t, cfg), 2)
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	cfg := small(t.TempDir())
	names := []string{"00000000.vol", "1.vol", "0000000G.vol", "000000001.vol", "notes", "0000000A.vol"}
	for _, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(cfg.Dir, name), []byte("x"), 0o600))
	}
	s := openStore(t, cfg)
	put(t, s, 1, content(1, 10))
	require.NoError(t, s.Close())
	openStore(t, cfg)
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(cfg.Dir, name))
		require.NoError(t, err)
		require.Equal(t, "x", string(b))
	}
}

func TestRoomOfOpenWritersComesBack(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	first := begin(t, s, content(1, 100_000))
	put(t, s, 1, content(2, 100_000))
	require.NoError(t, s.Close()) // the first never committed, and lies before the second
	s = openStore(t, cfg)
	require.Equal(t, piece.RecordSize(100_000), stat(t, s).Used)
	put(t, s, 1, content(3, 100_000))
	_, offset := s.Where(rootOf(content(3, 100_000)))
	require.Equal(t, int64(piece.PageSize), offset, "in the room of the first")
	requirePiece(t, s, content(2, 100_000))
	requirePiece(t, s, content(3, 100_000))
	first.Abort()
}

func TestDamagedIndex(t *testing.T) {
	cfg := small(t.TempDir())
	s := openStore(t, cfg)
	b := content(1, 50_000)
	put(t, s, 1, b)
	require.NoError(t, s.Close())
	manifests, err := filepath.Glob(filepath.Join(cfg.Dir, "index", "MANIFEST-*"))
	require.NoError(t, err)
	require.NotEmpty(t, manifests)
	for _, name := range manifests {
		require.NoError(t, os.Truncate(name, 5))
	}
	_, err = piece.Open(cfg)
	require.ErrorContains(t, err, "open index (Config.Rebuild makes it anew)")
	cfg.Rebuild = true
	s = openStore(t, cfg)
	requirePiece(t, s, b)
}

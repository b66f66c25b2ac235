package piece_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

// content is the bytes of a piece, the same for the same number and length.
func content(number uint64, length int) []byte {
	b := make([]byte, length)
	rng := rand.New(rand.NewPCG(number, 1))
	for i := 0; i+8 <= length; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], rng.Uint64())
	}
	for i := length / 8 * 8; i < length; i++ {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// rootOf is the root of a piece, by another implementation than the store's.
func rootOf(b []byte) [32]byte { return blake3.Sum256(b) }

// small is a configuration with volumes that fill quickly and without bounds on rates.
func small(dir string) piece.Config {
	cfg := piece.DefaultConfig(dir, 64<<20)
	cfg.VolumeBytes = 1 << 20
	cfg.KeepFree = 0
	cfg.ScrubRate, cfg.CompactRate = 0, 0
	return cfg
}

// openStore opens a store that the test closes at its end.
func openStore(tb testing.TB, cfg piece.Config) *piece.Store {
	tb.Helper()
	s, err := piece.Open(cfg)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// openMem opens a store on a disk of the test, with its index in memory. The test closes it.
func openMem(t require.TestingT, cfg piece.Config, d *disk, fs vfs.FS) *piece.Store {
	s, err := piece.OpenOn(cfg, d, fs)
	require.NoError(t, err)
	return s
}

// put stores a piece and returns its root.
func put(tb testing.TB, s *piece.Store, deal uint64, b []byte) [32]byte {
	tb.Helper()
	root := rootOf(b)
	require.NoError(tb, tryPut(tb, s, deal, root, b))
	return root
}

// tryPut stores bytes under a root and returns the first error.
func tryPut(tb testing.TB, s *piece.Store, deal uint64, root [32]byte, b []byte) error {
	tb.Helper()
	w, err := s.Put(tb.Context(), deal, root, uint64(len(b)))
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := w.ReadFrom(bytes.NewReader(b)); err != nil {
		return err
	}
	return w.Commit()
}

// read returns a piece, every group verified.
func read(s *piece.Store, root [32]byte) (b []byte, err error) {
	r, err := s.Get(root)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closeErr := r.Close(); err == nil {
			err = closeErr
		}
	}()
	b = make([]byte, r.Length())
	const group = 16 << 10
	for i := 0; i*group < len(b); i++ {
		buf := make([]byte, group)
		g, err := r.ReadGroup(buf, uint64(i))
		if err != nil {
			return nil, err
		}
		copy(b[i*group:], g)
	}
	return b, nil
}

// requirePiece requires that a piece is served whole, by groups and at once.
func requirePiece(t require.TestingT, s *piece.Store, want []byte) {
	got, err := read(s, rootOf(want))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "other bytes than were put")
	r, err := s.Get(rootOf(want))
	require.NoError(t, err)
	all := piece.Buffer(len(want) + 1)
	n, err := r.ReadAt(all, 0)
	require.Equal(t, io.EOF, err)
	require.Equal(t, len(want), n)
	require.True(t, bytes.Equal(want, all[:n]))
	require.NoError(t, r.Verify(all[:n], 0))
	require.NoError(t, r.Close())
}

// roots lists what a deal refers to.
func roots(t require.TestingT, s *piece.Store, deal uint64) (list [][32]byte) {
	require.NoError(t, s.Pieces(deal, func(root [32]byte) error {
		list = append(list, root)
		return nil
	}))
	return list
}

func stat(t require.TestingT, s *piece.Store) piece.Stat {
	st, err := s.Stat()
	require.NoError(t, err)
	return st
}

// overwrite changes a byte of a file.
func overwrite(t *testing.T, name string, offset int64) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(t, err)
	b := []byte{0}
	_, err = f.ReadAt(b, offset)
	require.NoError(t, err)
	b[0] ^= 0x40
	_, err = f.WriteAt(b, offset)
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
}

// waitFor lets other goroutines run until a condition holds.
func waitFor(tb testing.TB, condition func() bool) {
	tb.Helper()
	deadline := time.Now().Add(time.Minute)
	for !condition() {
		require.True(tb, time.Now().Before(deadline), "nothing happens any more")
		runtime.Gosched()
	}
}

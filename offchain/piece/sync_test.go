package piece_test

import (
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

// requireDurable requires that a piece is whole after a loss of power now, whatever that takes.
func requireDurable(t *testing.T, cfg piece.Config, d *disk, fs *vfs.MemFS, b []byte) {
	t.Helper()
	const ways = 16
	for n := range uint64(ways) {
		s := openMem(t, cfg, d.crash(rand.New(rand.NewPCG(n, 0))), fs.CrashClone(vfs.CrashCloneCfg{}))
		requirePiece(t, s, b)
		require.Empty(t, s.Damage())
		require.NoError(t, s.Close())
	}
}

// A sync for one writer that comes while another one's write is on its way does not count for the other.
func TestSyncDuringAWrite(t *testing.T) {
	d, fs := newDisk(), vfs.NewCrashableMem()
	cfg := small("store")
	s := openMem(t, cfg, d, fs)
	first, second := content(1, 50_000), content(2, 50_000)
	put(t, s, 0, content(0, 1)) // makes the volume
	d.fault = func(op string, _ int64) error {
		d.fault = nil
		require.Equal(t, "write", op)
		put(t, s, 0, second)
		return nil
	}
	put(t, s, 0, first)
	require.Nil(t, d.fault)
	requireDurable(t, cfg, d, fs, first)
	requireDurable(t, cfg, d, fs, second)
	require.NoError(t, s.Close())
}

// What a process that was killed has left is durable before the index is told of it.
func TestAdoptedPieceIsDurable(t *testing.T) {
	d := newDisk()
	cfg := small("store")
	b := content(1, 50_000)
	s := openMem(t, cfg, d, vfs.NewMem())
	put(t, s, 0, content(0, 1)) // makes the volume
	d.fault = func(op string, _ int64) error {
		if op == "sync" {
			return errFault
		}
		return nil
	}
	require.ErrorIs(t, tryPut(t, s, 0, rootOf(b), b), piece.ErrFailed)
	require.NoError(t, s.Close())
	d.fault = nil

	fs := vfs.NewCrashableMem()
	s = openMem(t, cfg, d, fs)
	requirePiece(t, s, b)
	requireDurable(t, cfg, d, fs, b)
	require.NoError(t, s.Close())
}

package piece_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/piece"
)

func TestWhatAFileSystemOffers(t *testing.T) {
	for _, c := range []struct {
		name    string
		err     error
		offered bool
		fails   bool
	}{
		{"ok: taken", nil, true, false},
		{"ok: taken, but the disk is full", os.NewSyscallError("fallocate", syscall.ENOSPC), true, false},
		{"ok: refused as invalid", &os.PathError{Op: "open", Err: syscall.EINVAL}, false, false},
		{"ok: refused as not supported", os.NewSyscallError("fallocate", syscall.EOPNOTSUPP), false, false},
		{"ok: refused as unknown", os.NewSyscallError("fallocate", syscall.ENOSYS), false, false},
		{"fails: the disk is broken", os.NewSyscallError("fallocate", syscall.EIO), false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			offered, err := piece.Supported(c.err)
			require.Equal(t, c.offered, offered)
			require.Equal(t, c.fails, err != nil)
			require.True(t, errors.Is(err, c.err) || !c.fails)
		})
	}
}

func TestReadsOfEveryAlignment(t *testing.T) {
	for _, buffered := range []bool{false, true} {
		d, err := piece.OSDisk(t.TempDir(), buffered)
		require.NoError(t, err)
		require.Equal(t, !buffered, d.Direct())
		names, err := d.List()
		require.NoError(t, err)
		require.Empty(t, names, "no probe is left")
		f, err := d.Create("x")
		require.NoError(t, err)
		_, err = d.Create("x")
		require.ErrorIs(t, err, os.ErrExist)
		b := piece.Buffer(512 << 10)
		copy(b, content(1, len(b)))
		require.NoError(t, f.Allocate(0, int64(len(b))))
		size, err := f.Size()
		require.NoError(t, err)
		require.Equal(t, int64(len(b)), size)
		_, err = f.WriteAt(b, 0)
		require.NoError(t, err)
		require.NoError(t, f.Sync())
		for _, offset := range []int{0, 1, 4096, 100_000} {
			for _, n := range []int{1, 4096, 128 << 10, 200_000, 300 << 10} {
				for _, skew := range []int{0, 8} {
					p := piece.Buffer(n + skew)[skew:]
					got, err := f.ReadAt(p, int64(offset))
					require.NoError(t, err)
					require.Equal(t, b[offset:offset+n], p[:got])
				}
			}
		}
		require.NoError(t, f.Truncate(4096))
		n, err := f.ReadAt(piece.Buffer(256<<10), 0)
		require.EqualError(t, err, "EOF")
		require.Equal(t, 4096, n)
		require.NoError(t, f.Close())
		require.NoError(t, d.Remove("x"))
		require.NoError(t, d.SyncDir())
		_, err = d.Open("x")
		require.ErrorIs(t, err, os.ErrNotExist)
	}
}

func TestFileSystemWithoutAllocation(t *testing.T) {
	d, err := piece.OSDisk(t.TempDir(), false)
	require.NoError(t, err)
	f, err := piece.WithoutAllocation(d).Create("x")
	require.NoError(t, err)
	require.NoError(t, f.Allocate(4096, 8192))
	size, err := f.Size()
	require.NoError(t, err)
	require.Equal(t, int64(12288), size)
	require.NoError(t, f.Allocate(0, 4096))
	size, err = f.Size()
	require.NoError(t, err)
	require.Equal(t, int64(12288), size, "it never cuts")
	_, err = f.WriteAt(piece.Buffer(4096), 8192)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestModes(t *testing.T) {
	cfg := small(filepath.Join(t.TempDir(), "a", "b"))
	s := openStore(t, cfg)
	put(t, s, 1, content(1, 1))
	for name, mode := range map[string]os.FileMode{"": 0o700, "lock": 0o600, "00000001.vol": 0o600} {
		info, err := os.Stat(filepath.Join(cfg.Dir, name))
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Perm(), name)
	}
}

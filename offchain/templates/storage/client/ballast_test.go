package client_test

import (
	"os"
	"path"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// ballast is what changes the ballast.
func ballast(op errorfs.Op) bool {
	return path.Base(op.Path) == "ballast" && op.Kind.ReadOrWrite() == errorfs.OpIsWrite
}

// opened opens and closes a database, and returns how often the ballast was changed meanwhile.
func opened(t *testing.T, disk vfs.FS) (changes int) {
	t.Helper()
	count := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if ballast(op) {
			changes++
		}
		return nil
	})
	b, err := client.OpenBook("home", errorfs.Wrap(disk, count))
	require.NoError(t, err)
	require.NoError(t, b.Close())
	info, err := disk.Stat("home/ballast")
	require.NoError(t, err)
	require.EqualValues(t, client.BallastBytes, info.Size())
	return changes
}

// The ballast is written where there is none, or not all of it, and durably; where it is, opening leaves it alone.
func TestBallastIsKept(t *testing.T) {
	disk := vfs.NewCrashableMem()
	require.Positive(t, opened(t, disk))
	require.Zero(t, opened(t, disk))
	disk = disk.CrashClone(vfs.CrashCloneCfg{})
	require.Zero(t, opened(t, disk))

	short, err := disk.Create("home/ballast", vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = short.Write(make([]byte, client.BallastBytes-1))
	require.NoError(t, err)
	require.NoError(t, short.Close())
	require.Positive(t, opened(t, disk))
	require.Zero(t, opened(t, disk))
}

// Without room for the ballast nothing is opened, and nothing of it left behind.
func TestNoRoomForTheBallast(t *testing.T) {
	for _, kind := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		left := atomic.Int64{}
		full := errorfs.InjectorFunc(func(op errorfs.Op) error {
			if ballast(op) && op.Kind != errorfs.OpRemove && left.Add(-1) < 0 {
				return &os.PathError{Op: "write", Path: op.Path, Err: kind}
			}
			return nil
		})
		for after := range int64(1 + 16 + 1) { // to make, write and sync it
			disk := vfs.NewMem()
			left.Store(after)
			_, err := client.OpenBook("home", errorfs.Wrap(disk, full))
			require.ErrorIs(t, err, kind, "after %d", after)
			names, err := disk.List("home")
			require.NoError(t, err)
			require.Empty(t, names)
		}
		left.Store(1 + 16 + 1)
		require.Positive(t, opened(t, errorfs.Wrap(vfs.NewMem(), full)))
	}
}

// forgetful is a disk that has no room when a file whose name ends so is synced, once, and has lost then what was not synced.
type forgetful struct {
	vfs.FS
	end   string
	armed atomic.Bool
}

// Create makes a file.
func (d *forgetful) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.Create(name, category)
	if err != nil || path.Ext(name) != d.end {
		return f, err
	}
	return &forgetfulFile{File: f, disk: d}, nil
}

type forgetfulFile struct {
	vfs.File
	disk        *forgetful
	end, synced int64
}

// Write appends.
func (f *forgetfulFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.end += int64(n)
	return n, err
}

// SyncData forgets, or syncs.
func (f *forgetfulFile) SyncData() error {
	if f.end > f.synced && f.disk.armed.CompareAndSwap(true, false) {
		if _, err := f.WriteAt(make([]byte, f.end-f.synced), f.synced); err != nil {
			return err
		}
		return syscall.ENOSPC
	}
	f.synced = f.end
	return f.File.SyncData()
}

// Sync does so, too.
func (f *forgetfulFile) Sync() error { return f.SyncData() }

// What is acknowledged is durable also where it could not be synced at first.
func TestSyncWithoutRoom(t *testing.T) {
	t.Run("ok: a log", func(t *testing.T) {
		mem := vfs.NewCrashableMem()
		disk := &forgetful{FS: client.Afloat{FS: mem}, end: ".log"}
		b, err := client.OpenBook("home", disk)
		require.NoError(t, err)
		require.NoError(t, b.Add("first", []byte("first")))
		disk.armed.Store(true)
		require.NoError(t, b.Add("second", []byte("second")))
		require.False(t, disk.armed.Load())
		require.ErrorIs(t, b.Add("third", nil), syscall.ENOSPC)
		crashed := mem.CrashClone(vfs.CrashCloneCfg{})
		require.NoError(t, b.Close())
		b, err = client.OpenBook("home", client.Afloat{FS: crashed})
		require.NoError(t, err)
		for _, name := range []string{"first", "second"} {
			got, err := b.Manifest(name)
			require.NoError(t, err)
			require.Equal(t, name, string(got))
		}
		require.NoError(t, b.Close())
	})
	t.Run("ok: a table", func(t *testing.T) {
		mem := vfs.NewCrashableMem()
		disk := &forgetful{FS: client.Afloat{FS: mem}, end: ".sst"}
		b, err := client.OpenBook("home", disk)
		require.NoError(t, err)
		disk.armed.Store(true)
		const most = 1_000
		acknowledged := fill(t, b, 0, most)
		require.Less(t, acknowledged, most)
		require.False(t, disk.armed.Load())
		requireRecords(t, b, acknowledged)
		crashed := mem.CrashClone(vfs.CrashCloneCfg{})
		require.NoError(t, b.Close())
		requireAfter(t, crashed, acknowledged)
	})
}

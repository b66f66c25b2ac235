package client_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"path"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// recordBytes is the size of the records of these tests.
const recordBytes = 256 << 10

// fill writes records to a database that has some, until that fails for want of room, or to a number, and returns how many it has.
func fill(t *testing.T, b client.Book, acknowledged, most int) int {
	t.Helper()
	for acknowledged < most {
		err := b.Add(fmt.Sprint(acknowledged), content(uint64(acknowledged), recordBytes))
		if err != nil {
			require.ErrorIs(t, err, syscall.ENOSPC)
			break
		}
		acknowledged++
	}
	return acknowledged
}

// requireRecords requires that a database has records as fill writes them.
func requireRecords(t *testing.T, b client.Book, number int) {
	t.Helper()
	for i := range number {
		got, err := b.Manifest(fmt.Sprint(i))
		require.NoError(t, err)
		require.True(t, bytes.Equal(content(uint64(i), recordBytes), got), "record %d", i)
	}
}

// requireAfter requires that a disk has records, and that more can be written.
func requireAfter(t *testing.T, disk vfs.FS, number int) {
	t.Helper()
	b, err := client.OpenBook("home", client.Afloat{FS: disk})
	require.NoError(t, err)
	requireRecords(t, b, number)
	require.NoError(t, b.Add("more", nil))
	require.NoError(t, b.Close())
}

// A disk may be full at any moment of a database that grows, through several logs and the writing of a table, and may have no room
// for some of it though the ballast is gone. Every time a write says so, nothing that was acknowledged is lost, and all of it can
// be read all the while.
func TestDiskFillsUpAtAnyMoment(t *testing.T) {
	for name, s := range map[string]*shortage{
		"ok: the ballast makes room":        {of: writes, spare: math.MaxInt64},
		"ok: nor does the ballast":          {of: writes},
		"ok: no file can be made":           {of: creations},
		"ok: one file can be made, no more": {of: creations, spare: 1},
	} {
		// The first logs are small, and the first table comes with the third; with the 26th record a log is used again.
		for _, records := range [][2]int{{0, 13}, {25, 28}} {
			t.Run(fmt.Sprint(name, ": ", records), func(t *testing.T) {
				require.False(t, s.strikes(t, records, 0))
				for after := int64(1); !s.strikes(t, records, after); after++ {
					continue
				}
			})
		}
	}
}

// strikes fills a database from one number of records to another while its disk has room for so many operations, loses power, and
// opens it again with room. It says whether there was room for all.
func (s *shortage) strikes(t *testing.T, records [2]int, after int64) (all bool) {
	t.Helper()
	disk := vfs.NewCrashableMem()
	b, err := client.OpenBook("home", s.on(disk))
	require.NoError(t, err)
	require.Equal(t, records[0], fill(t, b, 0, records[0]))
	s.begin(after)
	acknowledged := fill(t, b, records[0], records[1])
	if all = !s.struck.Load(); !all {
		require.ErrorIs(t, b.Add("late", nil), syscall.ENOSPC)
	}
	requireRecords(t, b, acknowledged)
	disk = disk.CrashClone(vfs.CrashCloneCfg{})
	require.NoError(t, b.Close())
	requireAfter(t, disk, acknowledged)
	return all
}

// Where tables cannot be written while logs can, what waits to become a table does not grow for ever, and nobody waits for it.
func TestTablesCannotBeWritten(t *testing.T) {
	disk, s := vfs.NewCrashableMem(), shortage{of: to(".sst")}
	b, err := client.OpenBook("home", s.on(disk))
	require.NoError(t, err)
	s.begin(0)
	const most = 1_000
	acknowledged := fill(t, b, 0, most)
	require.Less(t, acknowledged, most)
	require.ErrorIs(t, b.Add("late", nil), syscall.ENOSPC)
	requireRecords(t, b, acknowledged)
	require.NoError(t, b.Close())
	requireAfter(t, disk.CrashClone(vfs.CrashCloneCfg{}), acknowledged)
}

// Where tables cannot be read, so that fewer cannot be made of many, nobody waits for that.
func TestTablesCannotBeRead(t *testing.T) {
	disk := vfs.NewCrashableMem()
	unreadable := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if path.Ext(op.Path) == ".sst" && op.Kind.ReadOrWrite() == errorfs.OpIsRead {
			return syscall.EIO
		}
		return nil
	})
	b, err := client.OpenBook("home", errorfs.Wrap(client.Afloat{FS: disk}, unreadable))
	require.NoError(t, err)
	const most = 1_000
	acknowledged := 0
	for ; err == nil && acknowledged < most; acknowledged++ {
		err = b.Add(fmt.Sprint(acknowledged), content(uint64(acknowledged), recordBytes))
	}
	require.ErrorIs(t, err, syscall.EIO)
	require.NoError(t, b.Close())
	requireAfter(t, disk.CrashClone(vfs.CrashCloneCfg{}), acknowledged-1)
}

// What was written down of tables when the disk failed is not written down once more: such a database could not be opened again.
func TestDiskFailsOnce(t *testing.T) {
	for nth := range 3 {
		disk, syncs := vfs.NewCrashableMem(), atomic.Int64{}
		syncs.Store(math.MaxInt64)
		fails := errorfs.InjectorFunc(func(op errorfs.Op) error {
			sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData
			if sync && strings.HasPrefix(path.Base(op.Path), "MANIFEST") && syncs.Add(-1) == 0 {
				return syscall.EIO
			}
			return nil
		})
		b, err := client.OpenBook("home", errorfs.Wrap(client.Afloat{FS: disk}, fails))
		require.NoError(t, err)
		syncs.Store(int64(1 + nth))
		acknowledged := 0
		for ; err == nil; acknowledged++ {
			err = b.Add(fmt.Sprint(acknowledged), content(uint64(acknowledged), recordBytes))
		}
		require.ErrorIs(t, err, syscall.EIO)
		acknowledged--
		requireRecords(t, b, acknowledged)
		require.ErrorIs(t, b.Add("late", []byte("late")), syscall.EIO)
		late, err := b.Manifest("late")
		require.NoError(t, err)
		require.Nil(t, late)
		disk = disk.CrashClone(vfs.CrashCloneCfg{})
		require.NoError(t, b.Close())
		requireAfter(t, disk, acknowledged)
	}
}

// Nothing more comes to a disk that was full, and closing needs no room that is not there.
func TestNothingIsWrittenToADiskThatWasFull(t *testing.T) {
	disk, s := vfs.NewMem(), shortage{of: writes, spare: 100}
	b, err := client.OpenBook("home", s.on(disk))
	require.NoError(t, err)
	s.begin(0)
	require.NoError(t, b.Add("0", content(0, recordBytes)), "there was room set aside")
	left := s.left.Load()
	for range 10 {
		require.ErrorIs(t, b.Add("late", nil), syscall.ENOSPC)
	}
	require.Equal(t, left, s.left.Load())
	require.NoError(t, b.Close())
	requireAfter(t, disk, 1)
}

// A directory that nobody may write to says so, wherever that is met.
func TestReadOnlyDirectory(t *testing.T) {
	free := func(string) (io.Closer, error) { return io.NopCloser(nil), nil }
	for _, kind := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
		for name, of := range map[string]func(errorfs.Op) bool{
			"fails: to make the directory": func(op errorfs.Op) bool { return op.Kind == errorfs.OpMkdirAll },
			"fails: to write in it":        creations,
		} {
			t.Run(fmt.Sprint(name, ": ", kind), func(t *testing.T) {
				s := shortage{of: of, kind: kind}
				fs := s.on(vfs.NewMem())
				s.begin(0)
				_, err := client.OpenLocked("home", fs, free)
				require.ErrorIs(t, err, client.ErrReadOnly)
				require.ErrorIs(t, err, kind)
			})
		}
		t.Run(fmt.Sprint("fails: to take it: ", kind), func(t *testing.T) {
			_, err := client.OpenLocked("home", vfs.NewMem(), func(string) (io.Closer, error) { return nil, kind })
			require.ErrorIs(t, err, client.ErrReadOnly)
			require.ErrorIs(t, err, kind)
		})
	}
	t.Run("fails: for another reason", func(t *testing.T) {
		s := shortage{of: creations, kind: syscall.EIO}
		fs := s.on(vfs.NewMem())
		s.begin(0)
		_, err := client.OpenLocked("home", fs, free)
		require.ErrorIs(t, err, syscall.EIO)
		require.NotErrorIs(t, err, client.ErrReadOnly)
	})
}

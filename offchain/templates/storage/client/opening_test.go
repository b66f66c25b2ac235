package client_test

import (
	"math"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// closedRecords is how many records a database has in its log that opening makes a table of.
const closedRecords = 10

// closed returns the disk of a database that was closed.
func closed(t *testing.T) *vfs.MemFS {
	t.Helper()
	disk := vfs.NewCrashableMem()
	b, err := client.OpenBook("home", disk)
	require.NoError(t, err)
	require.Equal(t, closedRecords, fill(t, b, 0, closedRecords))
	require.NoError(t, b.Close())
	return disk
}

// A disk that is full when a database is opened, at whichever moment of that, leaves it to be read once more, and not to be
// written. After that opening takes the room for a new ballast.
func TestFullDiskIsReadOnceMore(t *testing.T) {
	before := closed(t)
	s := shortage{of: writes, spare: math.MaxInt64}
	for after, all := int64(0), false; !all; after++ {
		disk := before.CrashClone(vfs.CrashCloneCfg{})
		full := errorfs.Wrap(disk, &s)
		s.begin(after)
		b, err := client.OpenBook("home", full)
		require.NoError(t, err)
		requireRecords(t, b, closedRecords)
		all = !s.struck.Load()
		s.begin(math.MaxInt64)
		if !all {
			require.ErrorIs(t, b.Add("late", nil), syscall.ENOSPC)
		}
		require.NoError(t, b.Close())
		if !all {
			s.begin(0)
			_, err = client.OpenBook("home", full)
			require.ErrorIs(t, err, syscall.ENOSPC)
			require.Positive(t, opened(t, disk))
			requireAfter(t, disk, closedRecords)
		}
	}
}

// A disk that fails when a database is opened, at whichever moment of that, leaves it closed, and as it was.
func TestDiskFailsAtOpening(t *testing.T) {
	before := closed(t)
	s := shortage{of: writes, kind: syscall.EIO}
	for after := int64(0); ; after++ {
		disk := before.CrashClone(vfs.CrashCloneCfg{})
		s.begin(after)
		b, err := client.OpenBook("home", errorfs.Wrap(disk, &s))
		if err == nil {
			require.NoError(t, b.Close())
			require.Greater(t, after, int64(20), "operations that opening takes")
			return
		}
		require.ErrorIs(t, err, syscall.EIO)
		requireAfter(t, disk, closedRecords)
	}
}

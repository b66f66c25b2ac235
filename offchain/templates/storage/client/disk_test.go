package client_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// A disk that is full from any write on is an error of the call that met it, and ends no process. With room again all that was
// stored is there, and what is said not to be is not.
func TestDiskThatFillsUp(t *testing.T) {
	for _, kind := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS} {
		for after, all := int64(0), false; !all; after++ {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(4)
				w.with(t, func(c *client.Client) { put(t, c, "old", content(1, 100), tinyDeal) })
				all = w.putWithRoom(t, kind, after)
				w.expire(t)
				w.with(t, func(c *client.Client) {
					require.NoError(t, c.Resolve(t.Context()))
					requireObject(t, c, "old", content(1, 100))
					if _, err := c.Find("new"); all || err == nil {
						requireObject(t, c, "new", content(2, 100))
					}
					put(t, c, "newest", content(3, 100), tinyDeal)
				})
			})
		}
	}
}

// putWithRoom puts an object while the disk takes only so many writes more, and says whether that were enough.
func (w *world) putWithRoom(t *testing.T, kind error, writes int64) bool {
	t.Helper()
	var left atomic.Int64
	left.Store(math.MaxInt64) // opening has its room: openBook looks for it
	full := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && left.Add(-1) < 0 {
			return &os.PathError{Op: "write", Path: op.Path, Err: kind}
		}
		return nil
	})
	c, err := client.NewOn(w.cfg, w.chain, w.nodes, errorfs.Wrap(w.fs, full))
	require.NoError(t, err)
	left.Store(writes)
	_, err = c.Put(context.Background(), []client.Source{client.BytesSource("new", content(2, 100))}, tinyDeal)
	if err != nil {
		require.ErrorIs(t, err, kind, "after %d writes", writes)
	}
	if closed := c.Close(); closed != nil {
		require.ErrorIs(t, closed, kind, "after %d writes", writes)
	}
	return err == nil && left.Load() >= 0
}

// Where there is no room to open the database, nothing is begun, and nothing is left behind.
func TestRoomToOpen(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, client.RoomIn(dir))
	require.ErrorIs(t, client.RoomIn("/dev/full"), syscall.ENOTDIR)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
}

// A directory that nobody may write to says so.
func TestReadOnlyDirectory(t *testing.T) {
	cfg := newWorld(4).cfg
	cfg.Dir = filepath.Join(t.TempDir(), "home")
	require.NoError(t, os.WriteFile(cfg.Dir, nil, 0o600))
	_, err := client.New(cfg, nil, nil)
	require.Error(t, err)
	require.NotErrorIs(t, err, client.ErrReadOnly)
	for _, kind := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
		require.ErrorIs(t, client.ReadOnly(&os.PathError{Op: "open", Path: "x", Err: kind}), client.ErrReadOnly)
	}
	require.NotErrorIs(t, client.ReadOnly(errors.New("x")), client.ErrReadOnly)
}

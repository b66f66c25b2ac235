//go:build unix

package dirlock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/dirlock"
)

func TestTake(t *testing.T) {
	dir := t.TempDir()
	first, err := dirlock.Take(dir)
	require.NoError(t, err)

	_, err = dirlock.Take(dir)
	require.ErrorIs(t, err, dirlock.ErrLocked)
	require.EqualError(t, err, fmt.Sprintf("directory is in use: %s, by process %d", dir, os.Getpid()))
	pid, err := dirlock.Holder(dir)
	require.NoError(t, err)
	require.Equal(t, os.Getpid(), pid)

	require.NoError(t, first.Close())
	pid, err = dirlock.Holder(dir)
	require.NoError(t, err)
	require.Zero(t, pid)
	again, err := dirlock.Take(dir)
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

func TestHolderThatHasNotWrittenItsNumber(t *testing.T) {
	dir := t.TempDir()
	l, err := dirlock.Take(dir)
	require.NoError(t, err)
	defer l.Close()
	for _, content := range []string{"", "x", "123456789012345678901234567890"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, dirlock.FileName), []byte(content), 0o600))
		_, err = dirlock.Take(dir)
		require.EqualError(t, err, "directory is in use: "+dir, content)
	}
}

func TestLookingLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	pid, err := dirlock.Holder(dir)
	require.NoError(t, err)
	require.Zero(t, pid)
	require.NoFileExists(t, filepath.Join(dir, dirlock.FileName))
}

func TestNoDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	_, err := dirlock.Take(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	pid, err := dirlock.Holder(dir)
	require.NoError(t, err)
	require.Zero(t, pid)
}

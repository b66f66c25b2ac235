package journal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
)

func TestOnlySegmentsAreTouched(t *testing.T) {
	dir := t.TempDir()
	others := []string{
		"notes", "1.seg", "0000000000000001.SEG", "000000000000000G.seg", "00000000000000001.seg", "x.tmp",
	}
	for _, name := range others {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600))
	}
	half := filepath.Join(dir, segmentName(5)+".tmp")
	require.NoError(t, os.WriteFile(half, []byte("half a segment"), 0o600))
	j := openDir(t, dir)
	appendText(t, j, "one")
	require.NoError(t, j.Close())
	for _, name := range others {
		content, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, "mine", string(content))
	}
	require.NoFileExists(t, half)
	require.FileExists(t, filepath.Join(dir, segmentName(1)))
}

func TestOpenErrors(t *testing.T) {
	inFile := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(inFile, nil, 0o600))
	_, err := journal.Open(small(filepath.Join(inFile, "journal")))
	require.ErrorContains(t, err, "open journal: make directory: mkdir "+inFile)
	_, err = journal.Open(small(inFile))
	require.Error(t, err)
}

func TestPrivateDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "journal")
	require.NoError(t, openDir(t, dir).Close())
	for _, d := range []string{dir, filepath.Dir(dir)} {
		info, err := os.Stat(d)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	}
}

func TestLockOfAProcessThatHasNotSaidWhoItIs(t *testing.T) {
	for _, content := range []string{"", "not a number\n", "123456789012345678901234567890"} {
		dir := t.TempDir()
		j := openDir(t, dir)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "lock"), []byte(content), 0o600))
		_, err := journal.Open(small(dir))
		var locked *journal.LockedError
		require.ErrorAs(t, err, &locked)
		require.Zero(t, locked.PID)
		require.NoError(t, j.Close())
	}
}

func TestLockThatAnotherProcessLeftBehind(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "lock"), []byte("12345678901234567\n"), 0o600))
	openDir(t, dir)
	_, err := journal.Open(small(dir))
	var locked *journal.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, os.Getpid(), locked.PID)
}

func TestRealFilesCompactAndComeBack(t *testing.T) {
	dir := t.TempDir()
	j := openDir(t, dir)
	all := receipts(t, j, 33)
	freed := compact(t, j, func(r journal.Record) bool { return r.Seq%8 == 1 })
	require.Equal(t, int64(28*121+3*journal.HeaderSize), freed)
	require.NoError(t, j.Close())
	j = openDir(t, dir)
	require.Equal(t, []string{all[0], all[8], all[16], all[24], all[32]}, texts(t, j, 1))
	require.NoError(t, j.Close())
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Equal(t, []string{
		filepath.Join(dir, segmentName(1)), filepath.Join(dir, segmentName(33)), filepath.Join(dir, "lock"),
	}, names)
}

package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/app"
	beacontypes "github.com/mesh-protocol/mesh/x/beacon/types"
)

// TestSecretsRevealTheWholeChain walks a chain over several checkpoints: every preimage hashes to
// the one before it, the first to the tip, whether the chain was just made or read from its file.
func TestSecretsRevealTheWholeChain(t *testing.T) {
	const length = 2*1024 + 3
	dir := filepath.Join(t.TempDir(), "beacon")
	tip, err := app.NewSecrets(dir).Create(length)
	require.NoError(t, err)
	secrets := app.NewSecrets(dir)
	head := tip
	for used := range uint64(length) {
		preimage, err := secrets.Preimage(tip, length, used)
		require.NoError(t, err)
		next := beacontypes.Step(preimage)
		require.Equal(t, head, next[:], "reveal %d", used)
		head = preimage
	}
	_, err = secrets.Preimage(tip, length, length)
	require.EqualError(t, err, "all 2051 reveals of the chain are used")
}

func TestSecretsAreSecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "beacon")
	_, err := app.NewSecrets(dir).Create(8)
	require.NoError(t, err)
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	info, err = os.Stat(onlyFile(t, dir))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestSecretsRefuse(t *testing.T) {
	dir := t.TempDir()
	_, err := app.NewSecrets(dir).Create(8)
	require.NoError(t, err)
	other, err := os.ReadFile(onlyFile(t, dir))
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		spoil func(path string) error
		want  string
	}{
		{"fails: no file", os.Remove, "no such file or directory"},
		{"fails: file others can read", func(path string) error { return os.Chmod(path, 0o644) }, "run chmod 600 on it"},
		{"fails: no JSON", func(path string) error { return os.WriteFile(path, []byte("{"), 0o600) }, "decode "},
		{"fails: empty", func(path string) error { return os.WriteFile(path, []byte("{}"), 0o600) },
			"does not hold a secret of 32 bytes for 8 reveals"},
		{"fails: another secret", func(path string) error { return os.WriteFile(path, other, 0o600) }, "does not lead to its tip"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			tip, err := app.NewSecrets(dir).Create(8)
			require.NoError(t, err)
			path := onlyFile(t, dir)
			good, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, c.spoil(path))
			secrets := app.NewSecrets(dir)
			_, err = secrets.Preimage(tip, 8, 0)
			require.ErrorContains(t, err, c.want)

			// Putting the file back helps without a restart.
			require.NoError(t, os.WriteFile(path, good, 0o600))
			require.NoError(t, os.Chmod(path, 0o600))
			_, err = secrets.Preimage(tip, 8, 0)
			require.NoError(t, err)
		})
	}
	_, err = app.NewSecrets(t.TempDir()).Create(1)
	require.ErrorIs(t, err, beacontypes.ErrInvalidTip)
}

// onlyFile returns the one file in a directory.
func onlyFile(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	return filepath.Join(dir, entries[0].Name())
}

package p2p

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file is written whole or not at all, and leaves nothing beside it.
func TestWriteSynced(t *testing.T) {
	refused := errors.New("refused")
	rename := func(path string) func(string) error {
		return func(temporary string) error { return os.Rename(temporary, path) }
	}
	cases := []struct {
		name  string
		place func(path string) func(temporary string) error
		want  string
		err   error
	}{
		{"ok: replaced", rename, "new", nil},
		{"fails: link does not replace", func(path string) func(string) error {
			return func(temporary string) error { return os.Link(temporary, path) }
		}, "old", os.ErrExist},
		{"fails: place", func(string) func(string) error { return func(string) error { return refused } }, "old", refused},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
			require.ErrorIs(t, writeSynced(path, []byte("new"), c.place(path)), c.err)
			got, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
			names, err := os.ReadDir(filepath.Dir(path))
			require.NoError(t, err)
			require.Len(t, names, 1)
		})
	}
	err := writeSynced(filepath.Join(t.TempDir(), "missing", "file"), nil, func(string) error { return nil })
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestReadLimited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("12345"), 0o600))
	for limit, want := range map[int64]error{4: ErrInvalid, 5: nil, 6: nil} {
		f, err := os.Open(path)
		require.NoError(t, err)
		b, err := readLimited(f, limit)
		require.ErrorIs(t, err, want)
		require.Equal(t, want == nil, string(b) == "12345")
		require.NoError(t, f.Close())
	}
}

// A node that cannot remember peers says so and lives on.
func TestPeersFileThatCannotBeWritten(t *testing.T) {
	cfg := testConfig(t)
	cfg.PeersFile = filepath.Join(t.TempDir(), "missing", "peers.json")
	var log bytes.Buffer
	a := start(t, cfg, Deps{Log: slog.New(slog.NewTextHandler(&log, nil))})
	b := start(t, testConfig(t), Deps{})
	require.NoError(t, a.Connect(within(t), b.info()))
	a.stop()
	require.Contains(t, log.String(), `msg="peers are not remembered" error="write peers file: `)
}

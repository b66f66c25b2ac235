package client_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// A file appears whole or not at all, and nothing beside it stays.
func TestGetFile(t *testing.T) {
	w := newWorld(4)
	w.chain.blockTime = 0
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	entries := func() (names []string) {
		list, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range list {
			names = append(names, e.Name())
		}
		return names
	}
	w.with(t, func(c *client.Client) {
		b := content(1, 100_000)
		put(t, c, "x", b, tinyDeal)
		_, err := c.GetFile(t.Context(), "y", path, client.GetOptions{})
		require.ErrorIs(t, err, client.ErrNotFound)
		_, err = c.GetFile(t.Context(), "x", path, client.GetOptions{Offset: 100_001})
		require.ErrorIs(t, err, client.ErrInvalid)
		require.Empty(t, entries())
		_, err = c.GetFile(t.Context(), "x", path, client.GetOptions{Offset: 7, Length: 10})
		require.NoError(t, err)
		part, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, b[7:17], part)
		require.NoError(t, os.Remove(path))
		w.nodes.each(broken("Fetch"), 1, 2, 3)
		_, err = c.GetFile(t.Context(), "x", path, client.GetOptions{})
		require.ErrorIs(t, err, client.ErrHolders)
		require.Empty(t, entries())
		w.nodes.each(nil, 1, 2, 3)
		require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
		o, err := c.GetFile(t.Context(), "x", path, client.GetOptions{Replace: true})
		require.NoError(t, err)
		require.Equal(t, "x", o.Name)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(b, got))
		require.Equal(t, []string{"out"}, entries())
		source, err := client.FileSource(path)
		require.NoError(t, err)
		require.Equal(t, uint64(100_000), source.Size)
		objects, err := c.Put(t.Context(), []client.Source{source}, tinyDeal)
		require.NoError(t, err)
		require.Equal(t, "out", objects[0].Name)
		requireObject(t, c, "out", b)
		_, err = client.FileSource(dir)
		require.ErrorIs(t, err, client.ErrInvalid)
	})
}

// What comes into being under the name of a file while it is read stays as it is, unless it may be replaced.
func TestGetFileReplacesNothingUnasked(t *testing.T) {
	for replace, want := range map[bool]string{false: "of somebody else", true: "read"} {
		w := newWorld(4)
		w.chain.blockTime = 0
		dir := t.TempDir()
		path := filepath.Join(dir, "out")
		w.with(t, func(c *client.Client) {
			put(t, c, "x", []byte("read"), tinyDeal)
			w.nodes.each(func(_ context.Context, op string) error {
				if op == "Fetch" {
					return os.WriteFile(path, []byte("of somebody else"), 0o600)
				}
				return nil
			}, 1, 2, 3, 4)
			for range 2 { // it is there from the beginning the second time
				_, err := c.GetFile(t.Context(), "x", path, client.GetOptions{Replace: replace})
				if replace {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, fs.ErrExist)
				}
				got, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, want, string(got))
				entries, err := os.ReadDir(dir)
				require.NoError(t, err)
				require.Len(t, entries, 1)
			}
		})
	}
}

// Each way of giving a file a name leaves alone what has it.
func TestMoves(t *testing.T) {
	for name, move := range map[string]func(from, to string) error{"rename": client.MoveNew, "link": client.LinkNew} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
			require.NoError(t, os.WriteFile(from, []byte("new"), 0o600))
			require.NoError(t, os.WriteFile(to, []byte("old"), 0o600))
			require.ErrorIs(t, move(from, to), fs.ErrExist)
			require.FileExists(t, from)
			got, err := os.ReadFile(to)
			require.NoError(t, err)
			require.Equal(t, "old", string(got))
			require.NoError(t, os.Remove(to))
			require.NoError(t, move(from, to))
			require.NoFileExists(t, from)
			got, err = os.ReadFile(to)
			require.NoError(t, err)
			require.Equal(t, "new", string(got))
		})
	}
}

// A file that is replaced keeps its mode, and what is written beside it is never open to more people.
func TestGetFileKeepsTheMode(t *testing.T) {
	w := newWorld(4)
	w.chain.blockTime = 0
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	w.with(t, func(c *client.Client) {
		put(t, c, "x", []byte("x"), tinyDeal)
		for _, mode := range []os.FileMode{0o600, 0o644, 0o666, 0o400} {
			require.NoError(t, os.WriteFile(path, nil, 0o600))
			require.NoError(t, os.Chmod(path, mode))
			var meanwhile atomic.Uint32
			w.nodes.each(func(context.Context, string) error {
				parts, err := filepath.Glob(filepath.Join(dir, ".mesh-*.part"))
				if err != nil || len(parts) != 1 {
					return errBroken
				}
				info, err := os.Stat(parts[0])
				meanwhile.Store(uint32(info.Mode()))
				return err
			}, 1, 2, 3, 4)
			_, err := c.GetFile(t.Context(), "x", path, client.GetOptions{Replace: true})
			require.NoError(t, err)
			require.Equal(t, mode, os.FileMode(meanwhile.Load()))
			requireMode(t, path, mode)
			require.NoError(t, os.Remove(path))
		}
		w.nodes.each(nil, 1, 2, 3, 4)
		for _, replace := range []bool{true, false} {
			_, err := c.GetFile(t.Context(), "x", path, client.GetOptions{Replace: replace})
			require.NoError(t, err)
			requireMode(t, path, 0o640)
			require.NoError(t, os.Remove(path))
		}
	})
}

func requireMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, want, info.Mode())
}

// A name that a file system takes can be written.
func TestGetFileOfALongName(t *testing.T) {
	w := newWorld(4)
	w.chain.blockTime = 0
	w.with(t, func(c *client.Client) {
		put(t, c, "x", []byte("x"), tinyDeal)
		path := filepath.Join(t.TempDir(), strings.Repeat("n", 255))
		_, err := c.GetFile(t.Context(), "x", path, client.GetOptions{})
		require.NoError(t, err)
		require.FileExists(t, path)
	})
}

// What is written to a file is brought to the disk in its order, everything once, while more comes.
func TestFlow(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	type span struct{ offset, length int64 }
	var spans []span
	w := client.NewFlow(f, func(offset, length int64) { spans = append(spans, span{offset, length}) })
	for range 9 {
		_, err := w.Write(make([]byte, 5<<20))
		require.NoError(t, err)
	}
	require.Equal(t, []span{{0, 20 << 20}, {20 << 20, 20 << 20}}, spans)
	require.NoError(t, f.Close())
	_, err = w.Write(make([]byte, 20<<20))
	require.ErrorIs(t, err, os.ErrClosed)
	require.Len(t, spans, 2)
}

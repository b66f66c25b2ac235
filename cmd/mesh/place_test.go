package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlaceToWrite(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	at := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(at("file"), []byte("old"), 0o600))
	require.NoError(t, os.Mkdir(at("dir"), 0o700))
	require.NoError(t, syscall.Mkfifo(at("pipe"), 0o600))
	for name, to := range map[string]string{"toFile": "file", "toDir": "dir", "toPipe": "pipe", "toNothing": "nothing", "toItself": "toItself"} {
		require.NoError(t, os.Symlink(to, at(name)))
	}
	for name, tc := range map[string]struct {
		out    string
		force  bool
		place  string
		code   string
		next   string
		forced string // code with force
	}{
		"ok: new":               {out: at("new"), place: at("new")},
		"ok: replaced":          {out: at("file"), force: true, place: at("file")},
		"ok: where a link goes": {out: at("toFile"), force: true, place: at("file")},
		"ok: here":              {out: "new-in-this-directory", place: "new-in-this-directory"},
		"fails: no directory":   {out: at("none/x"), code: "no_directory", forced: "no_directory", next: "make it"},
		"fails: in a file":      {out: at("file/x"), code: "no_directory", forced: "no_directory", next: "another place"},
		"fails: far in a file":  {out: at("file/none/x"), code: "no_directory", forced: "no_directory", next: "another place"},
		"fails: exists":         {out: at("file"), code: "file_exists", next: "--force"},
		"fails: link to a file": {out: at("toFile"), code: "file_exists", next: "--force"},
		"fails: directory":      {out: at("dir"), code: "not_a_file", forced: "not_a_file", next: "name a file in it"},
		"fails: pipe":           {out: at("pipe"), code: "not_a_file", forced: "not_a_file", next: "--out - writes to standard output"},
		"fails: device":         {out: os.DevNull, code: "not_a_file", forced: "not_a_file", next: "--out - writes to standard output"},
		"fails: link to a pipe": {out: at("toPipe"), code: "not_a_file", forced: "not_a_file", next: "--out -"},
		"fails: link to a dir":  {out: at("toDir"), code: "not_a_file", forced: "not_a_file", next: "name a file"},
		"fails: broken link":    {out: at("toNothing"), code: "not_a_file", forced: "not_a_file", next: "remove the link"},
		"fails: link to itself": {out: at("toItself"), code: "usage", forced: "usage", next: "--out"},
	} {
		t.Run(name, func(t *testing.T) {
			place, err := placeToWrite(tc.out, tc.force)
			require.Equal(t, tc.place, place)
			if tc.code == "" {
				require.NoError(t, err)
				return
			}
			var f *failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, tc.code, f.Code)
			require.Contains(t, f.Next, tc.next)
			if tc.forced == "" {
				return
			}
			require.NotContains(t, f.Next, "--force")
			_, err = placeToWrite(tc.out, true)
			require.ErrorAs(t, err, &f)
			require.Equal(t, tc.forced, f.Code)
		})
	}
}

// Nothing stays of the look whether a place can be written to.
func TestPlaceThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	place, err := placeToWrite(filepath.Join(dir, "x"), false)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "x"), place)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
	_, err = placeToWrite("/proc/x", false) // where not even root makes files
	require.Error(t, err)
	require.ErrorIs(t, checkWritable("x", filepath.Join(dir, "none", "x")), os.ErrNotExist)
	for _, kind := range []error{syscall.EACCES, syscall.EPERM, syscall.EROFS} {
		f := failureOf(t, explainWritable("x", &os.PathError{Op: "open", Path: dir, Err: kind}))
		require.Equal(t, "read_only", f.Code)
		require.Equal(t, exitRefused, f.Exit)
		require.Equal(t, "write x", f.What)
		require.Contains(t, f.Next, "--out")
	}
	require.NoError(t, explainWritable("x", nil))
}

// What has come into being meanwhile is as if it had been there before.
func TestExplainPlace(t *testing.T) {
	f := failureOf(t, explainPlace("x", &os.LinkError{Op: "rename", Old: ".mesh-0.part", New: "x", Err: syscall.EEXIST}))
	require.Equal(t, "file_exists", f.Code)
	require.Equal(t, exitRefused, f.Exit)
	require.Equal(t, "write x", f.What)
	require.Contains(t, f.Next, "--force")
	require.NoError(t, explainPlace("x", nil))
	require.ErrorIs(t, explainPlace("x", os.ErrClosed), os.ErrClosed)
}

// A place that is not there is refused before anybody is asked for the file.
func TestGetLooksAtThePlaceFirst(t *testing.T) {
	r := newRunner(t)
	f := r.run(t, "get", "x", "--out", filepath.Join(t.TempDir(), "none", "x"), "--node", unreachable(t), "-o", "json").requireFailure(t, "no_directory", exitRefused)
	require.NotContains(t, f.Why, ".part")
	require.Contains(t, f.Next, "--out")
}

package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// newFileMode is the mode of a file that replaces none, less what the process takes from all of its files.
const newFileMode = 0o666

// GetFile writes an object, or a range of it, to a file, which appears whole or not at all. With GetOptions.Replace it replaces one
// of that name and takes its mode. Errors: those of Get and of the file system; they wrap fs.ErrExist if something has the name and
// may not be replaced, also if it came into being meanwhile.
func (c *Client) GetFile(ctx context.Context, name, path string, opts GetOptions) (Object, error) {
	f, err := c.beside(path, opts.Replace)
	if err != nil {
		return Object{}, fmt.Errorf("get file: %w", err)
	}
	move := moveNew
	if opts.Replace {
		move = os.Rename
	}
	o, err := c.Get(ctx, name, newFlow(f), opts)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = move(f.Name(), path)
	}
	if err == nil {
		return o, syncDir(filepath.Dir(path))
	}
	return Object{}, errors.Join(fmt.Errorf("get file: %w", err), os.Remove(f.Name()))
}

// beside makes a file that nobody else has, in the directory of another, which it may replace: then no more people can read it. Its
// name is short, whatever that of the other one is.
func (c *Client) beside(path string, replace bool) (*os.File, error) {
	var random [8]byte
	if _, err := io.ReadFull(c.cfg.Rand, random[:]); err != nil {
		return nil, fmt.Errorf("name file: %w", err)
	}
	name := filepath.Join(filepath.Dir(path), ".mesh-"+hex.EncodeToString(random[:])+".part")
	old, err := os.Stat(path)
	switch {
	case !replace || errors.Is(err, fs.ErrNotExist):
		return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, newFileMode)
	case err != nil:
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, old.Mode().Perm())
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(old.Mode().Perm()); err != nil { // what the process takes from all of its files stays with this one
		return nil, errors.Join(err, f.Close(), os.Remove(name))
	}
	return f, nil
}

// linkNew gives a file another name that nothing has. On the way it has both.
func linkNew(from, to string) error {
	if err := os.Link(from, to); err != nil {
		return err
	}
	return os.Remove(from)
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

package client

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// GetFile writes an object, or a range of it, to a file, which appears whole or not at all; one of that name is replaced. Errors:
// those of Get and of the file system.
func (c *Client) GetFile(ctx context.Context, name, path string, opts GetOptions) (Object, error) {
	f, err := c.beside(path)
	if err != nil {
		return Object{}, fmt.Errorf("get file: %w", err)
	}
	o, err := c.Get(ctx, name, &flow{File: f}, opts)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		return o, syncDir(filepath.Dir(path))
	}
	return Object{}, errors.Join(fmt.Errorf("get file: %w", err), os.Remove(f.Name()))
}

// beside makes a file that nobody else has, in the directory of another.
func (c *Client) beside(path string) (*os.File, error) {
	var random [8]byte
	if _, err := io.ReadFull(c.cfg.Rand, random[:]); err != nil {
		return nil, fmt.Errorf("name file: %w", err)
	}
	name := fmt.Sprintf(".%s.%s.part", filepath.Base(path), hex.EncodeToString(random[:]))
	return os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

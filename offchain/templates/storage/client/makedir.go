package client

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// makeDir makes a directory and those above it, each durably, unless it is there.
func makeDir(disk vfs.FS, dir string) error {
	parent := disk.PathDir(dir)
	if parent == dir {
		return nil
	}
	_, err := disk.Stat(dir)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeDir(disk, parent); err != nil {
		return err
	}
	if err := disk.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	d, err := disk.OpenDir(parent)
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

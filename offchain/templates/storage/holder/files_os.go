package holder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// osFiles is a directory of the operating system. Errors of package os name operation and path themselves.
type osFiles struct{ dir string }

func (d osFiles) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

// Names returns what is in a directory, in no order.
func (d osFiles) Names(dir string) ([]string, error) {
	entries, err := os.ReadDir(d.path(dir))
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// MakeDir makes a directory that only its owner may read.
func (d osFiles) MakeDir(name string) error {
	if err := os.Mkdir(d.path(name), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Create makes a file that only its owner may read.
func (d osFiles) Create(name string) (output, error) {
	return os.OpenFile(d.path(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

// Open opens a file for reading.
func (d osFiles) Open(name string) (input, error) {
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, err
	}
	return osInput{f}, nil
}

// Rename is atomic, as POSIX has it.
func (d osFiles) Rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

// Remove deletes a file or an empty directory.
func (d osFiles) Remove(name string) error {
	if err := os.Remove(d.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SyncDir syncs a directory itself.
func (d osFiles) SyncDir(dir string) error {
	f, err := os.Open(d.path(dir))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// osInput is a file of the operating system.
type osInput struct{ *os.File }

// Size asks the file system.
func (f osInput) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

package journal

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// osFiles is a directory of the operating system. Errors of package os name operation and path themselves.
type osFiles struct{ dir string }

// openDir makes the directory, durably, if it is missing.
func openDir(dir string) (osFiles, error) {
	if _, err := os.Stat(dir); err == nil {
		return osFiles{dir}, nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if _, err := openDir(parent); err != nil {
			return osFiles{}, err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return osFiles{}, fmt.Errorf("make directory: %w", err)
	}
	return osFiles{dir}, osFiles{parent}.SyncDir()
}

func (d osFiles) path(name string) string { return filepath.Join(d.dir, name) }

// Lock takes the directory by flock.
func (d osFiles) Lock() (io.Closer, error) { return lockDir(d.dir) }

// List returns the names in the directory.
func (d osFiles) List() ([]string, error) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// Create makes a file that only its owner may read.
func (d osFiles) Create(name string) (file, error) {
	return d.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

// Open opens a file for reading and writing.
func (d osFiles) Open(name string) (file, error) { return d.open(name, os.O_RDWR) }

func (d osFiles) open(name string, flag int) (file, error) {
	f, err := os.OpenFile(d.path(name), flag, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// Rename is atomic, as POSIX has it.
func (d osFiles) Rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }

// Remove unlinks a file.
func (d osFiles) Remove(name string) error { return os.Remove(d.path(name)) }

// SyncDir syncs the directory itself.
func (d osFiles) SyncDir() error {
	f, err := os.Open(d.dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// osFile is a file of the operating system.
type osFile struct{ *os.File }

// Size asks the file system.
func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Sync makes content and length durable.
func (f osFile) Sync() error { return syncData(f.File) }

package piece

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// probeName is the file by which openDir finds out what the file system can do.
const probeName = "probe"

// osDisk is a directory of the operating system. Errors of package os name operation and path themselves.
type osDisk struct {
	dir      string
	direct   bool // the file system takes O_DIRECT
	allocate bool // the file system takes fallocate
}

// makeDir makes a directory, durably, if it is missing.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("make directory: %w", err)
	}
	return osDisk{dir: parent}.SyncDir()
}

// openDir decides, once for the life of a store, whether its volumes are written around the page cache.
func openDir(dir string, buffered bool) (osDisk, error) {
	d := osDisk{dir: dir}
	probe := d.path(probeName)
	f, err := os.OpenFile(probe, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return osDisk{}, err
	}
	err = d.probe(f, buffered)
	return d, errors.Join(err, f.Close(), os.Remove(probe))
}

// probe tries on an empty file what the file system may not offer.
func (d *osDisk) probe(f *os.File, buffered bool) (err error) {
	if d.allocate, err = supported(allocate(f, 0, pageSize)); err != nil {
		return fmt.Errorf("probe fallocate: %w", err)
	}
	if buffered {
		return nil
	}
	if d.direct, err = supported(probeDirect(f.Name())); err != nil {
		return fmt.Errorf("probe O_DIRECT: %w", err)
	}
	return nil
}

// supported tells a system call that the file system does not offer from one that failed.
func supported(err error) (bool, error) {
	switch {
	case err == nil, IsFull(err): // a full disk says nothing about what it offers
		return true, nil
	case errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.EOPNOTSUPP), errors.Is(err, syscall.ENOSYS):
		return false, nil
	}
	return false, err
}

// IsFull tells whether an operation failed for want of room, on the disk or in a quota of it.
func IsFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

func probeDirect(name string) error {
	f, err := openDirect(name)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(Buffer(pageSize), 0)
	return errors.Join(err, f.Close())
}

func (d osDisk) path(name string) string { return filepath.Join(d.dir, name) }

// List returns the names in the directory.
func (d osDisk) List() ([]string, error) {
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
func (d osDisk) Create(name string) (file, error) {
	return d.open(name, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

// Open opens a file for reading and writing.
func (d osDisk) Open(name string) (file, error) { return d.open(name, os.O_RDWR) }

func (d osDisk) open(name string, flag int) (file, error) {
	cached, err := os.OpenFile(d.path(name), flag, 0o600)
	if err != nil {
		return nil, err
	}
	f := &osFile{cached: cached, allocate: d.allocate}
	if !d.direct {
		return f, nil
	}
	if f.direct, err = openDirect(d.path(name)); err != nil {
		return nil, errors.Join(err, cached.Close())
	}
	if err := adviseRandom(cached); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Remove unlinks a file.
func (d osDisk) Remove(name string) error { return os.Remove(d.path(name)) }

// SyncDir syncs the directory itself.
func (d osDisk) SyncDir() error {
	f, err := os.Open(d.dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Free asks the file system.
func (d osDisk) Free() (int64, error) { return freeBytes(d.dir) }

// Direct says what the probe found.
func (d osDisk) Direct() bool { return d.direct }

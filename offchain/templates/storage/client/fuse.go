package client

import (
	"path/filepath"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// fuse is a file system that is cut off once something has failed on it. Pebble ends the process then, or tries again for ever, or
// goes on and leaves on the disk what it cannot open again. Here it goes on in memory, and the disk is as after a power cut, from
// which it recovers; what has failed is noted, so that nothing is acknowledged any more.
type fuse struct {
	vfs.FS
	log    *quiet
	memory *vfs.MemFS // what was made since
}

func newFuse(fs vfs.FS, log *quiet) *fuse { return &fuse{FS: fs, log: log, memory: vfs.NewMem()} }

// Create makes a file.
func (f *fuse) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return f.make(name, func() (vfs.File, error) { return f.FS.Create(name, category) })
}

// ReuseForWrite gives a file another name and new content.
func (f *fuse) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return f.make(to, func() (vfs.File, error) { return f.FS.ReuseForWrite(from, to, category) })
}

func (f *fuse) make(name string, create func() (vfs.File, error)) (vfs.File, error) {
	if f.log.failed() == nil {
		file, err := create()
		if err == nil {
			return &fusedFile{File: file, log: f.log, table: isTable(name)}, nil
		}
		f.log.stop(err)
	}
	if err := f.memory.MkdirAll(f.memory.PathDir(name), 0o700); err != nil {
		return nil, err
	}
	return f.memory.Create(name, vfs.WriteCategoryUnspecified)
}

// isTable says whether a file is one of those that are read again while the database is open.
func isTable(name string) bool { return filepath.Ext(name) == ".sst" }

// Open opens a file to be read.
func (f *fuse) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	if file, err := f.memory.Open(name, opts...); err == nil {
		return file, nil
	}
	return f.FS.Open(name, opts...)
}

// OpenDir opens a directory to be synced.
func (f *fuse) OpenDir(name string) (vfs.File, error) {
	d, err := f.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &fusedFile{File: d, log: f.log}, nil
}

// Rename gives a file another name, by which it is not opened again.
func (f *fuse) Rename(from, to string) error {
	if f.log.failed() == nil {
		f.log.stop(f.FS.Rename(from, to))
	}
	return nil
}

// Remove deletes a file.
func (f *fuse) Remove(name string) error {
	if f.log.failed() == nil {
		return f.FS.Remove(name)
	}
	_ = f.memory.Remove(name) // or it stays on the disk
	return nil
}

// Unwrap returns the file system below.
func (f *fuse) Unwrap() vfs.FS { return f.FS }

// fusedFile is a file or a directory on the disk that is written.
type fusedFile struct {
	vfs.File
	log   *quiet
	table bool
}

// Write appends.
func (f *fusedFile) Write(p []byte) (int, error) {
	return len(p), f.do(func() error {
		_, err := f.File.Write(p)
		return err
	})
}

// Sync makes durable what was written.
func (f *fusedFile) Sync() error { return f.do(f.File.Sync) }

// SyncData does so but for times.
func (f *fusedFile) SyncData() error { return f.do(f.File.SyncData) }

// do changes the file. Only a table cannot do without it: pebble makes another one then.
func (f *fusedFile) do(change func() error) error {
	if f.log.failed() == nil {
		f.log.stop(change())
	}
	if f.table {
		return f.log.failed()
	}
	return nil
}

package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"
	"lukechampine.com/blake3"
)

const (
	// ballastBytes is more than pebble writes after its disk is full: the write that is under way, what it has in memory, and its
	// housekeeping.
	ballastBytes = 16 << 20
	ballastName  = "ballast"
)

// ballast is a file system that owns a file of no use, and gives it up when something below has no room for what pebble asks. So
// pebble never meets a full disk, which it cannot go on from: it would end the process, or try again for ever. Who writes has to
// ask spent first: what has taken the room will take the rest of it as well.
type ballast struct {
	vfs.FS
	name string

	mu  sync.Mutex
	err error // for which it was given up
}

// newBallast makes sure that there is a ballast in a directory. It is written once and then kept, so that opening again is quick
// and needs no room.
func newBallast(dir string, fs vfs.FS) (*ballast, error) {
	b := &ballast{FS: fs, name: fs.PathJoin(dir, ballastName)}
	if info, err := fs.Stat(b.name); err == nil && info.Size() >= ballastBytes {
		return b, nil
	}
	if err := makeDir(fs, dir); err != nil {
		return nil, err
	}
	if err := b.write(); err != nil {
		_ = fs.Remove(b.name) // there is no more to be done about it
		return nil, fmt.Errorf("set %d MiB aside for when the disk is full: %w", ballastBytes>>20, err)
	}
	return b, nil
}

// write writes the file. Its bytes are such that no file system can store them in less room.
func (b *ballast) write() (err error) {
	f, err := b.FS.Create(b.name, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	noise := blake3.New(32, nil)
	noise.Write([]byte(b.name))
	plain := struct{ io.Writer }{f} // without ReadFrom, which would not use the buffer
	if _, err := io.CopyBuffer(plain, io.LimitReader(noise.XOF(), ballastBytes), make([]byte, 1<<20)); err != nil {
		return err
	}
	return f.Sync()
}

// spent returns why the ballast was given up, nil while it is there.
func (b *ballast) spent() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// giveUp makes room for what has failed with err.
func (b *ballast) giveUp(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return
	}
	b.err = fmt.Errorf("the room that was set aside is in use: %w", err)
	_ = b.Remove(b.name) // if there is no room then either, the next attempt says so
}

// try does something, and once more if there was no room for it.
func (b *ballast) try(do func() error) error {
	err := do()
	if !noRoom(err) {
		return err
	}
	b.giveUp(err)
	return do()
}

// noRoom says whether an error is that of a disk that is full, for everybody or for this user.
func noRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// Create makes a file.
func (b *ballast) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return b.open(func() (vfs.File, error) { return b.FS.Create(name, category) })
}

// ReuseForWrite gives a file another name and new content.
func (b *ballast) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return b.open(func() (vfs.File, error) { return b.FS.ReuseForWrite(from, to, category) })
}

// OpenDir opens a directory to be synced.
func (b *ballast) OpenDir(name string) (vfs.File, error) {
	return b.open(func() (vfs.File, error) { return b.FS.OpenDir(name) })
}

func (b *ballast) open(open func() (vfs.File, error)) (f vfs.File, err error) {
	err = b.try(func() error {
		f, err = open()
		return err
	})
	if err != nil {
		return nil, err
	}
	return &ballastFile{File: f, ballast: b}, nil
}

// Rename gives a file another name.
func (b *ballast) Rename(from, to string) error {
	return b.try(func() error { return b.FS.Rename(from, to) })
}

// MkdirAll makes a directory and those above it.
func (b *ballast) MkdirAll(name string, mode os.FileMode) error {
	return b.try(func() error { return b.FS.MkdirAll(name, mode) })
}

// Unwrap returns the file system below.
func (b *ballast) Unwrap() vfs.FS { return b.FS }

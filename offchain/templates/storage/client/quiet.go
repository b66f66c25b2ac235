package client

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
)

// quiet drops what pebble tells about its housekeeping, and keeps the process alive where pebble would end it because the disk
// takes nothing more: what has happened is an error of the next write then. Everything else that is fatal to pebble ends the
// process, as there is no telling what it would do next.
type quiet struct {
	mu  sync.Mutex
	err error // the first that the disk gave
}

// Infof does nothing.
func (*quiet) Infof(string, ...any) {}

// Errorf does nothing.
func (*quiet) Errorf(string, ...any) {}

// Fatalf notes an error of the disk, or ends the process.
func (q *quiet) Fatalf(format string, args ...any) {
	for _, a := range args {
		if err, ok := a.(error); ok && ofDisk(err) {
			q.mu.Lock()
			defer q.mu.Unlock()
			if q.err == nil {
				q.err = fmt.Errorf("the database has stopped: %w", err)
			}
			return
		}
	}
	pebble.DefaultLogger.Fatalf(format, args...)
}

// failed returns what the disk gave, nil while all is well.
func (q *quiet) failed() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err
}

// ofDisk tells whether an error is the file system's, and says nothing about the database.
func ofDisk(err error) bool {
	for _, kind := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// openingBytes is what opening may write: the memory table that was not written out before, and its housekeeping.
const openingBytes = 2 * memTableBytes

// roomIn returns an error unless a directory has room for what opening writes: pebble would try again for ever. A file is
// written to find out, as that meets a quota too.
func roomIn(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, "room"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("look for room: %w", err)
	}
	_, err = f.Write(make([]byte, openingBytes))
	if err := errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("look for room of %d MiB: %w", openingBytes>>20, err)
	}
	return nil
}

// readOnly adds ErrReadOnly to the error of a directory that this user cannot write to.
func readOnly(err error) error {
	for _, kind := range []error{syscall.EROFS, syscall.EACCES, syscall.EPERM} {
		if errors.Is(err, kind) {
			return fmt.Errorf("%w: %w", ErrReadOnly, err)
		}
	}
	return err
}

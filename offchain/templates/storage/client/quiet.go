package client

import (
	"errors"
	"fmt"
	"sync"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
)

// quiet drops what pebble tells about its housekeeping, and notes the first thing that has failed of all that it does. From then on
// it keeps the process alive, whatever is fatal to pebble: a fuse keeps that from the disk.
type quiet struct {
	mu  sync.Mutex
	err error
}

// Infof does nothing.
func (*quiet) Infof(string, ...any) {}

// Errorf does nothing.
func (*quiet) Errorf(string, ...any) {}

// Fatalf ends the process, as there is no telling what pebble would do next, unless something has failed before.
func (q *quiet) Fatalf(format string, args ...any) {
	if q.failed() == nil {
		pebble.DefaultLogger.Fatalf(format, args...)
	}
}

// stop notes an error, unless it is nil.
func (q *quiet) stop(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil && q.err == nil {
		q.err = fmt.Errorf("the database has stopped: %w", err)
	}
}

// failed returns what was noted, nil while all is well.
func (q *quiet) failed() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err
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

package client_test

import (
	"errors"
	"math"
	"os"
	"path"
	"sync/atomic"
	"syscall"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// shortage is a disk that has no room for some of what is asked of it. It is below the ballast, of which it says that it is there.
type shortage struct {
	of    func(errorfs.Op) bool // what takes room
	spare int64                 // for how often there is room when the ballast is gone
	kind  error                 // nil = syscall.ENOSPC

	left   atomic.Int64 // for how often there is room
	struck atomic.Bool  // there was none since it has begun, and who has asked knows
}

// on returns a file system with the shortage, which has not begun.
func (s *shortage) on(disk vfs.FS) vfs.FS {
	s.left.Store(math.MaxInt64)
	return errorfs.Wrap(client.Afloat{FS: disk}, s)
}

// begin leaves room for so many operations.
func (s *shortage) begin(left int64) {
	s.struck.Store(false)
	s.left.Store(left)
}

// String is part of errorfs.Injector.
func (s *shortage) String() string { return "shortage" }

// MaybeError is the error of an operation that has no room.
func (s *shortage) MaybeError(op errorfs.Op) error {
	if op.Kind == errorfs.OpRemove && path.Base(op.Path) == "ballast" {
		s.left.Store(max(s.left.Load(), s.spare))
		s.struck.Store(true)
		return nil
	}
	if !s.of(op) || s.left.Add(-1) >= 0 {
		return nil
	}
	if errors.Is(s.kind, syscall.EROFS) { // the ballast stays
		s.struck.Store(true)
	}
	return &os.PathError{Op: "write", Path: op.Path, Err: s.error()}
}

func (s *shortage) error() error {
	if s.kind == nil {
		return syscall.ENOSPC
	}
	return s.kind
}

// writes is whatever changes the disk and may need room for it.
func writes(op errorfs.Op) bool {
	return op.Kind.ReadOrWrite() == errorfs.OpIsWrite && op.Kind != errorfs.OpRemove && op.Kind != errorfs.OpLock
}

// creations is what gives a file a name.
func creations(op errorfs.Op) bool {
	return op.Kind == errorfs.OpCreate || op.Kind == errorfs.OpReuseForWrite || op.Kind == errorfs.OpRename
}

// to is what is written to files whose names end so.
func to(end string) func(errorfs.Op) bool {
	return func(op errorfs.Op) bool { return writes(op) && path.Ext(op.Path) == end }
}

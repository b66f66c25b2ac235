package journal

import "io"

// files is the little the journal asks of a directory; tests put a disk that fails in its place. Names are
// plain file names. One goroutine at a time changes a file; reading may happen beside it.
type files interface {
	// Lock takes the directory for this process, or returns a *LockedError.
	Lock() (io.Closer, error)
	// List returns the names of all files.
	List() ([]string, error)
	// Create makes a file that does not exist, for reading and writing.
	Create(name string) (file, error)
	// Open opens a file that exists, for reading and writing.
	Open(name string) (file, error)
	// Rename gives a file another name, whose holder it replaces.
	Rename(from, to string) error
	// Remove deletes a file; who has it open may go on reading.
	Remove(name string) error
	// SyncDir makes all Create, Rename and Remove before it durable.
	SyncDir() error
}

// file is an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	// Size returns the length, bytes.
	Size() (int64, error)
	// Truncate cuts the file to a length.
	Truncate(size int64) error
	// Sync makes everything written to the file, and its length, durable.
	Sync() error
	Close() error
}

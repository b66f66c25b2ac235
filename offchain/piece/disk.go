package piece

import "io"

// disk is the little the store asks of the directory its volumes lie in; tests put one in its place that fills up,
// fails and loses power.
type disk interface {
	// List returns the names of all files.
	List() ([]string, error)
	// Create makes a file that does not exist.
	Create(name string) (file, error)
	// Open opens a file that exists.
	Open(name string) (file, error)
	// Remove deletes a file; who has it open may go on reading.
	Remove(name string) error
	// SyncDir makes all Create and Remove before it durable.
	SyncDir() error
	// Free returns how many bytes the file system has left.
	Free() (int64, error)
	// Direct says whether writes go around the page cache.
	Direct() bool
}

// file is an open volume. Writing, reading and syncing may happen side by side.
type file interface {
	io.ReaderAt
	// WriteAt writes whole pages from a page-aligned buffer to a page-aligned offset.
	io.WriterAt
	// Allocate gives room to a range, and length to the file, so that writing there does neither.
	Allocate(offset, length int64) error
	// Size returns the length, bytes.
	Size() (int64, error)
	// Truncate cuts the file to a length.
	Truncate(size int64) error
	// Sync makes everything written and the length durable.
	Sync() error
	Close() error
}

package holder

import "io"

// files is the little that lists ask of a directory; tests put a disk that fails in its place. Names are relative to
// the directory, with a slash below the directory of a deal; "" is the directory itself.
type files interface {
	// Names returns the names in a directory.
	Names(dir string) ([]string, error)
	// MakeDir makes a directory unless it exists.
	MakeDir(name string) error
	// Create makes a file to be written, empty even if there was one.
	Create(name string) (output, error)
	// Open opens a file for reading.
	Open(name string) (input, error)
	// Rename gives a file another name, whose holder it replaces.
	Rename(from, to string) error
	// Remove deletes a file or an empty directory; what is not there is no error.
	Remove(name string) error
	// SyncDir makes all changes of names in a directory durable.
	SyncDir(dir string) error
}

// output is a file that is written once.
type output interface {
	io.Writer
	// Sync makes what was written durable.
	Sync() error
	Close() error
}

// input is a file that is read.
type input interface {
	io.ReaderAt
	// Size returns the length in bytes.
	Size() (int64, error)
	Close() error
}

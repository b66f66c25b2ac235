package client

import (
	"io"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// BallastBytes is the size of the ballast.
const BallastBytes = ballastBytes

// Afloat is a file system that says it has the ballast, which to write takes longer than most tests.
type Afloat struct{ vfs.FS }

// Stat describes a file.
func (a Afloat) Stat(name string) (vfs.FileInfo, error) {
	info, err := a.FS.Stat(name)
	if err != nil && a.PathBase(name) == ballastName {
		return heavy{}, nil
	}
	return info, err
}

type heavy struct{ vfs.FileInfo }

// Size is that of the ballast.
func (heavy) Size() int64 { return ballastBytes }

// Book is a client's database.
type Book struct{ book *book }

// OpenBook opens a database on a file system.
func OpenBook(dir string, fs vfs.FS) (Book, error) {
	b, err := openBookOn(dir, fs)
	return Book{b}, err
}

// OpenLocked opens a database as New does, on another file system and with another lock.
func OpenLocked(dir string, fs vfs.FS, take func(dir string) (io.Closer, error)) (Book, error) {
	b, err := openLocked(dir, fs, take)
	return Book{b}, err
}

// Add writes an object.
func (b Book) Add(cid string, manifest []byte) error {
	return b.book.addAll([]added{{entry: entry{Object: Object{CID: cid, State: Stored}}, manifest: manifest}})
}

// Manifest returns the manifest of an object, nil if there is none.
func (b Book) Manifest(cid string) ([]byte, error) { return b.book.lookup(manifestKey(cid)) }

// Close closes the database.
func (b Book) Close() error { return b.book.close() }

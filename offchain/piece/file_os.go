package piece

import (
	"errors"
	"os"
)

// directRead is the least length that is read around the page cache. Less than that is a proof or a list, which may
// well be asked for again.
const directRead = 128 << 10

// osFile is a volume of the operating system, open twice where the file system takes O_DIRECT.
type osFile struct {
	cached   *os.File
	direct   *os.File // nil where everything goes through the page cache
	allocate bool
}

// ReadAt reads straight into p: whole pages around the page cache if p is large and aligned, the rest through it.
func (f *osFile) ReadAt(p []byte, offset int64) (int, error) {
	whole := len(p) / pageSize * pageSize
	if f.direct == nil || whole < directRead || offset%pageSize != 0 || !aligned(p) {
		return f.cached.ReadAt(p, offset)
	}
	n, err := f.direct.ReadAt(p[:whole], offset)
	if err != nil || whole == len(p) {
		return n, err
	}
	m, err := f.cached.ReadAt(p[whole:], offset+int64(whole))
	return n + m, err
}

// WriteAt writes around the page cache, or through it with the pages written out and let go at once: new pages of the
// cache cost far more than the copy into them.
func (f *osFile) WriteAt(p []byte, offset int64) (int, error) {
	if f.direct != nil {
		return f.direct.WriteAt(p, offset)
	}
	n, err := f.cached.WriteAt(p, offset)
	if err != nil {
		return n, err
	}
	return n, writeOut(f.cached, offset, int64(n))
}

// Allocate reserves blocks, or only length where the file system cannot.
func (f *osFile) Allocate(offset, length int64) error {
	if f.allocate {
		return allocate(f.cached, offset, length)
	}
	size, err := f.Size()
	if err != nil || size >= offset+length {
		return err
	}
	return f.cached.Truncate(offset + length)
}

// Size asks the file system.
func (f *osFile) Size() (int64, error) {
	info, err := f.cached.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Truncate cuts the file.
func (f *osFile) Truncate(size int64) error { return f.cached.Truncate(size) }

// Sync makes content and length durable.
func (f *osFile) Sync() error { return syncData(f.cached) }

// Close closes the file, both times.
func (f *osFile) Close() error {
	err := f.cached.Close()
	if f.direct != nil {
		err = errors.Join(err, f.direct.Close())
	}
	return err
}

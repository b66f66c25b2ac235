package piece

import (
	"io"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// Names for the tests, which live outside the package.

type (
	Disk = disk
	File = file
	Span = span
)

const (
	PageSize    = pageSize
	TrailerSize = trailerSize
	HeaderSize  = headerSize
	BulkData    = bulkData
	ListChunk   = listChunk
	ScrubChunk  = scrubChunk
)

// OpenOn opens a store on a disk and a file system of the test.
func OpenOn(cfg Config, d Disk, fs vfs.FS) (*Store, error) { return open(cfg, d, fs) }

// OSDisk is the disk of a directory.
func OSDisk(dir string, buffered bool) (Disk, error) { return openDir(dir, buffered) }

// RecordSize is what a piece takes on disk; ListSize is what its list takes of that.
func RecordSize(length uint64) int64 { return recordSize(length) }
func ListSize(length uint64) int64   { return listSize(length) }

// Where says in which file and where in it the record of a piece begins.
func (s *Store) Where(root [32]byte) (name string, offset int64) {
	e, ok, err := readPiece(s.index, root)
	if !ok || err != nil {
		return "", 0
	}
	return volumeName(e.volume), e.offset()
}

// Pinned is how many files are still open for somebody else than the store.
func (s *Store) Pinned() (n int) {
	for _, v := range s.list() {
		s.mu.Lock()
		n += v.pins - 1
		s.mu.Unlock()
	}
	return n
}

// The decoders, each returning what it read encoded again.

func ReadTrailer(b []byte, secret [16]byte) ([]byte, error) {
	t, err := decodeTrailer(b, secret)
	if err != nil {
		return nil, err
	}
	return t.encode(nil, secret), nil
}

func ReadHeader(b []byte) ([]byte, error) {
	h, err := decodeHeader(b)
	if err != nil {
		return nil, err
	}
	return h.encode(nil), nil
}

func ReadEntry(b []byte) ([]byte, error) {
	e, err := decodeEntry(b)
	if err != nil {
		return nil, err
	}
	return e.encode(), nil
}

func ReadPlaced(key, value []byte) (newKey, newValue []byte, err error) {
	p, err := decodePlaced(key, value)
	if err != nil {
		return nil, nil, err
	}
	return locationKey(p.location), p.value(), nil
}

func ReadVolumeEntry(b []byte) ([]byte, error) {
	v, err := decodeVolumeEntry(b)
	if err != nil {
		return nil, err
	}
	return v.encode(), nil
}

// Examples of what the decoders read.

func TrailerOf(secret [16]byte, volume, page uint32, length, deal uint64, root [32]byte) []byte {
	return trailer{volume, page, length, deal, root}.encode(nil, secret)
}
func HeaderOf(secret [16]byte, volume uint32) []byte { return header{volume, secret}.encode(nil) }
func EntryOf(volume, page uint32, length uint64) []byte {
	return entry{location{volume, page}, length}.encode()
}
func PlacedOf(volume, page uint32, length uint64, root [32]byte) (key, value []byte) {
	p := placed{entry{location{volume, page}, length}, root}
	return locationKey(p.location), p.value()
}
func VolumeEntryOf(state uint8, bytes, pieces int64) []byte {
	return volumeEntry{volumeState(state), bytes, pieces}.encode()
}

// Extent is the account of the room in a volume.
type Extent struct{ e extent }

func NewExtent(end int64) *Extent                       { return &Extent{extent{end: end}} }
func (x *Extent) Take(length, limit int64) (Span, bool) { return x.e.take(length, limit) }
func (x *Extent) Give(s Span)                           { x.e.give(s) }
func (x *Extent) End() int64                            { return x.e.end }
func (x *Extent) Gaps() []Span                          { return x.e.gaps }
func SpanOf(offset, length int64) Span                  { return span{offset, length} }
func (p span) Bounds() (offset, end int64)              { return p.offset, p.end() }

// LockDir takes a directory as Open does.
func LockDir(dir string) (io.Closer, error) { return lockDir(dir) }

// Queued is how many callers wait for the next commit.
func (s *Store) Queued() int {
	s.commits.mu.Lock()
	defer s.commits.mu.Unlock()
	return len(s.commits.queue)
}

// Dir is where a store lies.
func (s *Store) Dir() string { return s.cfg.Dir }

// Supported tells a system call that is not offered from one that failed.
func Supported(err error) (bool, error) { return supported(err) }

// WithoutAllocation is a directory whose file system has no fallocate.
func WithoutAllocation(d Disk) Disk {
	os := d.(osDisk)
	os.allocate = false
	return os
}

package piece

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Keys of the index. Numbers are big-endian, so that keys sort as their numbers do.
const (
	pieceKeys    = 'p' // root → entry
	locationKeys = 'l' // volume, first page → length, root
	dealKeys     = 'd' // deal, root → nothing
	rootKeys     = 'r' // root, deal → nothing; the other way round
	damageKeys   = 'q' // root → nothing: pieces in quarantine
	volumeKeys   = 'v' // volume → volumeEntry
	secretKey    = 's' // the secret of the store
	cursorKey    = 'c' // the location that the scrub has come to
)

// Bounds of what the index keeps in memory: flat however many pieces there are.
const (
	indexCacheBytes    = 8 << 20
	indexMemTableBytes = 4 << 20
	indexOpenFiles     = 256
)

// openIndex opens the index, or makes an empty one. What is committed with pebble.Sync is durable. A write-ahead log
// that cannot be written ends the process, see Limitations in the package comment.
func openIndex(dir string, fs vfs.FS) (*pebble.DB, error) {
	db, err := pebble.Open(dir, &pebble.Options{
		FS:                 fs,
		CacheSize:          indexCacheBytes,
		MemTableSize:       indexMemTableBytes,
		MaxOpenFiles:       indexOpenFiles,
		FormatMajorVersion: pebble.FormatColumnarBlocks,
		Logger:             quiet{pebble.DefaultLogger},
	})
	if err != nil {
		return nil, fmt.Errorf("open index (Config.Rebuild makes it anew): %w", err)
	}
	return db, nil
}

// removeIndex deletes the index.
func removeIndex(dir string, fs vfs.FS) error {
	if err := fs.RemoveAll(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove index: %w", err)
	}
	return nil
}

// quiet drops what pebble tells about its housekeeping.
type quiet struct{ pebble.Logger }

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}

func pieceKey(root [rootSize]byte) []byte  { return append([]byte{pieceKeys}, root[:]...) }
func damageKey(root [rootSize]byte) []byte { return append([]byte{damageKeys}, root[:]...) }

func dealPrefix(deal uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{dealKeys}, deal)
}

func dealKey(deal uint64, root [rootSize]byte) []byte { return append(dealPrefix(deal), root[:]...) }

func rootPrefix(root [rootSize]byte) []byte { return append([]byte{rootKeys}, root[:]...) }

func rootKey(root [rootSize]byte, deal uint64) []byte {
	return binary.BigEndian.AppendUint64(rootPrefix(root), deal)
}

func volumeKey(id uint32) []byte { return binary.BigEndian.AppendUint32([]byte{volumeKeys}, id) }

func locationPrefix(volume uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{locationKeys}, volume)
}

func locationKey(l location) []byte {
	return binary.BigEndian.AppendUint32(locationPrefix(l.volume), l.page)
}

// after returns the first key behind all that begin with a prefix. No prefix consists of 0xff alone.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

// lookup returns a copy of what a key holds, nil if it holds nothing.
func lookup(r pebble.Reader, key []byte) ([]byte, error) {
	value, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	return append([]byte{}, value...), closer.Close()
}

// walk calls fn for the keys from one on to before another, in order, until it returns false or an error. What fn is
// given is valid only during the call.
func walk(r pebble.Reader, from, to []byte, fn func(key, value []byte) (bool, error)) error {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return fmt.Errorf("walk index: %w", err)
	}
	more, ok := true, it.First()
	for ; ok && more && err == nil; ok = it.Next() {
		more, err = fn(it.Key(), it.Value())
	}
	return errors.Join(err, it.Close()) // Close returns the error of the iteration
}

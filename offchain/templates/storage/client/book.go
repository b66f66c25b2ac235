package client

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Keys of the database.
const (
	objectKeys   = 'o' // cid → entry
	manifestKeys = 'm' // cid → manifest, not sealed
	dealKeys     = 'd' // id of a deal, big-endian → nothing: the client opened it
	openingKey   = 'w' // opening: a deal whose opening was sent
)

// Bounds of what the database keeps in memory: flat however many objects there are.
const (
	cacheBytes    = 4 << 20
	memTableBytes = 4 << 20
	openFiles     = 64
)

// databaseName is the directory of the database.
const databaseName = "objects.db"

// book is the database of the client's objects and deals. What its methods have written is durable.
type book struct {
	db    *pebble.DB
	log   *quiet
	spare *ballast
	lock  io.Closer // nil when the file system is a test's

	users   sync.WaitGroup // who uses db
	writing sync.Mutex     // one write at a time, so that none goes on after one has failed

	mu     sync.Mutex
	closed bool
}

// openBook opens the database in a directory of the machine. Errors: *LockedError, ErrReadOnly, and those of the file system.
func openBook(dir string) (*book, error) { return openLocked(dir, vfs.Default, lockDir) }

// openLocked opens the database on a file system and takes the directory before.
func openLocked(dir string, fs vfs.FS, take func(dir string) (io.Closer, error)) (*book, error) {
	if err := makeDir(fs, dir); err != nil {
		return nil, readOnly(err)
	}
	lock, err := take(dir)
	if err != nil {
		return nil, readOnly(err)
	}
	b, err := openBookOn(dir, fs)
	if err != nil {
		return nil, errors.Join(readOnly(err), lock.Close())
	}
	b.lock = lock
	return b, nil
}

// openBookOn opens the database on a file system.
func openBookOn(dir string, fs vfs.FS) (*book, error) {
	spare, err := newBallast(dir, fs)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	log := new(quiet)
	db, err := pebble.Open(filepath.Join(dir, databaseName), &pebble.Options{
		FS:           newFuse(spare, log),
		CacheSize:    cacheBytes,
		MemTableSize: memTableBytes,
		// A write that waits for compactions would wait for ever when one fails.
		L0StopWritesThreshold: math.MaxInt32,
		MaxOpenFiles:          openFiles,
		FormatMajorVersion:    pebble.FormatColumnarBlocks,
		Logger:                log,
		EventListener:         &pebble.EventListener{BackgroundError: log.stop},
	})
	if err == nil {
		if err = log.failed(); err != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return &book{db: db, log: log, spare: spare}, nil
}

// close closes the database once nobody uses it. The lock goes last.
func (b *book) close() error {
	b.mu.Lock()
	closed := b.closed
	b.closed = true
	b.mu.Unlock()
	if closed {
		return nil
	}
	b.users.Wait()
	err := b.db.Close()
	if b.lock != nil {
		err = errors.Join(err, b.lock.Close())
	}
	return err
}

// use keeps the database open until done is called.
func (b *book) use() (done func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, ErrClosed
	}
	b.users.Add(1)
	return b.users.Done, nil
}

func objectKey(cid string) []byte   { return append([]byte{objectKeys}, cid...) }
func manifestKey(cid string) []byte { return append([]byte{manifestKeys}, cid...) }
func dealKey(id uint64) []byte      { return binary.BigEndian.AppendUint64([]byte{dealKeys}, id) }

// lookup returns a copy of what a key holds, nil if it holds nothing.
func (b *book) lookup(key []byte) ([]byte, error) {
	done, err := b.use()
	if err != nil {
		return nil, err
	}
	defer done()
	value, closer, err := b.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read database: %w", err)
	}
	return append([]byte{}, value...), closer.Close()
}

// walk calls fn for all keys that begin with a letter, in order, until it returns false or an error. What fn is given is
// valid only during the call.
func (b *book) walk(letter byte, fn func(key, value []byte) (bool, error)) error {
	done, err := b.use()
	if err != nil {
		return err
	}
	defer done()
	it, err := b.db.NewIter(&pebble.IterOptions{LowerBound: []byte{letter}, UpperBound: []byte{letter + 1}})
	if err != nil {
		return fmt.Errorf("walk database: %w", err)
	}
	more, ok := true, it.First()
	for ; ok && more && err == nil; ok = it.Next() {
		more, err = fn(it.Key()[1:], it.Value())
	}
	return errors.Join(err, it.Close()) // Close returns the error of the iteration
}

// write makes changes durable, all or none. Once the disk was full, or the database has stopped, it writes nothing more.
func (b *book) write(change func(batch *pebble.Batch) error) error {
	done, err := b.use()
	if err != nil {
		return err
	}
	defer done()
	b.writing.Lock()
	defer b.writing.Unlock()
	if err := errors.Join(b.spare.spent(), b.log.failed()); err != nil {
		return fmt.Errorf("write database: %w", err)
	}
	batch := b.db.NewBatch()
	err = change(batch)
	if err == nil {
		// The commit itself has no error where pebble would have ended the process.
		err = errors.Join(batch.Commit(pebble.Sync), b.log.failed())
	}
	if err := errors.Join(err, batch.Close()); err != nil {
		return fmt.Errorf("write database: %w", err)
	}
	return nil
}

// hasRoom returns an error if what was written last has used the room that was set aside: what came of something that is begun now
// could not be written down.
func (b *book) hasRoom() error {
	if err := b.spare.spent(); err != nil {
		return fmt.Errorf("write database: %w", err)
	}
	return nil
}

// setOpening writes down that a deal is about to be opened.
func (b *book) setOpening(o opening) error {
	value, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encode opening: %w", err)
	}
	return b.write(func(batch *pebble.Batch) error { return batch.Set([]byte{openingKey}, value, nil) })
}

// opening returns the deal that was about to be opened, nil if there is none.
func (b *book) opening() (*opening, error) {
	value, err := b.lookup([]byte{openingKey})
	if err != nil || value == nil {
		return nil, err
	}
	var o opening
	if err := json.Unmarshal(value, &o); err != nil {
		return nil, fmt.Errorf("%w: opening: %w", ErrCorrupt, err)
	}
	return &o, nil
}

// opened notes what came of the opening: a deal, or 0 for none.
func (b *book) opened(deal uint64) error {
	return b.write(func(batch *pebble.Batch) error {
		err := batch.Delete([]byte{openingKey}, nil)
		if deal != 0 {
			err = errors.Join(err, batch.Set(dealKey(deal), nil, nil))
		}
		return err
	})
}

// opener says whether the client opened a deal.
func (b *book) opener(deal uint64) (bool, error) {
	value, err := b.lookup(dealKey(deal))
	return value != nil, err
}

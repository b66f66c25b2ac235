package client

import (
	"io"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// NewOn opens a client whose database is on another file system, which seems to have a ballast.
func NewOn(cfg Config, chain Chain, holders Holders, fs vfs.FS) (*Client, error) {
	return newClientOn(cfg, chain, holders, Afloat{fs})
}

// Ledger is the ledger of a put.
type Ledger struct{ *ledger }

// NewLedger returns a ledger that begins now.
func NewLedger(cfg Config, holders, need int) Ledger {
	return Ledger{newLedger(cfg.withDefaults(), holders, need)}
}

// Hand, Stored, Starve, Lose and Overdue are the ledger's own.
func (l Ledger) Hand()              { l.hand() }
func (l Ledger) Stored(h int)       { l.stored(h) }
func (l Ledger) Starve(starve bool) { l.starve(starve) }
func (l Ledger) Lose(h int) int     { return l.lose(h) }

// Overdue returns who has to be dropped, and in how long the next one has to be.
func (l Ledger) Overdue() ([]int, time.Duration, bool) { return l.overdue() }

// Recode reads an entry of the database and writes it again.
func Recode(b []byte) ([]byte, error) {
	e, err := decodeEntry(b)
	if err != nil {
		return nil, err
	}
	return e.encode()
}

// MoveNew and LinkNew give a file a name that nothing has.
func MoveNew(from, to string) error { return moveNew(from, to) }
func LinkNew(from, to string) error { return linkNew(from, to) }

// NewFlow returns the writer of GetFile. It reports what it asks the system to bring to the disk.
func NewFlow(f *os.File, begun func(offset, length int64)) io.Writer {
	w := newFlow(f)
	begin := w.begin
	w.begin = func(f *os.File, offset, length int64) {
		begun(offset, length)
		begin(f, offset, length)
	}
	return w
}

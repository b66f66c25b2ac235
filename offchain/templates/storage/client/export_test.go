package client

import (
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// NewOn opens a client whose database is on another file system.
func NewOn(cfg Config, chain Chain, holders Holders, fs vfs.FS) (*Client, error) {
	return newClientOn(cfg, chain, holders, fs)
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

// ReadOnly adds ErrReadOnly to what says so.
func ReadOnly(err error) error { return readOnly(err) }

// RoomIn looks for the room that opening takes.
func RoomIn(dir string) error { return roomIn(dir) }

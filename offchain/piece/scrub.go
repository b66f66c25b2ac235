package piece

import (
	"context"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/mesh-protocol/mesh/proof"
)

// Scrub reads every piece once, in the order of the disk, at most Config.ScrubRate bytes a second, and puts those that do
// not verify into quarantine. It goes on where the last one stopped, also after a restart, up to the last volume; the next
// one then begins anew. It returns how many pieces it has read. Errors: that of ctx, ErrClosed, ErrFailed, those of a disk
// that cannot be asked.
func (s *Store) Scrub(ctx context.Context) (read int, err error) {
	for {
		n, err := s.scrubSome(ctx)
		read += n
		if err != nil {
			return read, fmt.Errorf("scrub: %w", err)
		}
		if n == 0 {
			return read, nil
		}
	}
}

// scrubSome reads the next pieces and moves the cursor behind them, or back to the start if there are no more.
func (s *Store) scrubSome(ctx context.Context) (int, error) {
	records, err := s.scrubNext()
	if err != nil {
		return 0, err
	}
	for i, p := range records {
		if err := s.scrubPiece(p); err != nil {
			return i, err
		}
		if err := s.pace(ctx, recordSize(p.length), s.cfg.ScrubRate); err != nil {
			return i, err
		}
	}
	return len(records), s.moveCursor(records)
}

func (s *Store) scrubNext() ([]placed, error) {
	if err := s.gate.enter(); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	from, err := lookup(s.index, []byte{cursorKey})
	if err != nil {
		return nil, err
	}
	if len(from) != placedKeySize || from[0] != locationKeys { // never set, or at the start
		from = []byte{locationKeys}
	}
	return s.records(from, []byte{locationKeys + 1}, scrubChunk)
}

// scrubChunk is how many pieces are read between two writes of the cursor.
const scrubChunk = 64

// moveCursor notes how far the scrub has come. It need not be durable: reading a few pieces again does no harm.
func (s *Store) moveCursor(records []placed) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	if err := s.writable(); err != nil {
		return err
	}
	cursor := []byte{locationKeys}
	if n := len(records); n > 0 {
		next := records[n-1].location
		next.page++
		cursor = locationKey(next)
	}
	if err := s.index.Set([]byte{cursorKey}, cursor, pebble.NoSync); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return nil
}

// records returns the records between two keys of locations, at most so many.
func (s *Store) records(from, to []byte, limit int) ([]placed, error) {
	var list []placed
	err := walk(s.index, from, to, func(key, value []byte) (bool, error) {
		p, err := decodePlaced(key, value)
		if err != nil {
			return false, err
		}
		list = append(list, p)
		return len(list) < limit, nil
	})
	return list, err
}

// scrubPiece reads a piece and puts it into quarantine if it has changed.
func (s *Store) scrubPiece(p placed) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	v := s.pin(p.volume)
	if v == nil {
		return nil // compaction was faster, and it has read the piece
	}
	err := s.check(v, p)
	if isDamage(err) {
		err = s.submitDamage(p, err)
	}
	return errors.Join(err, s.unpin(v))
}

// check reads a whole record and verifies it.
func (s *Store) check(v *volume, p placed) error {
	list, err := readList(v, p)
	if err != nil {
		return err
	}
	buf := s.buffers.take(recordSize(p.length))
	defer s.buffers.give(buf)
	chunk := uint64(len(*buf)) / proof.GroupSize * proof.GroupSize
	for at := uint64(0); at < p.length; at += chunk {
		b := (*buf)[:min(chunk, p.length-at)]
		if n, err := v.file.ReadAt(b, p.offset()+int64(at)); n < len(b) {
			return fmt.Errorf("read piece: %w", err)
		}
		for i := uint64(0); i < uint64(len(b)); i += proof.GroupSize {
			group := b[i:min(i+proof.GroupSize, uint64(len(b)))]
			if err := verifyGroup(group, (at+i)/proof.GroupSize, p.length, list); err != nil {
				return err
			}
		}
	}
	return nil
}

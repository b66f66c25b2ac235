package piece

import (
	"errors"
	"io"
)

// adoptChange enters records of a volume that the index does not know. It may come a second time after a crash.
type adoptChange struct {
	indexOnly
	id      uint32
	state   volumeState // of the volume afterwards
	reset   bool        // count from nothing
	records []trailer
}

func (c *adoptChange) apply(t *txn) error {
	v, err := t.volume(c.id)
	if err != nil {
		return err
	}
	if c.reset {
		v.bytes, v.pieces = 0, 0
	}
	v.state = c.state
	for _, r := range c.records {
		if err := adoptRecord(t, r); err != nil {
			return err
		}
	}
	return nil
}

// adoptRecord enters one record, unless the index has the piece elsewhere.
func adoptRecord(t *txn, r trailer) error {
	at := location{r.volume, r.page}
	e, ok, err := t.piece(r.root)
	if err != nil {
		return err
	}
	switch {
	case ok && e.location == at: // entered before the crash; only the counting began anew
		v, err := t.volume(r.volume)
		if err != nil {
			return err
		}
		v.bytes += recordSize(r.length)
		v.pieces++
		return nil
	case ok && !e.damaged():
		return nil
	}
	if err := t.setPiece(r.root, entry{at, r.length}); err != nil {
		return err
	}
	return t.addReference(r.deal, r.root)
}

// adopt reads a whole volume and enters every record whose bytes have its root, whole records only. A record that was
// dropped and not yet compacted away comes back, with one of the deals that referred to it.
func (s *Store) adopt(v *volume) error {
	if err := s.secure(v); err != nil {
		return err
	}
	if err := s.submit(&adoptChange{id: v.id, state: volumeAdopting, reset: true}); err != nil {
		return err
	}
	page := Buffer(pageSize)
	var found []trailer
	for end := int64(2 * pageSize); end <= v.size; end += pageSize {
		t, err := s.recordAt(v, end, page)
		if isDamage(err) {
			continue // by far the most pages end no record
		}
		if err != nil {
			return err
		}
		if err := s.check(v, placed{entry{location{t.volume, t.page}, t.length}, t.root}); isDamage(err) {
			continue
		} else if err != nil {
			return err
		}
		if found = append(found, t); len(found) < listChunk {
			continue
		}
		if err := s.submit(&adoptChange{id: v.id, state: volumeAdopting, records: found}); err != nil {
			return err
		}
		found = nil
	}
	return s.submit(&adoptChange{id: v.id, state: volumeLive, records: found})
}

// secure makes durable what is read of a volume: a process that was killed may have left a name, or bytes, that only the
// memory of the system has.
func (s *Store) secure(v *volume) error {
	v.unsynced.Store(true)
	if err := v.sync(); err != nil {
		return err
	}
	return s.disk.SyncDir()
}

// recordAt reads the trailer of the record that ends at an offset, if one does.
func (s *Store) recordAt(v *volume, end int64, page []byte) (trailer, error) {
	if n, err := v.file.ReadAt(page, end-pageSize); n < len(page) {
		return trailer{}, errors.Join(err, io.ErrUnexpectedEOF)
	}
	t, err := decodeTrailer(page[pageSize-trailerSize:], s.secret)
	if err != nil {
		return trailer{}, err
	}
	if t.volume != v.id || int64(t.page)*pageSize+recordSize(t.length) != end {
		return trailer{}, ErrCorrupt
	}
	return t, nil
}

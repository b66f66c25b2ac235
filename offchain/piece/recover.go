package piece

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cockroachdb/pebble/v2"
)

// recover brings volumes and index together after whatever happened since the last Close:
//
//	file and live entry      a volume
//	file and doomed entry    compaction had moved everything out: delete the file, then the entry
//	file without an entry    the index is lost or older: read the volume and enter its pieces
//	entry without a file     the crash came between the two; pieces that should be there are damaged
func (s *Store) recover() error {
	names, err := s.disk.List()
	if err != nil {
		return fmt.Errorf("list volumes: %w", err)
	}
	var onDisk []uint32
	for _, name := range names {
		if id, ok := parseVolumeName(name); ok {
			onDisk = append(onDisk, id)
			s.space.next = max(s.space.next, id)
		}
	}
	if err := s.findSecret(onDisk); err != nil {
		return err
	}
	for _, id := range onDisk {
		if err := s.recoverVolume(id); err != nil {
			return fmt.Errorf("recover volume %d: %w", id, err)
		}
	}
	if err := s.recoverLost(); err != nil {
		return err
	}
	s.space.next++
	if v := s.space.active; v != nil {
		if v.extent, err = s.occupied(v.id); err != nil {
			return err
		}
	}
	return s.count()
}

// findSecret reads the secret from the index, else from the first volume that has one, else draws it.
func (s *Store) findSecret(onDisk []uint32) error {
	b, err := lookup(s.index, []byte{secretKey})
	if err != nil {
		return err
	}
	if len(b) == secretSize {
		s.secret = secret(b)
		return nil
	}
	found := false
	for _, id := range onDisk {
		h, err := s.readHeader(id)
		if errors.Is(err, ErrCorrupt) {
			continue
		}
		if err != nil {
			return err
		}
		if found && h.secret != s.secret {
			return fmt.Errorf("read volume %d: %w: it is of another store", id, ErrCorrupt)
		}
		s.secret, found = h.secret, true
	}
	if !found && len(onDisk) > 0 {
		return fmt.Errorf("read volumes: %w: neither the index nor any volume says which store they belong to", ErrCorrupt)
	}
	if !found {
		if _, err := io.ReadFull(s.cfg.Rand, s.secret[:]); err != nil {
			return fmt.Errorf("draw secret: %w", err)
		}
	}
	if err := s.index.Set([]byte{secretKey}, s.secret[:], pebble.Sync); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return nil
}

func (s *Store) readHeader(id uint32) (header, error) {
	f, err := s.disk.Open(volumeName(id))
	if err != nil {
		return header{}, fmt.Errorf("open volume %d: %w", id, err)
	}
	b := make([]byte, headerSize)
	_, err = f.ReadAt(b, 0)
	err = errors.Join(err, f.Close())
	if errors.Is(err, io.EOF) {
		return header{}, fmt.Errorf("read header of volume %d: %w: it is too short", id, ErrCorrupt)
	}
	if err != nil {
		return header{}, fmt.Errorf("read header of volume %d: %w", id, err)
	}
	return decodeHeader(b)
}

// recoverVolume opens a volume whose file is there, or deletes it if nothing is in it.
func (s *Store) recoverVolume(id uint32) error {
	e, err := readVolume(s.index, id)
	if err != nil {
		return err
	}
	if e.state == volumeDoomed || e.state == volumeLive && e.pieces == 0 {
		return s.deleteVolume(id)
	}
	f, err := s.disk.Open(volumeName(id))
	if err != nil {
		return err
	}
	v := &volume{id: id, file: f, volumeEntry: e, pins: 1}
	s.volumes[id] = v
	if v.size, err = f.Size(); err != nil {
		return err
	}
	if e.state != volumeLive {
		if err := s.adopt(v); err != nil {
			return err
		}
	}
	if v.extent.end, err = s.lastEnd(id); err != nil {
		return err
	}
	if v.extent.end < s.cfg.VolumeBytes && (s.space.active == nil || s.space.active.id < id) {
		s.space.active = v
	}
	return s.trim(v)
}

// trim gives the room behind the last piece back.
func (s *Store) trim(v *volume) error {
	if v.size <= v.extent.end {
		return nil
	}
	if err := v.file.Truncate(v.extent.end); err != nil {
		return err
	}
	v.size = v.extent.end
	return nil
}

// lastEnd returns where the last piece of a volume ends.
func (s *Store) lastEnd(id uint32) (end int64, err error) {
	prefix := locationPrefix(id)
	it, err := s.index.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return 0, fmt.Errorf("read index: %w", err)
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.Last() {
		return pageSize, it.Error()
	}
	p, err := decodePlaced(it.Key(), it.Value())
	return p.offset() + recordSize(p.length), err
}

// occupied says which parts of a volume hold pieces. Nobody reads yet, so all others are gaps.
func (s *Store) occupied(id uint32) (extent, error) {
	e := extent{end: pageSize}
	prefix := locationPrefix(id)
	err := walk(s.index, prefix, after(prefix), func(key, value []byte) (bool, error) {
		p, err := decodePlaced(key, value)
		if err != nil {
			return false, err
		}
		if gap := p.offset() - e.end; gap > 0 {
			e.gaps = append(e.gaps, span{e.end, gap})
		}
		e.end = p.offset() + recordSize(p.length)
		return true, nil
	})
	return e, err
}

// recoverLost looks for volumes that the index knows and the disk does not have.
func (s *Store) recoverLost() error {
	var lost []uint32
	err := walk(s.index, []byte{volumeKeys}, []byte{volumeKeys + 1}, func(key, value []byte) (bool, error) {
		if len(key) != 1+4 {
			return false, fmt.Errorf("read volume key: %w: %d bytes", ErrCorrupt, len(key))
		}
		id := binary.BigEndian.Uint32(key[1:])
		s.space.next = max(s.space.next, id)
		if s.volumes[id] == nil {
			lost = append(lost, id)
		}
		return true, nil
	})
	for _, id := range lost {
		err = errors.Join(err, s.loseVolume(id))
	}
	return err
}

// loseVolume puts what should be in a volume into quarantine and forgets the volume.
func (s *Store) loseVolume(id uint32) error {
	for {
		records, err := s.records(locationPrefix(id), after(locationPrefix(id)), listChunk)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return s.submit(&volumeChange{id: id})
		}
		for _, r := range records {
			if err := s.submitDamage(r, errLostVolume); err != nil {
				return err
			}
		}
	}
}

// count sums up what the index says of the volumes.
func (s *Store) count() error {
	s.used, s.pieces, s.damaged = 0, 0, 0
	for _, v := range s.volumes {
		s.used += v.bytes
		s.pieces += v.pieces
	}
	return walk(s.index, []byte{damageKeys}, []byte{damageKeys + 1}, func(_, _ []byte) (bool, error) {
		s.damaged++
		return true, nil
	})
}

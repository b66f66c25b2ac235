package piece

import (
	"fmt"
	"sync"
)

// extendBytes is how much of a volume is allocated at a time.
const extendBytes = 64 << 20

// space hands out room in volumes. Its lock is held while a volume is made or extended, never while one is synced for a
// commit: writers wait for it, readers and commits do not.
type space struct {
	sync.Mutex
	active *volume // takes new records; nil before the first
	next   uint32  // number of the next volume
}

// place is room for one record, with its volume pinned.
type place struct {
	v *volume
	span
}

func (p place) location() location { return location{p.v.id, uint32(p.offset / pageSize)} }

// reserve finds room for a record and pins the volume it is in. It fails with ErrFull.
func (s *Store) reserve(length int64) (place, error) {
	s.space.Lock()
	defer s.space.Unlock()
	if v := s.space.active; v != nil {
		if p, ok := v.extent.take(length, s.limit(v, length)); ok {
			return s.backed(v, p)
		}
		if err := s.seal(v); err != nil {
			return place{}, err
		}
	}
	v, err := s.addVolume()
	if err != nil {
		return place{}, err
	}
	s.space.active = v
	p, _ := v.extent.take(length, s.limit(v, length))
	return s.backed(v, p)
}

// limit returns how long a volume may become for a record. An empty one takes any.
func (s *Store) limit(v *volume, length int64) int64 {
	if v.extent.end == pageSize {
		return max(s.cfg.VolumeBytes, pageSize+length)
	}
	return s.cfg.VolumeBytes
}

// backed makes sure that the file system has room for a span, or gives it back.
func (s *Store) backed(v *volume, p span) (place, error) {
	if err := s.extend(v, p.end()); err != nil {
		v.extent.give(p)
		return place{}, err
	}
	v.pending++
	return place{s.pin(v.id), p}, nil
}

// extend allocates a volume at least up to end, in large steps while the disk allows it.
func (s *Store) extend(v *volume, end int64) error {
	if end <= v.size {
		return nil
	}
	free, err := s.disk.Free()
	if err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	room := free - s.cfg.KeepFree
	step := max(end, min(v.size+extendBytes, s.cfg.VolumeBytes))
	if step-v.size > room {
		step = end
	}
	if step-v.size > room {
		return fmt.Errorf("extend volume %d: %w: %d bytes free, %d kept", v.id, ErrFull, free, s.cfg.KeepFree)
	}
	err = v.file.Allocate(v.size, step-v.size)
	if IsFull(err) && step > end {
		step = end
		err = v.file.Allocate(v.size, step-v.size)
	}
	if IsFull(err) {
		return fmt.Errorf("extend volume %d: %w: %w", v.id, ErrFull, err)
	}
	if err != nil {
		return fmt.Errorf("extend volume %d: %w", v.id, err)
	}
	s.mu.Lock()
	v.size = step
	s.mu.Unlock()
	v.unsynced.Store(true) // the new length
	return nil
}

// release gives back room that no committed record uses.
func (s *Store) release(p place) error {
	s.space.Lock()
	p.v.pending--
	p.v.extent.give(p.span)
	s.space.Unlock()
	return s.unpin(p.v)
}

// keep ends a writer whose record was committed.
func (s *Store) keep(p place) error {
	s.space.Lock()
	p.v.pending--
	s.space.Unlock()
	return s.unpin(p.v)
}

// seal ends writing to a volume and gives the room behind its last record back to the file system.
func (s *Store) seal(v *volume) error {
	s.space.active = nil
	if v.extent.end >= v.size {
		return nil
	}
	if err := v.file.Truncate(v.extent.end); err != nil {
		return fmt.Errorf("seal volume %d: %w", v.id, err)
	}
	s.mu.Lock()
	v.size = v.extent.end
	s.mu.Unlock()
	return nil
}

// addVolume makes an empty volume. The index knows of it before its file exists, so that a file which the index does not
// know has lost its index.
func (s *Store) addVolume() (*volume, error) {
	id := s.space.next
	if err := s.submit(&volumeChange{id: id, state: volumeLive}); err != nil {
		return nil, fmt.Errorf("make volume %d: %w", id, err)
	}
	s.space.next++
	f, err := s.disk.Create(volumeName(id))
	if err != nil {
		return nil, s.noVolume(id, nil, err)
	}
	v := &volume{id: id, file: f, volumeEntry: volumeEntry{state: volumeLive}, pins: 1, extent: extent{end: pageSize}}
	if err := s.initVolume(v); err != nil {
		return nil, s.noVolume(id, f, err)
	}
	s.mu.Lock()
	s.volumes[id] = v
	s.mu.Unlock()
	return v, nil
}

// initVolume writes the header of a volume.
func (s *Store) initVolume(v *volume) error {
	if err := s.extend(v, pageSize); err != nil {
		return err
	}
	page := Buffer(pageSize)
	header{v.id, s.secret}.encode(page[:0])
	if err := v.write(page, 0); err != nil {
		return err
	}
	if err := v.sync(); err != nil {
		return err
	}
	return s.disk.SyncDir()
}

// noVolume takes back what is left of a volume that could not be made. Whatever cannot be taken back is harmless: the
// next Open deletes it.
func (s *Store) noVolume(id uint32, f file, cause error) error {
	if f != nil {
		_ = f.Close()
		_ = s.disk.Remove(volumeName(id))
	}
	_ = s.submit(&volumeChange{id: id})
	if IsFull(cause) {
		return fmt.Errorf("make volume %d: %w: %w", id, ErrFull, cause)
	}
	return fmt.Errorf("make volume %d: %w", id, cause)
}

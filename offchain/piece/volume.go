package piece

import (
	"fmt"
	"io"
	"strings"
	"sync/atomic"
)

// volume is an open volume file. Counters and pins are guarded by Store.mu, extent and pending by Store.space; size is
// written under both.
type volume struct {
	id   uint32
	file file

	volumeEntry       // as of the last commit
	pins        int   // readers, writers and the store itself; the last one closes the file
	size        int64 // of the file, for Stat

	extent  extent
	pending int // writers that have space here and have not finished

	unsynced atomic.Bool // bytes were written, or room was allocated, since the last sync began
}

// volumeName is the file of a volume.
func volumeName(id uint32) string { return fmt.Sprintf("%08x.vol", id) }

// parseVolumeName returns the number of a volume by its file's name; ok is false for other files.
func parseVolumeName(name string) (id uint32, ok bool) {
	hex, isVolume := strings.CutSuffix(name, ".vol")
	if !isVolume {
		return 0, false
	}
	if _, err := fmt.Sscanf(hex, "%08x", &id); err != nil || id == 0 || volumeName(id) != name {
		return 0, false
	}
	return id, true
}

// write writes whole pages from an aligned buffer.
func (v *volume) write(p []byte, offset int64) error {
	n, err := v.file.WriteAt(p, offset)
	v.unsynced.Store(true) // not before: a sync for somebody else could take the mark and miss the bytes
	switch {
	case IsFull(err):
		return fmt.Errorf("write volume %d: %w: %w", v.id, ErrFull, err)
	case err != nil:
		return fmt.Errorf("write volume %d: %w", v.id, err)
	case n != len(p):
		return fmt.Errorf("write volume %d: %w", v.id, io.ErrShortWrite)
	}
	return nil
}

// sync makes durable what was written before the call, if anything was.
func (v *volume) sync() error {
	if !v.unsynced.Swap(false) {
		return nil
	}
	if err := v.file.Sync(); err != nil {
		return fmt.Errorf("sync volume %d: %w", v.id, err)
	}
	return nil
}

// pin keeps the file of a volume open until unpin, also when compaction deletes it; nil if there is no such volume.
func (s *Store) pin(id uint32) *volume {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.volumes[id]
	if v != nil {
		v.pins++
	}
	return v
}

func (s *Store) unpin(v *volume) error {
	s.mu.Lock()
	v.pins--
	last := v.pins == 0
	s.mu.Unlock()
	if !last {
		return nil
	}
	if err := v.file.Close(); err != nil {
		return fmt.Errorf("close volume %d: %w", v.id, err)
	}
	return nil
}

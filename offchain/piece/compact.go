package piece

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Compaction empties volumes of which little is left: it copies the records that are left, syncs the copies, points the
// index to them in one batch, and deletes the file. A crash before the batch leaves copies that nobody knows; one after it
// leaves records that nobody needs.

// compactPortion is how many bytes are copied between two batches.
const compactPortion = 32 << 20

// Compact empties and deletes every volume of which more than half is garbage, or more than an eighth as long as all
// volumes together are larger than the quota. It copies at most Config.CompactRate bytes a second, checks what it copies,
// and puts what has changed into quarantine. It returns how many volumes it has deleted. Errors: that of ctx, ErrFull if
// there is no room for the copies, ErrClosed, ErrFailed, those of the disk.
func (s *Store) Compact(ctx context.Context) (deleted int, err error) {
	s.tidy.Lock()
	defer s.tidy.Unlock()
	for {
		v, err := s.wasteful()
		if v == nil && err == nil {
			return deleted, nil
		}
		if err == nil {
			err = s.compactVolume(ctx, v)
		}
		if err != nil {
			return deleted, fmt.Errorf("compact: %w", err)
		}
		deleted++
	}
}

// wasteful returns the volume that is worth compacting most, nil if none is. If that is the one being written to, it
// takes no more records from then on.
func (s *Store) wasteful() (*volume, error) {
	if err := s.gate.enter(); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	s.space.Lock()
	defer s.space.Unlock()
	var worst *volume
	var most int64
	for _, v := range s.list() {
		if waste := s.waste(v); waste > most {
			worst, most = v, waste
		}
	}
	if worst != nil && worst == s.space.active {
		if err := s.seal(worst); err != nil {
			return nil, err
		}
	}
	return worst, nil
}

// waste returns the garbage of a volume, bytes, or 0 if it is not worth compacting or somebody still writes there. The
// volume being written to must hold half its size of garbage. s.space is locked.
func (s *Store) waste(v *volume) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var files int64
	for _, other := range s.volumes {
		files += other.extent.end
	}
	if v.pending > 0 || v.state != volumeLive {
		return 0
	}
	size := v.extent.end - pageSize
	garbage := size - v.bytes
	if v == s.space.active {
		garbage -= v.extent.free()
		size = max(size, s.cfg.VolumeBytes-pageSize)
	}
	share := int64(2)
	if files > s.cfg.Quota {
		share = 8
	}
	if garbage <= size/share {
		return 0
	}
	return garbage
}

// stir tells Run to look for wasteful volumes.
func (s *Store) stir() {
	select {
	case s.wake <- struct{}{}:
	default: // it has been told
	}
}

func (s *Store) compactVolume(ctx context.Context, v *volume) error {
	prefix := locationPrefix(v.id)
	for {
		records, err := s.portion(prefix, after(prefix))
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return s.doom(v)
		}
		if err := s.moveAll(ctx, v, records); err != nil {
			return err
		}
	}
}

// portion returns the next records to be copied together.
func (s *Store) portion(from, to []byte) ([]placed, error) {
	if err := s.gate.enter(); err != nil {
		return nil, err
	}
	defer s.gate.leave()
	list, err := s.records(from, to, listChunk)
	var size int64
	for i, p := range list {
		if size += recordSize(p.length); size >= compactPortion {
			return list[:i+1], err
		}
	}
	return list, err
}

// moveAll copies records and points the index to the copies. What has been copied when an error comes is moved too.
func (s *Store) moveAll(ctx context.Context, v *volume, records []placed) error {
	c := &moveChange{}
	var failed error
	for _, p := range records {
		m, ok, err := s.copyRecord(v, p)
		if ok {
			c.moves = append(c.moves, m)
		}
		if failed = err; failed != nil {
			break
		}
		if failed = s.pace(ctx, recordSize(p.length), s.cfg.CompactRate); failed != nil {
			break
		}
	}
	return errors.Join(failed, s.settle(c))
}

// settle makes moves durable and gives back the room of copies that were not needed.
func (s *Store) settle(c *moveChange) error {
	if len(c.moves) == 0 {
		return nil
	}
	err := s.gate.enter()
	if err == nil {
		defer s.gate.leave()
		err = s.submit(c)
	}
	for _, m := range c.moves {
		give := s.release
		if m.done || errors.Is(err, ErrFailed) {
			give = s.keep
		}
		err = errors.Join(err, give(m.to))
	}
	return err
}

// copyRecord writes a record again, in the volume that takes new ones, if it is still needed. ok is false if it is not,
// or if it was damaged.
func (s *Store) copyRecord(v *volume, p placed) (m move, ok bool, err error) {
	if err := s.gate.enter(); err != nil {
		return move{}, false, err
	}
	defer s.gate.leave()
	deal, referred, err := firstDeal(s.index, p.root)
	if !referred || err != nil {
		return move{}, false, err
	}
	w, err := s.newWriter(deal, p.root, p.length)
	if err != nil {
		return move{}, false, err
	}
	if err = w.copy(v, p); err != nil {
		w.end(false)
		if isDamage(err) {
			err = s.submitDamage(p, err)
		}
		return move{}, false, err
	}
	s.buffers.give(w.buf)
	return move{from: p, to: w.place}, true, nil
}

// copy takes a whole piece from a volume and finishes the record.
func (w *Writer) copy(v *volume, p placed) error {
	if _, err := w.ReadFrom(io.NewSectionReader(v.file, p.offset(), int64(p.length))); err != nil {
		return err
	}
	return w.finish()
}

// doom deletes a volume that holds nothing any more.
func (s *Store) doom(v *volume) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	if err := s.submit(&volumeChange{id: v.id, state: volumeDoomed}); err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.volumes, v.id)
	s.compacted++
	s.mu.Unlock()
	return errors.Join(s.deleteVolume(v.id), s.unpin(v))
}

// deleteVolume deletes a file and then the index's memory of it.
func (s *Store) deleteVolume(id uint32) error {
	if err := s.disk.Remove(volumeName(id)); err != nil {
		return fmt.Errorf("delete volume: %w", err)
	}
	if err := s.disk.SyncDir(); err != nil {
		return fmt.Errorf("delete volume: %w", err)
	}
	return s.submit(&volumeChange{id: id})
}

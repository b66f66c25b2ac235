package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// restore brings the directory into order after whatever ended the last run, and replays it.
func (j *Journal) restore() error {
	firsts, leftover, err := listSegments(j.dir)
	if err != nil {
		return err
	}
	for _, name := range leftover {
		if err := j.dir.Remove(name); err != nil {
			return fmt.Errorf("remove half a segment: %w", err)
		}
	}
	if len(firsts) == 0 {
		return j.begin()
	}
	for i, first := range firsts {
		if j.merged(first) {
			err = j.dir.Remove(segmentName(first))
		} else {
			err = j.restoreSegment(first, i == len(firsts)-1)
		}
		if err != nil {
			return fmt.Errorf("restore segment: %w", err)
		}
	}
	if j.active == nil { // the last segment was compacted
		return j.startActive()
	}
	return nil
}

// merged reports whether the segment that starts at first is contained in the one before: a compaction was
// cut short before it removed what it had merged.
func (j *Journal) merged(first Seq) bool {
	n := len(j.segments)
	return n > 0 && j.segments[n-1].compacted && first < j.next
}

// begin makes the first segment of a new journal.
func (j *Journal) begin() error {
	var salt [4]byte
	if _, err := io.ReadFull(j.cfg.Rand, salt[:]); err != nil {
		return fmt.Errorf("draw salt: %w", err)
	}
	j.salt = binary.BigEndian.Uint32(salt[:])
	return j.startActive()
}

// startActive makes the segment that the next batch goes to.
func (j *Journal) startActive() error {
	s, err := stageSegment(j.dir, header{first: j.next, salt: j.salt}, nil)
	if err != nil {
		return err
	}
	j.active, j.activeSize = s.file, headerSize
	j.segments = append(j.segments, segment{first: j.next, end: j.next, size: headerSize})
	return s.publish(j.dir)
}

// restoreSegment takes in one segment, which must go on where the one before ended. The last segment becomes
// the active one if it was written by appending; only there may a write have been cut off.
func (j *Journal) restoreSegment(first Seq, last bool) error {
	s, err := openSegment(j.dir, first)
	if err != nil {
		return err
	}
	active := last && !s.compacted()
	lastBatch, err := j.replay(s.scanner)
	if active {
		err = explain(s.scanner, err)
	}
	if err != nil {
		return errors.Join(err, s.file.Close())
	}
	j.next = s.covered()
	j.segments = append(j.segments, segment{first: first, end: j.next, size: s.offset, compacted: s.compacted()})
	if !active {
		return s.file.Close()
	}
	j.active, j.activeSize, j.tornBytes = s.file, s.offset, s.limit-s.offset
	return j.mendTail(lastBatch)
}

// checkNeighbour returns an error unless the segment belongs to this journal and follows the one before.
func (j *Journal) checkNeighbour(s *scanner) error {
	if len(j.segments) == 0 {
		j.salt = s.salt
	}
	switch {
	case s.salt != j.salt:
		return &CorruptError{File: s.name, Reason: fmt.Errorf("%w: it is of another journal", errBadHeader)}
	case s.first != j.next:
		return &CorruptError{File: s.name, Reason: fmt.Errorf("%w: seq %d is missing", errBadHeader, j.next)}
	}
	return nil
}

// replay takes in the frames of a segment and returns where its last batch starts.
func (j *Journal) replay(s *scanner) (lastBatch int64, err error) {
	if err := j.checkNeighbour(s); err != nil {
		return 0, err
	}
	lastBatch = s.offset
	for {
		start := s.offset
		f, err := s.scan()
		if errors.Is(err, io.EOF) {
			return lastBatch, nil
		}
		if err != nil {
			return lastBatch, err // what was read before the damage is taken in
		}
		if f.back == 0 {
			lastBatch = start
		}
		if f.Kind <= MaxKind {
			continue
		}
		c, err := decodeChange(f.Kind, f.Payload)
		if err == nil {
			err = j.outbox.apply(f.Seq, c)
		}
		if err != nil {
			return 0, &CorruptError{File: s.name, Offset: start, Reason: err}
		}
	}
}

// explain returns nil for a damage that only means that the last write did not finish.
func explain(s *scanner, damage error) error {
	if !errors.Is(damage, errBadFrame) {
		return damage
	}
	torn, err := s.torn()
	if err != nil || torn {
		return err
	}
	return damage
}

// mendTail makes sure that what was read at the end of the active segment is on disk, and nothing else. A
// sync that failed may have left the last batch in memory only, marked as written; so it is written again.
func (j *Journal) mendTail(lastBatch int64) error {
	tail := make([]byte, j.activeSize-lastBatch)
	if _, err := io.ReadFull(io.NewSectionReader(j.active, lastBatch, int64(len(tail))), tail); err != nil {
		return fmt.Errorf("read last batch: %w", err)
	}
	if err := j.active.Truncate(j.activeSize); err != nil {
		return fmt.Errorf("cut torn tail: %w", err)
	}
	if _, err := j.active.WriteAt(tail, lastBatch); err != nil {
		return fmt.Errorf("write last batch again: %w", err)
	}
	if err := j.active.Sync(); err != nil {
		return fmt.Errorf("sync last batch: %w", err)
	}
	if err := j.dir.SyncDir(); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}

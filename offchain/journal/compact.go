package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// plan is what compaction makes of one sealed segment.
type plan struct {
	segment
	keep    []bool // by place in the segment
	kept    int64  // bytes of the frames kept
	dropped int    // frames
}

// Compact rewrites the sealed segments without the records that keep turns down and without those of the
// outbox that no longer matter, merges small neighbours, and returns how many bytes that freed. Numbers do
// not change; open intents and known keys stay whatever keep says, which is not asked about them. The segment
// being written is left alone. Writing and reading go on meanwhile; a second Compact waits.
//
// Segments are replaced oldest first, each by one rename, so that a crash at any point leaves either: a
// record is never dropped before the records that it made obsolete. An error leaves the journal usable,
// unless a rename may not have reached the disk: then it has failed as after a failed sync.
func (j *Journal) Compact(ctx context.Context, keep func(Record) bool) (freed int64, err error) {
	j.compacting.Lock()
	defer j.compacting.Unlock()
	j.mu.Lock()
	sealed, err := append([]segment(nil), j.segments[:len(j.segments)-1]...), j.usable()
	j.mu.Unlock()
	if err != nil {
		return 0, fmt.Errorf("compact journal: %w", err)
	}
	var group []plan
	size := int64(headerSize)
	for _, s := range sealed {
		p, err := j.plan(ctx, s, keep)
		if err != nil {
			return freed, fmt.Errorf("compact journal: %w", err)
		}
		if size+p.kept > j.cfg.SegmentBytes {
			n, err := j.replace(group)
			freed += n
			if err != nil {
				return freed, fmt.Errorf("compact journal: %w", err)
			}
			group, size = nil, headerSize
		}
		group, size = append(group, p), size+p.kept
	}
	n, err := j.replace(group)
	if err != nil {
		err = fmt.Errorf("compact journal: %w", err)
	}
	return freed + n, err
}

// plan decides about every record of a segment.
func (j *Journal) plan(ctx context.Context, sealed segment, keep func(Record) bool) (plan, error) {
	p := plan{segment: sealed}
	err := j.each(sealed, func(f frame) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		kept := false
		if f.Kind <= MaxKind {
			kept = keep(f.Record)
		} else {
			c, err := decodeChange(f.Kind, f.Payload)
			if err != nil {
				return err
			}
			j.mu.Lock()
			kept = j.outbox.live(f.Seq, c)
			j.mu.Unlock()
		}
		p.keep = append(p.keep, kept)
		if kept {
			p.kept += frameOverhead + int64(len(f.Payload))
		} else {
			p.dropped++
		}
		return nil
	})
	return p, err
}

// each calls fn for every frame of a sealed segment.
func (j *Journal) each(sealed segment, fn func(frame) error) error {
	s, err := openSegment(j.dir, sealed.first)
	if err != nil {
		return err
	}
	defer s.file.Close()
	for {
		f, err := s.scan()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := fn(f); err != nil {
			return err
		}
	}
}

// replace puts one segment in the place of neighbours and returns the bytes that frees. A segment that would
// come out as it is stays.
func (j *Journal) replace(group []plan) (freed int64, err error) {
	j.mu.Lock()
	err = j.usable()
	j.mu.Unlock()
	if err != nil || len(group) == 0 || len(group) == 1 && group[0].dropped == 0 {
		return 0, err
	}
	h := header{first: group[0].first, end: group[len(group)-1].end, size: headerSize, salt: j.salt}
	for _, p := range group {
		h.size += p.kept
	}
	s, err := stageSegment(j.dir, h, func(w io.Writer) error { return j.copyKept(w, group) })
	if err != nil {
		return 0, err
	}
	if err := errors.Join(s.file.Close(), s.publish(j.dir)); err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.failed == nil {
			j.failed = err
		}
		return 0, err
	}
	freed = j.swap(group, segment{first: h.first, end: h.end, size: h.size, compacted: true})
	for _, p := range group[1:] {
		// The new segment's range says that this file is obsolete, should it survive a crash.
		if err := j.dir.Remove(segmentName(p.first)); err != nil {
			return freed, fmt.Errorf("remove merged segment: %w", err)
		}
	}
	return freed, nil
}

// copyKept writes the frames that the plans keep.
func (j *Journal) copyKept(w io.Writer, group []plan) error {
	buffered := bufio.NewWriterSize(w, scanBuffer)
	var buf []byte
	for _, p := range group {
		i := 0
		err := j.each(p.segment, func(f frame) error {
			i++
			if !p.keep[i-1] {
				return nil
			}
			f.back = 0 // batches mean nothing in a segment that was complete before it had its name
			buf = appendFrame(buf[:0], j.salt, f)
			_, err := buffered.Write(buf)
			return err
		})
		if err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// swap puts the new segment on the list in the place of a group and returns the bytes that frees.
func (j *Journal) swap(group []plan, merged segment) int64 {
	freed := -merged.size
	for _, p := range group {
		freed += p.size
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	list := make([]segment, 0, len(j.segments))
	for _, s := range j.segments {
		switch {
		case s.first == merged.first:
			list = append(list, merged)
		case s.first > merged.first && s.first < merged.end:
		default:
			list = append(list, s)
		}
	}
	j.segments = list
	j.used -= freed
	return freed
}

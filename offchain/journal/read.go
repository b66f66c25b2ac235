package journal

import (
	"errors"
	"fmt"
	"io"
	"sort"
)

// Read calls fn for every record that Append wrote and Compact kept, from number from on, in order, up to the
// last that was on disk when Read was called. It ends with the first error of fn, which it returns as it is;
// with a *CorruptError; or with ErrClosed. A journal that has failed can still be read.
func (j *Journal) Read(from Seq, fn func(Record) error) error {
	j.mu.Lock()
	limit, closed := j.durable, j.closed
	j.mu.Unlock()
	if closed {
		return fmt.Errorf("read journal: %w", ErrClosed)
	}
	for next := max(from, 1); next <= limit; {
		s, err := j.openAt(next)
		if err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		next, err = readSegment(s, next, limit, fn)
		if err != nil {
			return err
		}
	}
	return nil
}

// openAt returns a scanner, to be closed, over the segment that stands for a seq, as far as it is on disk. It
// is opened under j.mu because compaction takes a segment off the list before it removes the file.
func (j *Journal) openAt(seq Seq) (*openedScanner, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, ErrClosed
	}
	i := sort.Search(len(j.segments), func(i int) bool { return j.segments[i].end > seq })
	if i == len(j.segments) {
		return nil, fmt.Errorf("%w: no segment holds %d", ErrInvalid, seq)
	}
	s, err := openSegment(j.dir, j.segments[i].first)
	// What compaction may have put there since is longer or shorter than the list says, and on disk.
	if err == nil && !s.compacted() {
		s.limit = j.segments[i].size
	}
	return s, err
}

// openedScanner is a scanner and the file it reads.
type openedScanner struct {
	*scanner
	file file
}

// openSegment opens the file of the segment that starts at first, for scanning all of it.
func openSegment(dir files, first Seq) (*openedScanner, error) {
	f, err := dir.Open(segmentName(first))
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	size, err := f.Size()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("measure segment: %w", err), f.Close())
	}
	s, err := newScanner(f, segmentName(first), size)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &openedScanner{s, f}, nil
}

// readSegment calls fn for the receipts of a segment within [from, limit] and returns the seq to go on with.
func readSegment(s *openedScanner, from, limit Seq, fn func(Record) error) (Seq, error) {
	defer s.file.Close()
	for {
		f, err := s.scan()
		if errors.Is(err, io.EOF) {
			return s.covered(), nil
		}
		if err != nil {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		if f.Seq > limit {
			return f.Seq, nil
		}
		if f.Seq < from || f.Kind > MaxKind {
			continue
		}
		if err := fn(f.Record); err != nil {
			return 0, err
		}
	}
}

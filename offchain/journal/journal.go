package journal

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Journal is an open journal. All its methods may be called by several goroutines at once.
type Journal struct {
	cfg    Config
	dir    files
	salt   uint32
	unlock io.Closer

	closing    sync.Once
	closeErr   error
	compacting sync.Mutex     // held while segments are replaced, and by Close before it lets go of the directory
	commits    sync.WaitGroup // the goroutine that writes batches, when there is one

	active     file  // of the last segment; only the goroutine that writes batches uses it
	activeSize int64 // the same; all of it is on disk

	mu        sync.Mutex // guards the following
	closed    bool
	failed    error             // the first error of the disk
	next      Seq               // of the record queued next
	durable   Seq               // of the last record on disk
	used      int64             // bytes of all segments, and of what is queued
	reserved  int64             // bytes kept free for the end of intents
	segments  []segment         // in order, the one being written last
	outbox    *outbox           // as on disk
	changing  map[string]*batch // the batch a key's change waits in
	queue                       // of records on their way to the disk
	syncs     uint64            // batches written
	refused   uint64            // calls that found no room
	tornBytes int64             // cut away by Open
}

// segment is what is known of a segment file.
type segment struct {
	first, end Seq   // the seqs it stands for: [first, end)
	size       int64 // bytes on disk
	compacted  bool  // written by compaction: seqs may be missing
}

// Open takes the directory, replays what is in it and returns the journal, ready for use. It reads all
// segments once. A second opener, in this process or another, gets a *LockedError; damage is a
// *CorruptError; a torn tail is cut away and shows in Stats. The caller must Close the journal.
func Open(cfg Config) (*Journal, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	dir, err := openDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return open(cfg, dir)
}

// open is Open over any directory.
func open(cfg Config, dir files) (*Journal, error) {
	unlock, err := dir.Lock()
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{
		cfg: cfg.withDefaults(), dir: dir, unlock: unlock,
		outbox: newOutbox(), changing: make(map[string]*batch), next: 1,
	}
	if err := j.restore(); err != nil {
		err = fmt.Errorf("open journal: %w", err)
		if j.active != nil {
			err = errors.Join(err, j.active.Close())
		}
		return nil, errors.Join(err, unlock.Close())
	}
	j.durable = j.next - 1
	j.reserved = j.outbox.reserve()
	for _, s := range j.segments {
		j.used += s.size
	}
	return j, nil
}

// Close writes what is queued, waits for the goroutine that does so and for a Compact under way, and lets go
// of the directory. Calls that come later fail with ErrClosed. A second Close waits for the first and
// returns what it returned.
func (j *Journal) Close() error {
	j.closing.Do(func() {
		j.mu.Lock()
		j.closed = true
		j.wake()
		j.mu.Unlock()
		j.commits.Wait()
		j.compacting.Lock()
		defer j.compacting.Unlock()
		err := j.active.Close()
		if unlockErr := j.unlock.Close(); err == nil {
			err = unlockErr
		}
		if err != nil {
			j.closeErr = fmt.Errorf("close journal: %w", err)
		}
	})
	return j.closeErr
}

// usable returns why nothing may be written any more, or nil. j.mu is held.
func (j *Journal) usable() error {
	if j.closed {
		return ErrClosed
	}
	return j.failure()
}

// failure returns what the disk has done to the journal, or nil. j.mu is held.
func (j *Journal) failure() error {
	if j.failed == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrFailed, j.failed)
}

// Stats is a snapshot for status pages and metrics.
type Stats struct {
	Next        Seq    // the number the next record gets
	Segments    int    // files
	Bytes       int64  // on disk or on the way there
	Reserved    int64  // bytes kept free so that open intents can be finished
	Open        int    // intents waiting to be posted
	Done        int    // finished keys still known
	OutboxBytes int64  // of memory, roughly
	Syncs       uint64 // batches written since Open
	Refused     uint64 // calls answered ErrFull since Open
	TornBytes   int64  // that Open cut away because their write had not finished
	Failure     error  // why nothing can be written any more, ErrClosed included; nil = all is well
}

// Stats returns the state of the journal.
func (j *Journal) Stats() Stats {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Stats{
		Next: j.next, Segments: len(j.segments), Bytes: j.used, Reserved: j.reserved,
		Open: j.outbox.openOrder.Len(), Done: j.outbox.doneOrder.Len(), OutboxBytes: j.outbox.bytes,
		Syncs: j.syncs, Refused: j.refused, TornBytes: j.tornBytes, Failure: j.usable(),
	}
}

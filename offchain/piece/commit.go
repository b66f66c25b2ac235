package piece

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// committer lets callers that arrive while the disk is busy share the next syncs: one fdatasync a volume, then one batch
// of the index. There is no goroutine of its own; the first of those who wait does the work of all and hands on.
type committer struct {
	mu    sync.Mutex
	queue []*request
	busy  bool // somebody works, or has been told to
}

// request is a caller that waits.
type request struct {
	change change
	turn   chan bool // true: do the work; false: it was done
	err    error
}

// submit applies a change and returns when it is durable, or why it is not.
func (s *Store) submit(c change) error {
	r := &request{change: c, turn: make(chan bool, 1)}
	q := &s.commits
	q.mu.Lock()
	q.queue = append(q.queue, r)
	mine := !q.busy
	q.busy = true
	q.mu.Unlock()
	if !mine {
		mine = <-r.turn
	}
	if mine {
		q.work(s.land)
	}
	return r.err
}

// work lands what is queued, wakes those who wait for it, and gives the turn to the first who came since.
func (q *committer) work(land func([]*request)) {
	q.mu.Lock()
	batch := q.queue
	q.queue = nil
	q.mu.Unlock()
	land(batch)
	for _, r := range batch[1:] { // the first is the caller itself
		r.turn <- false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		q.busy = false
		return
	}
	q.queue[0].turn <- true
}

// land makes a batch durable. After an error of the disk nothing is written any more: what a failed sync left behind
// cannot be known, so that trying it again would prove nothing.
func (s *Store) land(batch []*request) {
	err := s.writable()
	if err == nil {
		if err = s.write(batch); err != nil {
			err = s.fail(err)
		}
	}
	if err != nil {
		for _, r := range batch {
			r.err = err
		}
	}
}

// indexRoom is what must be free before the index is written, bytes: its log ends the process if it cannot write. It is
// never more than Config.KeepFree.
const indexRoom = 8 << 20

// writable returns why nothing may be written: an earlier failure, or ErrFull if a write of the index could fill the disk, when
// nothing is wrong with the store.
func (s *Store) writable() error {
	if err := s.failure(); err != nil {
		return err
	}
	free, err := s.disk.Free()
	if err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	if need := min(s.cfg.KeepFree, indexRoom); free < need {
		return fmt.Errorf("write index: %w: %d bytes free, it needs %d", ErrFull, free, need)
	}
	return nil
}

func (s *Store) write(batch []*request) error {
	var synced []*volume
	for _, r := range batch {
		for _, v := range r.change.volumes() {
			if slices.Contains(synced, v) {
				continue
			}
			if err := v.sync(); err != nil {
				return err
			}
			synced = append(synced, v)
		}
	}
	t := s.begin()
	for _, r := range batch {
		r.err = r.change.apply(t)
	}
	return errors.Join(t.commit(), t.b.Close())
}

// fail notes the first failure, which ends all writing.
func (s *Store) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil {
		s.failed = fmt.Errorf("%w: %w", ErrFailed, err)
	}
	return s.failed
}

func (s *Store) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

package journal

import "fmt"

// commitAll writes batch after batch until nobody waits any more. At most one goroutine does so at a time.
func (j *Journal) commitAll() {
	for {
		b := j.takeOff()
		if b == nil {
			return
		}
		j.land(b, j.write(b))
	}
}

// takeOff takes the pending batch, or ends the writing when there is none. Callers that the last sync set
// free come back one after another; a batch that some of them share already waits for the others, at most
// MaxBatchDelay. One caller is never made to wait for company.
func (j *Journal) takeOff() *batch {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.pending == nil {
		j.writing = false
		return nil
	}
	if n := j.pending.callers; n > 1 && n < j.lastCallers && j.cfg.MaxBatchDelay > 0 && j.usable() == nil {
		company := make(chan struct{})
		j.company = company
		j.mu.Unlock()
		fired, stop := j.cfg.Clock.Timer(j.cfg.MaxBatchDelay)
		select {
		case <-company:
		case <-fired:
		}
		stop()
		j.mu.Lock()
		j.company = nil
	}
	b := j.pending
	j.pending, j.flying, j.lastCallers = nil, b, b.callers
	return b
}

// write puts a batch on disk. After an error nothing is written any more: what a failed sync left behind
// cannot be known, so that trying it again would prove nothing.
func (j *Journal) write(b *batch) error {
	j.mu.Lock()
	failed := j.failed
	j.mu.Unlock()
	if failed != nil {
		return failed
	}
	if j.activeSize > headerSize && j.activeSize+int64(len(b.frames)) > j.cfg.SegmentBytes {
		if err := j.roll(b.first); err != nil {
			return err
		}
	}
	if _, err := j.active.WriteAt(b.frames, j.activeSize); err != nil {
		return fmt.Errorf("write batch: %w", err)
	}
	if err := j.active.Sync(); err != nil {
		return fmt.Errorf("sync batch: %w", err)
	}
	j.activeSize += int64(len(b.frames))
	return nil
}

// roll seals the active segment and starts the next with record first.
func (j *Journal) roll(first Seq) error {
	s, err := stageSegment(j.dir, header{first: first, salt: j.salt}, nil)
	if err != nil {
		return err
	}
	sealed := j.active
	j.active, j.activeSize = s.file, headerSize
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("seal segment: %w", err)
	}
	if err := s.publish(j.dir); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.segments = append(j.segments, segment{first: first, end: first, size: headerSize})
	j.used += headerSize
	return nil
}

// land tells the callers of a batch what became of it and takes in its changes if it is on disk.
func (j *Journal) land(b *batch, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flying = nil
	for _, n := range b.changes {
		if j.changing[n.key()] == b {
			delete(j.changing, n.key())
		}
	}
	if err == nil {
		err = j.settle(b)
	}
	if err != nil {
		if j.failed == nil {
			j.failed = err
		}
		b.err = j.failure()
	}
	close(b.done)
	if cap(b.frames) <= 2*MaxBatchBytes {
		j.spare = b.frames
	}
}

// settle takes in a batch that is on disk. j.mu is held.
func (j *Journal) settle(b *batch) error {
	j.syncs++
	j.durable = b.first + Seq(b.count) - 1
	last := &j.segments[len(j.segments)-1]
	last.end, last.size = j.durable+1, j.activeSize
	for _, n := range b.changes {
		if err := j.outbox.apply(n.seq, n.change); err != nil {
			return err
		}
	}
	return nil
}

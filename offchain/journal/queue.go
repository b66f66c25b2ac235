package journal

import (
	"context"
	"fmt"
)

// MaxBatchBytes is the most that one batch holds, bytes on disk.
const MaxBatchBytes = 1 << 20

// draft is a record that has no number yet.
type draft struct {
	kind    uint8
	payload []byte
	change  change // what it does to the outbox, nil for a receipt
	reserve int64  // what it adds to the bytes kept free
}

// batch is the records that one sync makes durable.
type batch struct {
	first   Seq
	count   int
	callers int // who share it
	frames  []byte
	changes []numbered
	done    chan struct{} // closed once err is final
	err     error
}

// numbered is a change and the record that holds it.
type numbered struct {
	seq Seq
	change
}

// queue is what waits for the disk: at most two batches of MaxBatchBytes. It is guarded by Journal.mu.
type queue struct {
	writing     bool          // a goroutine is at it
	pending     *batch        // which callers may still join, nil = nobody waits
	flying      *batch        // on its way to the disk
	lastCallers int           // of the batch before
	company     chan struct{} // closed to end the wait for more callers; nil = no such wait
	spare       []byte        // a buffer to use again
}

// wait returns when the batch is on disk or has failed, or when ctx ends: then it may still get there.
func (b *batch) wait(ctx context.Context) error {
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return fmt.Errorf("wait for the disk: %w", ctx.Err())
	}
}

// submit writes the drafts that decide returns and waits until they are on disk. Decide is called under
// j.mu, again after every wait; it may return no drafts, or a batch to be waited for first.
func (j *Journal) submit(ctx context.Context, decide func() ([]draft, *batch, error)) (Seq, error) {
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		first, mine, before, err := j.trySubmit(decide)
		switch {
		case err != nil:
			return 0, err
		case mine != nil:
			return first, mine.wait(ctx)
		case before == nil:
			return 0, nil
		}
		// What became of the batch before is told to its own callers.
		select {
		case <-before.done:
		case <-ctx.Done():
		}
	}
}

// trySubmit returns the number of the first draft and the batch it is in, or a batch to wait for before
// trying again, or neither when there is nothing to write.
func (j *Journal) trySubmit(decide func() ([]draft, *batch, error)) (first Seq, mine, before *batch, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return 0, nil, nil, err
	}
	drafts, before, err := decide()
	if err != nil || before != nil || len(drafts) == 0 {
		return 0, nil, before, err
	}
	var size, reserve int64
	for _, d := range drafts {
		size += frameOverhead + int64(len(d.payload))
		reserve += d.reserve
	}
	if j.full(size + reserve) {
		j.refused++
		return 0, nil, nil, fmt.Errorf("%w: %d of %d bytes used, %d reserved", ErrFull, j.used, j.cfg.MaxBytes, j.reserved)
	}
	if j.pending != nil && len(j.pending.frames)+int(size) > MaxBatchBytes {
		j.wake()
		if j.flying != nil {
			return 0, nil, j.flying, nil // the pending batch takes off when it lands
		}
		return 0, nil, j.pending, nil
	}
	j.used += size
	j.reserved += reserve
	first, mine = j.enqueue(drafts)
	return first, mine, nil, nil
}

// full reports whether grow more bytes, used or reserved, are too many. Whatever frees at least what it
// takes always fits. j.mu is held.
func (j *Journal) full(grow int64) bool {
	const slack = 2 * headerSize // either batch under way may start a segment
	return grow > 0 && j.used+j.reserved+grow+slack > j.cfg.MaxBytes
}

// enqueue adds the drafts of one caller to the pending batch and sees to it that it is written. j.mu is held.
func (j *Journal) enqueue(drafts []draft) (Seq, *batch) {
	b := j.pending
	if b == nil {
		b = &batch{first: j.next, frames: j.spare[:0], done: make(chan struct{})}
		j.pending, j.spare = b, nil
	}
	first := j.next
	for _, d := range drafts {
		f := frame{Record: Record{Seq: j.next, Kind: d.kind, Payload: d.payload}, back: uint32(b.count)}
		b.frames = appendFrame(b.frames, j.salt, f)
		if d.change != nil {
			b.changes = append(b.changes, numbered{j.next, d.change})
			j.changing[d.change.key()] = b
		}
		b.count++
		j.next++
	}
	b.callers++
	if b.callers >= j.lastCallers {
		j.wake()
	}
	if !j.writing {
		j.writing = true
		j.commits.Go(j.commitAll)
	}
	return first, b
}

// wake ends a wait for more callers. j.mu is held.
func (j *Journal) wake() {
	if j.company != nil {
		close(j.company)
		j.company = nil
	}
}

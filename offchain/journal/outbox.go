package journal

import (
	"container/list"
	"crypto/sha256"
	"fmt"
	"time"
)

// entryBytes is roughly what the maps and lists take for one intent beside its own bytes.
const entryBytes = 256

// openIntent waits to be posted.
type openIntent struct {
	Intent
	notBefore int64 // Unix milliseconds
	retry     Seq   // of the record that holds attempts and notBefore, 0 = none
}

// doneIntent is remembered so that its key is not used twice.
type doneIntent struct {
	key     string
	digest  [sha256.Size]byte
	outcome []byte
	seq     Seq // of the record that holds it
}

// outbox is the state of all intents: nothing but the changes on disk, applied in their order.
type outbox struct {
	open      map[string]*list.Element // of openIntent
	openOrder *list.List               // oldest first
	done      map[string]*list.Element // of doneIntent
	doneOrder *list.List               // first finished first
	forget    Seq                      // of the last forget record, 0 = none
	bytes     int64                    // of memory, roughly
}

func newOutbox() *outbox {
	return &outbox{
		open: make(map[string]*list.Element), openOrder: list.New(),
		done: make(map[string]*list.Element), doneOrder: list.New(),
	}
}

// findOpen returns the open intent of a key, or nil.
func (o *outbox) findOpen(key string) *openIntent {
	if e := o.open[key]; e != nil {
		return e.Value.(*openIntent)
	}
	return nil
}

// findDone returns the finished intent of a key, or nil.
func (o *outbox) findDone(key string) *doneIntent {
	if e := o.done[key]; e != nil {
		return e.Value.(*doneIntent)
	}
	return nil
}

// apply takes in the change that record seq holds. It errs for a sequence of changes no journal writes.
func (o *outbox) apply(seq Seq, c change) error {
	switch c := c.(type) {
	case putChange:
		return o.applyPut(seq, c.Intent)
	case retryChange:
		o.applyRetry(seq, c)
	case doneChange:
		return o.applyDone(seq, c)
	case forgetChange:
		o.forget = seq
		o.dropDone(c.before)
	}
	return nil
}

func (o *outbox) applyPut(seq Seq, in Intent) error {
	if o.open[in.Key] != nil || o.done[in.Key] != nil {
		return fmt.Errorf("%w: second put of key %q", errBadChange, in.Key)
	}
	in.Seq = seq
	o.open[in.Key] = o.openOrder.PushBack(&openIntent{Intent: in})
	o.bytes += in.memory()
	return nil
}

// applyRetry ignores a key that is not open: compaction drops a finished intent before its retries.
func (o *outbox) applyRetry(seq Seq, c retryChange) {
	if in := o.findOpen(c.intentKey); in != nil {
		in.putOff(c)
		in.retry = seq
	}
}

// putOff takes over attempts, reason and time of a retry.
func (in *openIntent) putOff(c retryChange) {
	in.Attempts, in.LastReason, in.notBefore = c.attempts, c.reason, c.notBefore
}

// applyDone also takes a key that is not open: compaction drops the put of a finished intent.
func (o *outbox) applyDone(seq Seq, c doneChange) error {
	if o.done[c.intentKey] != nil {
		return fmt.Errorf("%w: second done of key %q", errBadChange, c.intentKey)
	}
	if e := o.open[c.intentKey]; e != nil {
		o.bytes -= e.Value.(*openIntent).memory()
		o.openOrder.Remove(e)
		delete(o.open, c.intentKey)
	}
	d := &doneIntent{key: c.intentKey, digest: c.digest, outcome: c.outcome, seq: seq}
	o.done[d.key] = o.doneOrder.PushBack(d)
	o.bytes += d.memory()
	return nil
}

// dropDone forgets the keys finished before a seq.
func (o *outbox) dropDone(before Seq) {
	for e := o.doneOrder.Front(); e != nil && e.Value.(*doneIntent).seq < before; e = o.doneOrder.Front() {
		d := e.Value.(*doneIntent)
		o.bytes -= d.memory()
		o.doneOrder.Remove(e)
		delete(o.done, d.key)
	}
}

// doneBefore counts the keys finished before a seq.
func (o *outbox) doneBefore(before Seq) int {
	n := 0
	for e := o.doneOrder.Front(); e != nil && e.Value.(*doneIntent).seq < before; e = e.Next() {
		n++
	}
	return n
}

func (in Intent) memory() int64     { return int64(entryBytes + len(in.Key) + len(in.Payload)) }
func (d *doneIntent) memory() int64 { return int64(entryBytes + len(d.key) + len(d.outcome)) }

// due returns up to limit open intents whose time has come and whose keys are not changing, oldest first. One
// put off further than the longest delay is due as well: the clock was wrong when that was decided, or it is
// now.
func (o *outbox) due(now time.Time, limit int, changing map[string]*batch) []Intent {
	var due []Intent
	ms := now.UnixMilli()
	for e := o.openOrder.Front(); e != nil && len(due) < limit; e = e.Next() {
		in := e.Value.(*openIntent)
		come := in.notBefore <= ms || in.notBefore > ms+MaxRetryDelay.Milliseconds()
		if come && changing[in.Key] == nil {
			copied := in.Intent
			copied.Payload = append([]byte(nil), in.Payload...)
			due = append(due, copied)
		}
	}
	return due
}

// live reports whether the outbox would be rebuilt otherwise if record seq, which holds c, were missing.
func (o *outbox) live(seq Seq, c change) bool {
	switch c := c.(type) {
	case putChange:
		in := o.findOpen(c.Key)
		return in != nil && in.Seq == seq
	case retryChange:
		in := o.findOpen(c.intentKey)
		return in != nil && in.retry == seq
	case doneChange:
		d := o.findDone(c.intentKey)
		return d != nil && d.seq == seq
	default:
		return o.forget == seq
	}
}

package journal

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
)

// forgetReserve is what a Forget may take on disk, the header of a segment it starts included. Each finished
// key keeps as much free, so that Forget, which drops at least one, always fits.
const forgetReserve = headerSize + frameOverhead + 8

// doneReserve is what finishing a key, and forgetting it later, may take on disk. Each open intent keeps as
// much free, so that a journal that is full can still record what became of its intents.
func doneReserve(key string) int64 {
	return int64(headerSize+frameOverhead+fixedWidth(kindDone)+2+len(key)+MaxOutcome) + forgetReserve
}

// reserve is what the intents of an outbox keep free on disk.
func (o *outbox) reserve() int64 {
	sum := int64(o.doneOrder.Len()) * forgetReserve
	for e := o.openOrder.Front(); e != nil; e = e.Next() {
		sum += doneReserve(e.Value.(*openIntent).Key)
	}
	return sum
}

// Put records an intent and returns when it is on disk. A key that is open with the same kind and payload is
// no error and writes nothing. It fails with ErrConflict when the key has another kind or payload, with an
// *AlreadyDoneError when the intent is finished, with ErrFull when there is no room, with ErrInvalid, and as
// Append does.
func (j *Journal) Put(ctx context.Context, in Intent) error {
	if err := in.validate(); err != nil {
		return fmt.Errorf("put intent: %w", err)
	}
	in = Intent{Key: in.Key, Kind: in.Kind, Payload: bytes.Clone(in.Payload), NotAfter: in.NotAfter}
	err := j.submitChange(ctx, in.Key, func() (change, int64, error) {
		if d := j.outbox.findDone(in.Key); d != nil {
			if d.digest != in.digest() {
				return nil, 0, ErrConflict
			}
			return nil, 0, &AlreadyDoneError{Key: d.key, Outcome: bytes.Clone(d.outcome)}
		}
		if known := j.outbox.findOpen(in.Key); known != nil {
			if !known.same(in) {
				return nil, 0, ErrConflict
			}
			return nil, 0, nil
		}
		if j.outbox.bytes+in.memory() > j.cfg.MaxOutboxBytes {
			j.refused++
			return nil, 0, fmt.Errorf("%w: outbox holds %d bytes", ErrFull, j.outbox.bytes)
		}
		return putChange{in}, doneReserve(in.Key), nil
	})
	if err != nil {
		return fmt.Errorf("put intent %q: %w", in.Key, err)
	}
	return nil
}

// Due returns up to limit open intents that no Retry has put off beyond now, oldest first. It hands them out
// again and again until Done or Retry says what became of them, so that one poster at a time should ask; one of
// which Done or Retry is being written is left out. A journal that is closed or has failed returns none: it
// could not record what becomes of them.
func (j *Journal) Due(now time.Time, limit int) []Intent {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.usable() != nil {
		return nil
	}
	return j.outbox.due(now, limit, j.changing)
}

// Retry records that posting failed and puts the next attempt off by after, from 0 to MaxRetryDelay. When
// the journal is full it returns ErrFull: the delay holds, but a restart would not know of it. It fails with
// ErrUnknownKey, with an *AlreadyDoneError, and as Append does.
func (j *Journal) Retry(ctx context.Context, key, reason string, after time.Duration) error {
	after = min(max(after, 0), MaxRetryDelay)
	notBefore := j.cfg.Clock.Now().Add(after).UnixMilli()
	err := j.submitChange(ctx, key, func() (change, int64, error) {
		in, err := j.findOpen(key)
		if err != nil {
			return nil, 0, err
		}
		attempts := max(in.Attempts, in.Attempts+1) // the highest number stays the highest
		c := retryChange{intentKey: key, attempts: attempts, notBefore: notBefore, reason: cut(reason)}
		if j.full(frameOverhead + int64(len(c.encode()))) {
			in.putOff(c)
		}
		return c, 0, nil
	})
	if err != nil {
		return fmt.Errorf("retry intent %q: %w", key, err)
	}
	return nil
}

// cut shortens a reason to MaxReason bytes without leaving half a character.
func cut(reason string) string {
	if len(reason) <= MaxReason {
		return reason
	}
	return strings.ToValidUTF8(reason[:MaxReason], "")
}

// Done records what became of an intent, at most MaxOutcome bytes, and returns when that is on disk. The
// intent is never due again, and its key stays known until Forget. The same outcome again is no error;
// another is an *AlreadyDoneError with the first. It never fails with ErrFull: room for it is kept from Put
// on. It fails with ErrUnknownKey, with ErrInvalid, and as Append does.
func (j *Journal) Done(ctx context.Context, key string, outcome []byte) error {
	if len(outcome) > MaxOutcome {
		return fmt.Errorf("finish intent %q: %w: outcome of %d bytes exceeds %d", key, ErrInvalid, len(outcome), MaxOutcome)
	}
	outcome = bytes.Clone(outcome)
	err := j.submitChange(ctx, key, func() (change, int64, error) {
		if d := j.outbox.findDone(key); d != nil && bytes.Equal(d.outcome, outcome) {
			return nil, 0, nil
		}
		in, err := j.findOpen(key)
		if err != nil {
			return nil, 0, err
		}
		return doneChange{intentKey: key, digest: in.digest(), outcome: outcome}, forgetReserve - doneReserve(key), nil
	})
	if err != nil {
		return fmt.Errorf("finish intent %q: %w", key, err)
	}
	return nil
}

// findOpen returns the open intent of a key or the error that says why there is none. j.mu is held.
func (j *Journal) findOpen(key string) (*openIntent, error) {
	if d := j.outbox.findDone(key); d != nil {
		return nil, &AlreadyDoneError{Key: d.key, Outcome: bytes.Clone(d.outcome)}
	}
	if in := j.outbox.findOpen(key); in != nil {
		return in, nil
	}
	return nil, ErrUnknownKey
}

// Forget drops the keys that were finished by records before a seq, durably; Compact then frees their room.
// A Put of a forgotten key counts as a new intent, so the caller picks a horizon behind which no replay can
// come. It fails as Append does, but never with ErrFull.
func (j *Journal) Forget(ctx context.Context, before Seq) error {
	_, err := j.submit(ctx, func() ([]draft, *batch, error) {
		// What is not on disk yet must not be counted now and dropped later.
		c := forgetChange{before: min(before, j.durable+1)}
		n := j.outbox.doneBefore(c.before)
		if n == 0 {
			return nil, nil, nil
		}
		return []draft{{kind: kindForget, payload: c.encode(), change: c, reserve: -int64(n) * forgetReserve}}, nil, nil
	})
	if err != nil {
		return fmt.Errorf("forget before %d: %w", before, err)
	}
	return nil
}

// submitChange writes the change of one key that decide returns, nil for none, with what it adds to the
// reserve. Changes of one key wait for each other, so that decide, called under j.mu, sees what is on disk.
func (j *Journal) submitChange(ctx context.Context, key string, decide func() (change, int64, error)) error {
	_, err := j.submit(ctx, func() ([]draft, *batch, error) {
		if b := j.changing[key]; b != nil {
			return nil, b, nil
		}
		c, reserve, err := decide()
		if c == nil || err != nil {
			return nil, nil, err
		}
		return []draft{{kind: c.kind(), payload: c.encode(), change: c, reserve: reserve}}, nil, nil
	})
	return err
}

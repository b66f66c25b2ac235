package journal

import (
	"context"
	"fmt"
)

// Append writes a record of a kind from 1 to MaxKind, at most MaxPayload long, and returns its number when it
// is on disk. It fails with ErrInvalid; with ErrFull before anything is written; with ErrFailed, which wraps
// the first error of the disk; with ErrClosed; and with the error of ctx, in which case the record may or may
// not be found later.
func (j *Journal) Append(ctx context.Context, kind uint8, payload []byte) (Seq, error) {
	return j.AppendBatch(ctx, kind, payload)
}

// AppendBatch writes records of one kind and returns the number of the first when all are on disk; the
// others follow without gaps. Together they take at most MaxBatchBytes, 21 bytes a record included. It fails
// as Append does.
func (j *Journal) AppendBatch(ctx context.Context, kind uint8, payloads ...[]byte) (Seq, error) {
	if kind == 0 || kind > MaxKind || len(payloads) == 0 {
		return 0, fmt.Errorf("append: %w: %d records of kind %d", ErrInvalid, len(payloads), kind)
	}
	size := 0
	drafts := make([]draft, len(payloads))
	for i, p := range payloads {
		size += frameOverhead + len(p)
		if len(p) > MaxPayload || size > MaxBatchBytes {
			return 0, fmt.Errorf("append: %w: payload %d of %d bytes is too much", ErrInvalid, i, len(p))
		}
		drafts[i] = draft{kind: kind, payload: p}
	}
	seq, err := j.submit(ctx, func() ([]draft, *batch, error) { return drafts, nil, nil })
	if err != nil {
		return 0, fmt.Errorf("append: %w", err)
	}
	return seq, nil
}

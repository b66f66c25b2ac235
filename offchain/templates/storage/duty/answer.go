package duty

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// answer opens the blocks that were asked for. It comes before everything else: whoever asks may have the layout that
// he asks about followed by another in the same block, and what only the former needs is then forgotten soon.
func (d *Duties) answer(ctx context.Context, height int64) error {
	d.stock.wanted = false
	if !slices.ContainsFunc(d.list, func(duty work.Duty) bool { return duty.Kind == work.DutyOpen }) {
		return nil
	}
	requests, err := d.deps.Chain.OpenRequests(ctx)
	if err != nil {
		d.stock.wanted = true
		return fmt.Errorf("ask for requests: %w", err)
	}
	var errs []error
	for _, r := range requests {
		if height >= r.Deadline {
			continue // the next block is too late
		}
		if err := d.answerOne(ctx, r, height); err != nil {
			d.stock.wanted = true
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (d *Duties) answerOne(ctx context.Context, r work.OpenRequest, height int64) error {
	key := fmt.Sprintf("open/%d", r.ID)
	if !d.sent.due(key, height, ackSpan) {
		return nil
	}
	l := r.Layout
	if h, ok := d.view.byDeal[r.Ref.Deal]; ok && h.Ref == r.Ref {
		for _, known := range []work.Layout{h.Deal.Layout, h.At.Acked} {
			if known.Root == l.Root {
				l.Version = known.Version
			}
		}
	}
	layout, chunk, err := d.deps.Shelf.Open(r.Ref, l, r.Position)
	if errors.Is(err, ErrLost) {
		d.stock.damage(r.Ref, err)
	}
	if err != nil {
		return fmt.Errorf("open byte %d of index %s: %w", r.Position, refKey(r.Ref), err)
	}
	answer := &work.Answer{Request: r.ID, LayoutOpening: layout, ChunkOpening: chunk}
	return d.sent.post(ctx, work.Post{Key: key, Answer: answer}, height, ackSpan, r.Deadline)
}

package duty

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// maxChecks bounds the indices that are looked for on the shelf in a round.
	maxChecks = 128
	// giveBack is after how many rebuilds in vain a node gives back an index that it took, which costs nothing.
	giveBack = 5
)

// keep acknowledges the latest layouts that are durable here, and has everything rebuilt that is missing: indices that
// were taken, layouts that came while the node was away, and what the disk lost. It does so for a part of what is due,
// the next part in the next round.
func (d *Duties) keep(ctx context.Context, height int64) error {
	todo := map[work.IndexRef]bool{}
	var list []work.Held
	for _, h := range d.view.held {
		if d.stock.lacks(h.Ref) || d.stock.heals(h.Ref) || d.behind(h) {
			list = append(list, h)
			todo[h.Ref] = true
		}
	}
	var errs []error
	checks := min(len(list), maxChecks)
	for i := range checks {
		h := list[(d.cursor+i)%len(list)]
		wanted, err := d.keepOne(ctx, h, height)
		if !wanted {
			delete(todo, h.Ref)
		}
		errs = append(errs, err)
	}
	d.cursor = 0
	if len(list) > checks {
		d.cursor = (d.cursor + checks) % len(list)
	}
	d.rebuilds.drop(func(ref work.IndexRef) bool { return !todo[ref] })
	return errors.Join(errs...)
}

// behind tells whether a node has yet to acknowledge the latest layout of a deal. After the deal's last epoch it need
// not, unless it has lost the one it acknowledged: only the latest can be rebuilt, and proven once it is acknowledged.
func (d *Duties) behind(h work.Held) bool {
	lost := h.At.Status == work.IndexHeld && (d.stock.lacks(h.Ref) || d.stock.heals(h.Ref))
	return !h.Deal.Settled && h.Deal.Layout.Version > h.At.Acked.Version && (lost || !d.view.over(h.Deal))
}

// keepOne acknowledges the latest layout of an index or has it rebuilt, and tells whether a rebuild is wanted.
func (d *Duties) keepOne(ctx context.Context, h work.Held, height int64) (bool, error) {
	if d.rebuilds.runs(h) {
		return true, nil
	}
	if d.rebuilds.succeeded(h) {
		d.stock.rebuilt(h.Ref)
	}
	if h.At.Status == work.IndexReserved && (d.rebuilds.failed(h) >= giveBack || d.view.wasReported(h)) {
		return false, d.report(ctx, h, height, ackSpan) // and no ack any more, which could come before it
	}
	if d.behind(h) {
		ready, err := d.acknowledge(ctx, h, height)
		if err != nil || ready {
			return err != nil, err
		}
	} else if d.stock.heals(h.Ref) {
		return true, nil
	}
	d.rebuilds.want(ctx, h, height)
	return true, nil
}

// acknowledge tells the chain that the latest layout of an index is durable here, if it is.
func (d *Duties) acknowledge(ctx context.Context, h work.Held, height int64) (ready bool, err error) {
	key := fmt.Sprintf("ack/%s/%d/%d", refKey(h.Ref), h.Deal.Layout.Version, h.At.Since)
	if !d.sent.due(key, height, ackSpan) {
		return true, nil
	}
	if ready, err = d.deps.Shelf.Has(h.Ref, h.Deal.Layout); err != nil || !ready {
		return false, err
	}
	ack := work.Ack{Ref: h.Ref, Version: h.Deal.Layout.Version}
	return true, d.sent.post(ctx, work.Post{Key: key, Acks: []work.Ack{ack}}, height, ackSpan, 0)
}

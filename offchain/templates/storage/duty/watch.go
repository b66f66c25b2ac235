package duty

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// MaxWatched is how many deals a node looks after in an epoch, besides its own duties.
	MaxWatched = 64
	// maxLooks is how many deals it looks at in one round: the chain is asked about every fellow.
	maxLooks = 2
	// lookGap is how many blocks lie between the looks of two holders of a deal.
	lookGap = 3
	// silentAfter is for how many epochs a fellow may have proven nothing before the chain is asked to call its index
	// lost. Whether it is, the chain knows.
	silentAfter = 2
	// staleAfter is for how many epochs a fellow may have proven nothing before the chain is asked to take it out. Whether it
	// does, the chain knows.
	staleAfter = 4
	// ackEpochs is the number of epochs a node has for its first ack.
	ackEpochs = 2
)

// watch is what a node knows in an epoch about the fellows of its deals.
type watch struct {
	epoch   uint64
	resumed bool                // asked whether the node was taken out
	looked  map[uint64]bool     // deals
	proven  map[uint64]standing // nodes
}

// standing is how a node stands with its proofs.
type standing struct {
	epoch  uint64 // the last one proven
	status work.MemberStatus
}

func newWatch() *watch {
	return &watch{looked: map[uint64]bool{}, proven: map[uint64]standing{}}
}

// watchFellows looks once an epoch at the fellows of the node's deals. Not all holders of a deal look at once, so that
// not all send the same; who comes first changes with the epoch, since a holder may be down.
func (d *Duties) watchFellows(ctx context.Context, height int64) error {
	w, epoch := d.watch, d.view.epoch
	if epoch != w.epoch {
		*w = *newWatch()
		w.epoch = epoch
	}
	errs := []error{d.resume(ctx, height)}
	held, looks := d.view.held, 0
	for i := range min(len(held), MaxWatched) {
		h := held[(epoch*MaxWatched+uint64(i))%uint64(len(held))]
		if d.view.over(h.Deal) || w.looked[h.Ref.Deal] || height-d.view.opened < lookGap*place(h, epoch) {
			continue
		}
		if looks++; looks > maxLooks {
			break
		}
		w.looked[h.Ref.Deal] = true // also if that fails: its other holders look, too
		errs = append(errs, d.lookAt(ctx, h, height))
	}
	return errors.Join(errs...)
}

// place returns where a holder comes among those of its deal in an epoch, from 0 on.
func place(h work.Held, epoch uint64) int64 {
	n := uint64(max(1, h.Deal.Profile.N))
	return int64((uint64(h.Ref.Index) + n - epoch%n) % n)
}

// lookAt asks the chain to deal with the indices of one deal that nobody looks after.
func (d *Duties) lookAt(ctx context.Context, h work.Held, height int64) error {
	deal, indices, err := d.deps.Chain.Deal(ctx, h.Ref.Deal)
	if err != nil {
		return fmt.Errorf("look at deal %d: %w", h.Ref.Deal, err)
	}
	if d.view.over(deal) {
		return nil
	}
	for number, i := range indices {
		ref := work.IndexRef{Deal: deal.ID, Index: number}
		if ref == h.Ref || i.Node == d.cfg.Node {
			continue
		}
		posts, err := d.remedies(ctx, ref, i)
		if err != nil {
			return fmt.Errorf("look at index %s: %w", refKey(ref), err)
		}
		for _, p := range posts {
			if err := d.sent.post(ctx, p, height, maxSpan, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// remedies returns what helps an index, nothing where nothing is wrong.
func (d *Duties) remedies(ctx context.Context, ref work.IndexRef, i work.Index) ([]work.Post, error) {
	epoch := d.view.epoch
	draw := work.Post{Key: fmt.Sprintf("draw/%d/%d", ref.Deal, epoch), Draw: ref.Deal}
	declare := work.Post{Key: fmt.Sprintf("declare/%s/%d", refKey(ref), epoch), Declare: &ref}
	late := epoch >= i.SinceEpoch+ackEpochs
	switch {
	case i.Status == work.IndexUnassigned, i.Status == work.IndexAssigned && late:
		return []work.Post{draw}, nil
	case i.Status == work.IndexReserved && late:
		return []work.Post{declare}, nil
	case i.Status != work.IndexHeld:
		return nil, nil
	}
	s, err := d.standingOf(ctx, i.Node)
	if err != nil {
		return nil, err
	}
	if s.status == work.MemberLeft {
		return []work.Post{declare}, nil
	}
	proven := max(s.epoch, i.FromEpoch-1)
	if proven+silentAfter >= epoch {
		return nil, nil
	}
	if steady, err := d.steady(ctx); err != nil || !steady {
		return nil, err
	}
	posts := []work.Post{declare}
	if s.status == work.MemberJoined && proven+staleAfter < epoch {
		posts = append(posts, work.Post{Key: fmt.Sprintf("prune/%d/%d", i.Node, epoch), Prune: i.Node})
	}
	return posts, nil
}

// standingOf asks once an epoch how a node stands with its proofs.
func (d *Duties) standingOf(ctx context.Context, node uint64) (standing, error) {
	s, ok := d.watch.proven[node]
	if ok {
		return s, nil
	}
	var err error
	if s.epoch, s.status, err = d.deps.Chain.LastProven(ctx, node); err != nil {
		return s, err
	}
	d.watch.proven[node] = s
	return s, nil
}

// steady tells whether the node has proven an epoch that opened while it was here. After a time in which it saw nothing
// itself its fellows may have seen nothing either, and get as much time to come back as it took.
func (d *Duties) steady(ctx context.Context) (bool, error) {
	own, err := d.standingOf(ctx, d.cfg.Node)
	return own.epoch > d.view.since, err
}

// resume brings the node back after it was taken out.
func (d *Duties) resume(ctx context.Context, height int64) error {
	if d.watch.resumed {
		return nil
	}
	suspended, err := d.deps.Chain.Suspended(ctx)
	if err == nil && suspended {
		err = d.sent.post(ctx, work.Post{Key: fmt.Sprintf("resume/%d", d.view.epoch), Resume: true}, height, maxSpan, 0)
	}
	d.watch.resumed = err == nil
	return err
}

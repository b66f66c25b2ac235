package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// maxTries is how often a change is made anew because somebody else has changed the deal meanwhile.
const maxTries = 3

// change is what becomes of a deal's layout.
type change struct {
	added []record.Segment
	drop  func(*record.List) ([]int, error) // numbers of the segments that go
	note  func(attempt) error               // writes down what is about to be sent to the chain
	seen  func(*record.Index) bool          // whether a later list shows that it happened
}

// commit has the holders acknowledge a change and the chain commit it. After ErrUncertain it may have happened or not, after
// any other error it has not and never will.
func (c *Client) commit(f *fleet, s *site, ch change, m *meter) error {
	for range maxTries {
		m.stage(StageAcknowledge)
		made, acks, err := c.acknowledge(f, s, ch)
		if err != nil {
			return err
		}
		until, err := c.until(f.ctx)
		if err != nil {
			return err
		}
		a := attempt{Version: made.Version, Root: made.Root, Until: until}
		if err := errors.Join(ch.note(a), c.book.hasRoom()); err != nil {
			return err
		}
		m.stage(StageCommit)
		err = c.chain.CommitLayout(f.ctx, s.deal.ID, made, acks, a.Until)
		if err == nil {
			return nil
		}
		deal, is, err := c.outcome(f.ctx, s.deal.ID, a, ch.seen, err)
		if is == happened || err != nil {
			return err
		}
		if s, err = c.site(f.ctx, deal); err != nil {
			return fmt.Errorf("%w: %w", ErrConflict, err)
		}
	}
	return fmt.Errorf("%w: %d times", ErrConflict, maxTries)
}

// until returns the height of the last block that a transaction which is sent now may be in.
func (c *Client) until(ctx context.Context) (int64, error) {
	height, err := c.chain.Height(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask for the height: %w", err)
	}
	return height + c.cfg.TxBlocks, nil
}

// outcome finds out what became of a commit that has failed or was not answered. If somebody else was faster it returns the
// deal as it is now.
func (c *Client) outcome(
	ctx context.Context, id uint64, a attempt, seen func(*record.Index) bool, failure error,
) (Deal, verdict, error) {
	ctx, free := within(ctx, c.cfg.Clock, c.cfg.Patience, ErrSlow)
	defer free()
	for {
		deal, err := c.chain.Deal(ctx, id)
		is := undecided
		if err == nil {
			is, err = (&sight{client: c, deal: deal}).decide(ctx, a, seen)
		}
		switch {
		case err != nil:
			return Deal{}, undecided, fmt.Errorf("%w: %w: %w", ErrUncertain, failure, why(ctx, err))
		case is == never && deal.Layout.Version < a.Version:
			return Deal{}, never, fmt.Errorf("%w: %w", ErrExpired, failure)
		case is != undecided:
			return deal, is, nil
		case errors.Is(failure, ErrRejected):
			return Deal{}, never, failure
		}
		height, err := c.chain.Height(ctx)
		if err == nil {
			err = c.chain.WaitHeight(ctx, height+1)
		}
		if err != nil {
			return Deal{}, undecided, fmt.Errorf("%w: %w: %w", ErrUncertain, failure, why(ctx, err))
		}
	}
}

// acknowledge has the holders that are left store the next version of the layout, all at once, and returns it with their acks
// in the order of the indices. Once there are enough, the others have a while to come. Errors: *HoldersError.
func (c *Client) acknowledge(f *fleet, s *site, ch change) (work.Layout, []Ack, error) {
	change, err := s.next(ch)
	if err != nil {
		return work.Layout{}, nil, err
	}
	if err := c.book.offer(change.Deal, change.Made.Version); err != nil {
		return work.Layout{}, nil, err
	}
	type answer struct {
		lane *lane
		ack  Ack
		err  error
	}
	lanes := f.left()
	answers := make(chan answer, len(lanes))
	open := map[*lane]bool{}
	for _, l := range lanes {
		open[l] = true
		go func() {
			ack, err := l.store(change)
			answers <- answer{l, ack, err}
		}()
	}
	var (
		acks []Ack
		last error
		late <-chan time.Time
		stop = func() {}
	)
	defer func() { stop() }()
	for len(open) > 0 {
		select {
		case a := <-answers:
			delete(open, a.lane)
			if a.err != nil {
				f.lose(a.lane, a.err)
				last = a.err
			} else {
				acks = append(acks, a.ack)
			}
			if len(acks) == f.need && late == nil {
				late, stop = c.cfg.Clock.Timer(c.cfg.Straggler)
			}
		case <-late:
			for l := range open {
				l.drop(ErrSlow)
			}
		}
	}
	if err := context.Cause(f.ctx); err != nil {
		return work.Layout{}, nil, err
	}
	if len(acks) < f.need {
		return work.Layout{}, nil, f.short(len(acks), last)
	}
	slices.SortFunc(acks, func(a, b Ack) int { return cmp.Compare(a.Index, b.Index) })
	return change.Made, acks, nil
}

// next returns the change of a site's layout as holders are told.
func (s *site) next(ch change) (Change, error) {
	out := Change{Deal: s.deal.ID, Base: s.deal.Layout}
	var err error
	if out.Added, err = record.NewList(s.deal.Profile.N, ch.added); err != nil {
		return Change{}, err
	}
	list := out.Added
	if s.list != nil {
		drop, err := ch.drop(s.list)
		if err != nil {
			return Change{}, err
		}
		if out.Kept, err = record.Kept(s.list.Len(), drop); err != nil {
			return Change{}, err
		}
		if list, err = s.list.Apply(out.Kept, out.Added); err != nil {
			return Change{}, err
		}
	}
	tree, err := list.Layout()
	if err != nil {
		return Change{}, err
	}
	root := tree.Root()
	out.Made = work.Layout{Version: out.Base.Version + 1, Root: root.Hash, Bytes: root.Bytes}
	return out, nil
}

// blank is the segment that keeps a deal's layout from being empty: a content of one zero byte, whose pieces are all one zero
// byte.
func blank(n int) (record.Segment, error) {
	root, err := proof.GroupCV([]byte{0}, 0, 1)
	if err != nil {
		return record.Segment{}, err
	}
	return record.Segment{Length: 1, Roots: slices.Repeat([][32]byte{root}, n)}, nil
}

// dropBlanks returns the numbers of the blank segments of a list.
func dropBlanks(list *record.List) ([]int, error) {
	b, err := blank(list.Pieces())
	if err != nil {
		return nil, err
	}
	var numbers []int
	for i := range list.Len() {
		if s := list.At(i); s.Length == 1 && s.ID() == b.ID() {
			numbers = append(numbers, i)
		}
	}
	return numbers, nil
}

package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
)

// verdict is what became of a commit.
type verdict int

const (
	undecided verdict = iota // it may still be included
	happened
	never
)

// Resolve asks the chain what became of objects whose commit was not answered: those that are in the deal become stored,
// those that are not are forgotten, and a removal that did not happen is taken back. What can still go either way stays as it
// is; only a later block of the chain says that it cannot, never a clock. Put and Remove begin with it.
func (c *Client) Resolve(ctx context.Context) error {
	end, err := c.takeTurn(ctx)
	if err == nil {
		defer end()
		err = c.resolve(ctx)
	}
	if err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	return nil
}

// resolve is Resolve for who has the turn.
func (c *Client) resolve(ctx context.Context) error {
	entries, err := c.book.undecided()
	if err != nil {
		return err
	}
	sights := map[uint64]*sight{}
	for _, e := range entries {
		if sights[e.Deal] == nil {
			deal, err := c.chain.Deal(ctx, e.Deal)
			if err != nil && !errors.Is(err, ErrNoDeal) {
				return fmt.Errorf("ask for deal %d: %w", e.Deal, err)
			}
			sights[e.Deal] = &sight{client: c, deal: deal}
		}
		if err := c.resolveOne(ctx, sights[e.Deal], e); err != nil {
			return err
		}
	}
	return nil
}

// resolveOne decides about one object, if that is possible yet.
func (c *Client) resolveOne(ctx context.Context, s *sight, e entry) error {
	is, err := s.decide(ctx, e.Attempt, func(x *record.Index) bool { return e.in(x) == (e.State == Pending) })
	switch {
	case errors.Is(err, ErrHolders) || is == undecided && err == nil:
		return nil
	case err != nil:
		return err
	case (is == happened) == (e.State == Pending): // a put that happened, or a removal that did not
		e.State = Stored
		return c.book.setAll([]entry{e})
	default:
		return c.book.deleteAll([]entry{e})
	}
}

// sight is a deal as the chain has it, with its list once somebody has asked for it.
type sight struct {
	client *Client
	deal   Deal
	index  *record.Index
}

// decide finds out what became of an attempt to change a deal. Seen tells it from the list, if there are later
// layouts. Errors: *HoldersError if then nobody gives the list.
func (s *sight) decide(ctx context.Context, a attempt, seen func(*record.Index) bool) (verdict, error) {
	switch version := s.deal.Layout.Version; {
	case version == a.Version && s.deal.Layout.Root == a.Root:
		return happened, nil
	case version == a.Version:
		return never, nil
	case version < a.Version && s.deal.Height >= a.Until:
		return never, nil
	case version < a.Version:
		return undecided, nil
	}
	if s.index == nil {
		found, err := s.client.site(ctx, s.deal)
		if err != nil {
			return undecided, err
		}
		s.index = record.NewIndex(found.list)
	}
	if seen(s.index) {
		return happened, nil
	}
	return never, nil
}

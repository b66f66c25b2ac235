package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// asksAtOnce is how many questions to the chain are under way at once.
const asksAtOnce = 8

// site is a deal as a change of its layout finds it.
type site struct {
	deal    Deal
	list    *record.List // of the latest layout, nil before the first
	holders []Holder     // that have acknowledged it and can take the next one
}

// site returns a deal with its list and the holders that can take a new layout. Errors: ErrNoDeal, *HoldersError.
func (c *Client) site(ctx context.Context, deal Deal) (*site, error) {
	s := &site{deal: deal}
	var err error
	s.holders, err = c.holdersOf(ctx, deal, func(i work.Index) bool { return i.Acked.Version == deal.Layout.Version })
	if err != nil {
		return nil, err
	}
	if need := deal.Profile.Current(); len(s.holders) < need {
		return nil, &HoldersError{Need: need, Have: len(s.holders)}
	}
	if deal.Layout.Version > 0 {
		s.list, err = c.latest(ctx, deal, s.holders)
	}
	return s, err
}

// latest returns the list of the latest layout of a deal.
func (c *Client) latest(ctx context.Context, deal Deal, holders []Holder) (list *record.List, err error) {
	r := c.holders.Read()
	defer func() { err = errors.Join(err, r.Close()) }()
	_, list, err = c.listOf(ctx, r, deal, deal.Layout, holders, func(*record.List) error { return nil })
	return list, err
}

// holdersOf returns who holds the indices of a deal that meet a condition, in the order of the indices.
func (c *Client) holdersOf(ctx context.Context, deal Deal, meets func(work.Index) bool) ([]Holder, error) {
	found := make([]Holder, len(deal.Indices))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(asksAtOnce)
	for i, index := range deal.Indices {
		if index.Node == 0 || index.Status != work.IndexAssigned && index.Status != work.IndexHeld || !meets(index) {
			continue
		}
		group.Go(func() error {
			m, err := c.chain.Member(ctx, index.Node)
			if err != nil {
				return fmt.Errorf("ask for node %d: %w", index.Node, err)
			}
			found[i] = Holder{Index: i, Node: index.Node, Peer: m.Peer, Key: m.PeerKey}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(h Holder) bool { return h.Node == 0 }), nil
}

// listOf returns the list of a layout of a deal from whoever gives one that is accepted, and who that is. Labels of a list are
// hints, so that accept may find in one holder's what another's lacks. Errors: as of race.
func (c *Client) listOf(
	ctx context.Context, r Reader, deal Deal, want work.Layout, holders []Holder, accept func(*record.List) error,
) (Holder, *record.List, error) {
	type answer struct {
		from Holder
		list *record.List
	}
	a, err := race(ctx, c.cfg, holders, func(ctx context.Context, h Holder) (answer, error) {
		list, err := r.Layout(ctx, h, deal.ID, want, deal.Profile.N)
		if err != nil {
			return answer{}, err
		}
		return answer{h, list}, accept(list)
	})
	if err != nil {
		return Holder{}, nil, fmt.Errorf("read layout %d of deal %d: %w", want.Version, deal.ID, err)
	}
	return a.from, a.list, nil
}

// layouts returns the layouts that holders of a deal have acknowledged, the latest first and then those that most have.
func layouts(deal Deal) []work.Layout {
	var list []work.Layout
	counts := map[work.Layout]int{}
	for _, i := range deal.Indices {
		if i.Node == 0 || i.Acked.Version == 0 {
			continue
		}
		if counts[i.Acked]++; counts[i.Acked] == 1 {
			list = append(list, i.Acked)
		}
	}
	slices.SortStableFunc(list, func(a, b work.Layout) int {
		if a == deal.Layout || b == deal.Layout {
			return cmp.Compare(b.Version, a.Version)
		}
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(b.Version, a.Version))
	})
	return list
}

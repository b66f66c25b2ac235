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
	s.holders, err = c.nodesOf(ctx, deal, func(i work.Index) uint64 {
		if i.Acked.Version != deal.Layout.Version {
			return 0
		}
		return holderOf(i)
	})
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
	s := sendScouts(ctx, c.cfg, r, newField(1, deal.Profile.N, holders))
	defer s.end()
	s.await(ctx, 1)
	_, list, err = c.listOf(ctx, r, deal, deal.Layout, s.sorted(holders), func(*record.List) error { return nil })
	return list, err
}

// holderOf returns the node of an index that can take a new layout, 0 if there is none.
func holderOf(i work.Index) uint64 {
	if i.Status == work.IndexAssigned || i.Status == work.IndexHeld {
		return i.Node
	}
	return 0
}

// giverOf returns the node that can have pieces of an index: its holder, or who lost it and may only have been away.
func giverOf(i work.Index) uint64 { return cmp.Or(holderOf(i), i.LostBy) }

// nodesOf returns the nodes of the indices of a deal, each named by node and 0 for none, in the order of the indices.
func (c *Client) nodesOf(ctx context.Context, deal Deal, node func(work.Index) uint64) ([]Holder, error) {
	found := make([]Holder, len(deal.Indices))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(asksAtOnce)
	for i, index := range deal.Indices {
		number := node(index)
		if number == 0 {
			continue
		}
		group.Go(func() error {
			m, err := c.chain.Member(ctx, number)
			if err != nil {
				return fmt.Errorf("ask for node %d: %w", number, err)
			}
			found[i] = Holder{Index: i, Node: number, Peer: m.Peer, Key: m.PeerKey}
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

// mayList returns the layout of which the giver of an index has the list: what its holder has acknowledged. What was
// acknowledged by who lost it is forgotten; most likely it is the latest.
func mayList(deal Deal, i work.Index) work.Layout {
	if holderOf(i) == 0 && i.LostBy != 0 {
		return deal.Layout
	}
	return i.Acked
}

// layouts returns the layouts of which somebody may have the list, the latest first and then those that most holders have
// acknowledged.
func layouts(deal Deal) []work.Layout {
	var list []work.Layout
	counts := map[work.Layout]int{}
	for _, i := range deal.Indices {
		at := mayList(deal, i)
		if at.Version == 0 {
			continue
		}
		if counts[at]++; counts[at] == 1 {
			list = append(list, at)
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

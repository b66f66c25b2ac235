package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// MaxRemoved is how many objects one removal may have.
const MaxRemoved = 1024

// Remove takes objects, each named as for Find, out of their deals, with one commit a deal, and forgets them. An object whose deal
// is over is only forgotten. Errors: ErrInvalid, those of Find, *HoldersError, ErrConflict, ErrRejected, ErrUncertain, and those of
// chain and database; objects of deals that came before the failed one are removed.
func (c *Client) Remove(ctx context.Context, names []string, progress func(Progress)) error {
	if err := c.remove(ctx, names, newMeter(progress, 0)); err != nil {
		return fmt.Errorf("remove: %w", err)
	}
	return nil
}

func (c *Client) remove(ctx context.Context, names []string, m *meter) error {
	if len(names) == 0 || len(names) > MaxRemoved {
		return fmt.Errorf("%w: %d objects, a removal has 1 to %d", ErrInvalid, len(names), MaxRemoved)
	}
	end, err := c.takeTurn(ctx)
	if err != nil {
		return err
	}
	defer end()
	m.stage(StageFind)
	if err := c.resolve(ctx); err != nil {
		return err
	}
	var deals []uint64
	objects := map[uint64][]entry{}
	for _, name := range names {
		e, err := c.own(name)
		if err != nil {
			return err
		}
		if e.State != Stored {
			return fmt.Errorf("%w: of %s, which is %s; try again later", ErrUncertain, e.CID, e.State)
		}
		if objects[e.Deal] == nil {
			deals = append(deals, e.Deal)
		}
		objects[e.Deal] = append(objects[e.Deal], e)
	}
	for _, id := range deals {
		again, err := c.makeRoom(ctx, id, c.removeFrom(ctx, id, objects[id], m))
		if again {
			err = c.removeFrom(ctx, id, objects[id], m)
		}
		if err != nil {
			return fmt.Errorf("deal %d: %w", id, err)
		}
	}
	return nil
}

// removeFrom removes objects of one deal.
func (c *Client) removeFrom(ctx context.Context, id uint64, objects []entry, m *meter) error {
	over, deal, err := c.over(ctx, id)
	if err != nil {
		return err
	}
	if over {
		return c.book.deleteAll(objects)
	}
	ids := map[[32]byte]bool{}
	for _, e := range objects {
		manifest, err := c.book.manifest(e.CID)
		if err != nil {
			return err
		}
		ids[e.Segment] = true
		for _, s := range manifest.Segments {
			ids[s] = true
		}
	}
	s, err := c.site(ctx, deal)
	if err != nil {
		return err
	}
	if s.list == nil {
		return c.book.deleteAll(objects)
	}
	f := c.fleet(ctx, s)
	defer f.close()
	ch := change{
		drop: func(list *record.List) ([]int, error) { return numbers(list, ids), nil },
		note: func(a attempt) error {
			for i := range objects {
				objects[i].State, objects[i].Attempt = Removing, a
			}
			return c.book.setAll(objects)
		},
		seen: func(x *record.Index) bool { return !objects[0].in(x) },
	}
	if len(numbers(s.list, ids)) == s.list.Len() {
		if ch.added, err = c.putBlank(f, s, m); err != nil {
			return err
		}
	}
	err = c.commit(f, s, ch, m)
	switch {
	case err == nil:
		return c.book.deleteAll(objects)
	case errors.Is(err, ErrUncertain):
		return err
	default:
		for i := range objects {
			objects[i].State = Stored
		}
		return errors.Join(err, c.book.setAll(objects))
	}
}

// over says whether a deal takes no layout any more.
func (c *Client) over(ctx context.Context, id uint64) (bool, Deal, error) {
	deal, err := c.chain.Deal(ctx, id)
	if errors.Is(err, ErrNoDeal) {
		return true, Deal{}, nil
	}
	if err != nil {
		return false, Deal{}, fmt.Errorf("ask for deal: %w", err)
	}
	network, err := c.chain.Network(ctx)
	if err != nil {
		return false, Deal{}, fmt.Errorf("ask for the network: %w", err)
	}
	return deal.IsOver(network.Epoch), deal, nil
}

// putBlank sends the blank segment and returns it.
func (c *Client) putBlank(f *fleet, s *site, m *meter) ([]record.Segment, error) {
	coder, err := segment.NewCoder(s.deal.Profile)
	if err != nil {
		return nil, err
	}
	var sent record.Segment
	err = c.upload(f, coder, m, func(u *upload) error {
		if err := u.slot(); err != nil {
			return err
		}
		var coded sync.WaitGroup
		u.send(job{content: []byte{0}}, &sent, &coded)
		coded.Wait()
		return nil
	})
	return []record.Segment{sent}, err
}

// numbers returns which segments of a list have one of the ids, in ascending order.
func numbers(list *record.List, ids map[[32]byte]bool) []int {
	var found []int
	for i := range list.Len() {
		if ids[list.At(i).ID()] {
			found = append(found, i)
		}
	}
	return slices.Clip(found)
}

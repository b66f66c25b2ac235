package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// hasNoRoom says whether that is why a holder has refused what a change of a deal needs.
func hasNoRoom(err error) bool {
	var refusal *wire.Refusal
	return errors.As(err, &refusal) && refusal.Code == wire.Quota
}

// makeRoom makes room for a change of a deal that has failed, and tells whether there may be some now. It can where the holders had
// none because of versions that they have signed and that have not come to the chain: the deal is committed once more, and those go.
// Another commit makes no room for what else may fill a holder, so that none is sent then. Without room it returns why the change has
// failed, or why none could be made.
func (c *Client) makeRoom(ctx context.Context, id uint64, why error) (bool, error) {
	if !errors.Is(why, ErrFull) {
		return false, why
	}
	deal, err := c.chain.Deal(ctx, id)
	if err != nil {
		return false, fmt.Errorf("ask for deal %d: %w", id, err)
	}
	offered, err := c.book.offered(id)
	if err != nil {
		return false, err
	}
	if offered <= deal.Layout.Version {
		return false, why
	}
	if err := c.renew(ctx, deal); err != nil {
		return false, fmt.Errorf("make room in deal %d: %w", id, err)
	}
	return true, nil
}

// settleIn commits something to a deal without a layout while a fleet is busy, so that the deal's nodes stay however long that
// takes. What it returns waits for the end and gives the deal as it is then. If it fails, the fleet ends with its error.
func (c *Client) settleIn(f *fleet, s *site) func() (*site, error) {
	var settled *site
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		var deal Deal
		if deal, err = c.commitAgain(f.ctx, s); err == nil {
			settled, err = c.site(f.ctx, deal)
		}
		if err != nil {
			f.cancel(err)
		}
	}()
	return func() (*site, error) {
		<-done
		return settled, err
	}
}

// renew commits what a deal has once more. Holders keep what they have signed for as long as the chain may yet have it as the
// next version; what was signed for commits that were interrupted can come no more once there is another, and goes.
func (c *Client) renew(ctx context.Context, deal Deal) error {
	s, err := c.site(ctx, deal)
	if err != nil {
		return err
	}
	if deal, err = c.commitAgain(ctx, s); err != nil {
		return err
	}
	return c.chain.WaitHeight(ctx, deal.Height+1) // by then the holders have seen it, too
}

// commitAgain commits the layout of a deal as its next version, of one that has none the blank segment, and returns the deal
// with it.
func (c *Client) commitAgain(ctx context.Context, s *site) (Deal, error) {
	f, m := c.fleet(ctx, s), newMeter(nil, 0)
	defer f.close()
	ch := change{
		drop: func(*record.List) ([]int, error) { return nil, nil },
		note: func(attempt) error { return nil }, // nobody misses it
		seen: func(*record.Index) bool { return true },
	}
	var err error
	if s.list == nil {
		if ch.added, err = c.putBlank(f, s, m); err != nil {
			return Deal{}, err
		}
		ch.drop = dropBlanks
	}
	err = c.commit(f, s, ch, m)
	if errors.Is(err, ErrUncertain) {
		return Deal{}, fmt.Errorf("%w: %v", ErrUnprepared, err) //nolint:errorlint // no object is uncertain
	}
	if err != nil {
		return Deal{}, err
	}
	deal, err := c.chain.Deal(ctx, s.deal.ID)
	if err != nil {
		return Deal{}, fmt.Errorf("ask for deal %d: %w", s.deal.ID, err)
	}
	return deal, nil
}

package client

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

const (
	// MinSpace is the least space of a deal that a put opens, bytes on each index.
	MinSpace = 64 << 20
	// minEpochs is how many epochs a deal must still have for a put to use it, whatever it was asked for.
	minEpochs = 2
	// DefaultTerms is for how many times the epochs of the network's price a put opens a deal unless it is told otherwise,
	// LeastEpochs for how many epochs at least: the month of a network with hours, the hour of a devnet.
	DefaultTerms, LeastEpochs = 30, 600
	// MaxEpochs is the most epochs a deal can have.
	MaxEpochs = 100_000

	spaceStep = 1 << 20 // spaces are whole numbers of it
	// segmentBytes is what a segment takes in a list at most beside its roots: two lengths, a label.
	segmentBytes = 64

	maxDraws = 3 // without an owner more, before a deal is left to a later put
	gib      = 1 << 30
)

// choose returns the deal that a put goes to: the first of the client's own that has the room and whose holders can be reached, or one
// that it has opened. No other is paid for because holders cannot be reached, unless space was asked for.
func (c *Client) choose(ctx context.Context, network Network, need room, opts PutOptions, m *meter) (s *site, opened bool, err error) {
	m.stage(StageDeal)
	deals, height, err := c.chain.Deals(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("ask for deals: %w", err)
	}
	waiting, err := c.adopt(deals, height)
	if err != nil {
		return nil, false, err
	}
	var unreached error // why deals that have the room were passed over: that may be the client's own network
	for _, d := range need.order(deals) {
		own, err := c.book.opener(d.ID)
		if err != nil {
			return nil, false, err
		}
		if !own || !need.fits(d, network.Epoch) {
			continue
		}
		s, err := c.enter(ctx, d.ID, need, m)
		if err == nil {
			return s, false, nil
		}
		var holders *HoldersError
		switch {
		case errors.Is(err, ErrTooLarge), errors.Is(err, ErrOwners):
		case !errors.As(err, &holders):
			return nil, false, err
		case holders.Err != nil:
			unreached = errors.Join(unreached, fmt.Errorf("deal %d: %w", d.ID, err))
		}
	}
	switch {
	case unreached != nil && opts.Space == 0:
		return nil, false, unreached
	case waiting != nil:
		return nil, false, fmt.Errorf("%w: %s", ErrUnopened, waiting)
	}
	id, err := c.openDeal(ctx, network, need, opts)
	if err != nil {
		return nil, false, err
	}
	s, err = c.enter(ctx, id, need, m)
	return s, true, err
}

// enter returns a deal as a put can use it, and waits for its nodes if it is new. A new one that finds too few is cancelled.
func (c *Client) enter(ctx context.Context, id uint64, need room, m *meter) (*site, error) {
	deal, err := c.draw(ctx, id, m)
	var owners *OwnersError
	if errors.As(err, &owners) {
		owners.Cancelled = c.chain.CancelDeal(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	s, err := c.site(ctx, deal)
	if err != nil {
		return nil, err
	}
	segments := need.segments
	if s.list != nil {
		segments += s.list.Len()
	}
	return s, checkList(need.profile, segments, deal.Space)
}

// checkList returns ErrTooLarge if a deal of that space cannot have so many segments.
func checkList(p work.Profile, segments int, space uint64) error {
	if segments > wire.ListLimit(space) || segments*(p.N*wire.RootSize+segmentBytes) > wire.MaxList {
		return fmt.Errorf("%w: a list of %d segments", ErrTooLarge, segments)
	}
	return nil
}

// draw returns a deal once every index of it has a node; a deal that has a layout already may have lost some.
func (c *Client) draw(ctx context.Context, id uint64, m *meter) (Deal, error) {
	for draws := 0; ; {
		deal, err := c.chain.Deal(ctx, id)
		if err != nil {
			return Deal{}, fmt.Errorf("ask for deal %d: %w", id, err)
		}
		missing := 0
		for _, i := range deal.Indices {
			if i.Status == work.IndexUnassigned {
				missing++
			}
		}
		if missing == 0 || deal.Layout.Version > 0 {
			return deal, nil
		}
		if draws == maxDraws {
			return Deal{}, &OwnersError{Deal: id, Need: deal.Profile.N, Missing: missing}
		}
		m.stage(StageDraw)
		height, err := c.chain.Height(ctx)
		if err != nil {
			return Deal{}, fmt.Errorf("draw deal %d: %w", id, err)
		}
		switch err := c.chain.Draw(ctx, id); {
		case errors.Is(err, ErrSeedPending):
			if err := c.chain.WaitHeight(ctx, height+1); err != nil {
				return Deal{}, fmt.Errorf("wait for the seed of deal %d: %w", id, err)
			}
		case errors.Is(err, ErrRejected): // somebody else has asked for it meanwhile, or there is none to be had
			draws++
		case err != nil:
			return Deal{}, fmt.Errorf("draw deal %d: %w", id, err)
		default:
			draws++
		}
	}
}

// openDeal opens a deal and writes down that it is the client's own.
func (c *Client) openDeal(ctx context.Context, network Network, need room, opts PutOptions) (uint64, error) {
	terms := Terms{Profile: need.profile, Space: max(need.bytes, opts.Space, MinSpace), Epochs: need.epochs, MaxRate: opts.MaxRate}
	if err := checkList(terms.Profile, need.segments, terms.Space); err != nil {
		return 0, err
	}
	terms.Space += (spaceStep - terms.Space%spaceStep) % spaceStep
	if terms.MaxRate.IsZero() {
		var err error
		if terms.MaxRate, err = rate(network, terms.Space); err != nil {
			return 0, err
		}
	}
	until, err := c.until(ctx)
	if err != nil {
		return 0, err
	}
	o := opening{Height: until - c.cfg.TxBlocks, Profile: terms.Profile, Space: terms.Space, Until: until}
	if err := errors.Join(c.book.setOpening(o), c.book.hasRoom()); err != nil {
		return 0, err
	}
	id, err := c.chain.OpenDeal(ctx, terms, until)
	switch {
	case err == nil:
		return id, c.book.opened(id)
	case errors.Is(err, ErrRejected):
		return 0, errors.Join(fmt.Errorf("open deal: %w", err), c.book.opened(0))
	default:
		o.Failure = fmt.Sprintf("%.400v", err)
		return 0, errors.Join(fmt.Errorf("%w: %w", ErrUnopened, err), c.book.setOpening(o))
	}
}

// adopt finds the deal whose opening was not answered among the account's deals as of a height. It returns the opening if that
// may still come.
func (c *Client) adopt(deals []work.Deal, height int64) (waiting *opening, err error) {
	o, err := c.book.opening()
	if err != nil || o == nil {
		return nil, err
	}
	for _, d := range deals {
		if d.Opened <= o.Height || d.Profile != o.Profile || d.Space != o.Space {
			continue
		}
		known, err := c.book.opener(d.ID) // of before, where the opening took its height from an endpoint that lags
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, c.book.opened(d.ID)
		}
	}
	if height >= o.Until {
		return nil, c.book.opened(0)
	}
	return o, nil
}

// rate returns what an index of that space costs for an epoch, rounded up, as the chain does.
func rate(n Network, space uint64) (proof.U128, error) {
	if n.PriceEpochs == 0 {
		return proof.U128{}, fmt.Errorf("%w: price for no epochs", ErrInvalid)
	}
	unit := new(big.Int).Mul(big.NewInt(gib), new(big.Int).SetUint64(n.PriceEpochs))
	sum := new(big.Int).Mul(n.Price.Big(), new(big.Int).SetUint64(space))
	sum.Add(sum, unit).Sub(sum, big.NewInt(1)).Quo(sum, unit)
	r, err := proof.FromBig(sum)
	if err != nil {
		return proof.U128{}, fmt.Errorf("find rate: %w", err)
	}
	return r, nil
}

// epochs returns for how many epochs a put opens a deal.
func (n Network) epochs(asked uint64) uint64 {
	if asked == 0 {
		return DefaultEpochs(n.PriceEpochs)
	}
	return asked
}

// DefaultEpochs returns for how many epochs space is bought on a network whose price is for so many.
func DefaultEpochs(priceEpochs uint64) uint64 {
	return min(max(DefaultTerms*priceEpochs, LeastEpochs), MaxEpochs)
}

// profile returns the profile of a put: the one that is asked for, if there are as many owners as it has indices, or the
// widest that leaves room for repair.
func (n Network) profile(asked work.Profile) (work.Profile, error) {
	if asked == (work.Profile{}) {
		return segment.Choose(n.Owners)
	}
	if n.Owners < asked.N {
		return work.Profile{}, &segment.OwnersError{Need: asked.N, Have: n.Owners}
	}
	return asked, nil
}

// opening is a deal whose opening was sent and not answered yet.
type opening struct {
	Height  int64        `json:"height"` // of the chain before it was sent
	Profile work.Profile `json:"profile"`
	Space   uint64       `json:"space"`
	Until   int64        `json:"until_height"` // of the last block it may be in
	Failure string       `json:"failure"`      // what was heard instead of an answer, with the transaction's name if it has one
}

// String says when it was sent, and what was heard of it.
func (o *opening) String() string {
	s := fmt.Sprintf("it was sent at height %d, and a block up to %d may have it", o.Height, o.Until)
	if o.Failure == "" {
		return s + "; the program ended before there was an answer"
	}
	return s + ": " + o.Failure
}

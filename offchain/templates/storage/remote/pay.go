package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// Payer pays holders for what is read from them. Its methods may be called by several goroutines at once.
type Payer interface {
	// Fund sees to it that so many bytes can be paid to each of some holders.
	Fund(ctx context.Context, holders []Peer, bytes uint64) error
	// Purse returns what pays a holder, with enough in it for so many bytes; nil where nothing is to be paid.
	Purse(ctx context.Context, holder Peer, bytes uint64) (Purse, error)
}

// Purse promises a holder what is in one channel. Vouchers are handed over in the order in which Spend returns them.
type Purse interface {
	// Channel is its id.
	Channel() uint64
	// Resume goes on from where the holder says the channel stands, or returns why that cannot be.
	Resume(a work.Account) error
	// Spend pays for bytes that are about to be asked for, with a voucher or from what was promised before.
	Spend(bytes uint64) (work.Voucher, error)
	// Return takes back what was spent for bytes that did not come.
	Return(bytes uint64)
}

// payment is a fetch that is paid for. A holder that says that it is not paid is asked once more, as it may have begun anew since, or
// its price may be another.
type payment struct {
	h     *Holder
	purse Purse
	bytes uint64
	op    string
	m     *wire.Request
	take  func(*wire.Answer) error

	refused bool  // the holder has said that it is not paid
	spent   bool  // the purse counts the bytes as paid
	voucher *call // by which it was handed over; nil where none was needed
}

// fetchPaid makes a fetch of some bytes and pays for it.
func (h *Holder) fetchPaid(ctx context.Context, op string, bytes uint64, m *wire.Request, take func(*wire.Answer) error) error {
	p := &payment{h: h, bytes: bytes, op: op, m: m, take: take}
	for again := false; ; again = true {
		var err error
		if p.purse, err = h.payer.Purse(ctx, h.peer, bytes); err != nil {
			return h.named("pay", err)
		}
		if p.purse == nil {
			return h.ask(ctx, op, m, nil, take)
		}
		c, err := p.start(ctx)
		if err == nil {
			err = c.wait()
		}
		switch {
		case err == nil:
			return nil
		case !again && errors.Is(err, errSpend): // another fetch was faster with the last of it
			continue
		case !again && errors.Is(err, wire.Unpaid):
			p.refused = true // what was spent is taken back when the holder is asked again
			continue
		}
		p.takeBack()
		return p.outcome(err)
	}
}

// errSpend: a purse could not pay.
var errSpend = errors.New("the purse cannot pay")

// errPaidEnd: a holder has ended a stream on which a voucher was handed to it.
var errPaidEnd = errors.New("ended after a payment")

// outcome returns how the fetch ended: where the stream has ended with the answer to the voucher, by that.
func (p *payment) outcome(err error) error {
	if p.voucher == nil || !errors.Is(err, ErrEnded) {
		return err
	}
	if why := p.voucher.wait(); why != nil && !errors.Is(why, ErrEnded) {
		return why
	}
	if p.h.endedByOther() {
		return p.h.named(p.op, fmt.Errorf("%w: %w", errPaidEnd, err))
	}
	return err
}

// start sends a voucher, if one is needed, and then the request. Who pays and who asks where the channel stands take turns, so that
// vouchers arrive in their order.
func (p *payment) start(ctx context.Context) (*call, error) {
	h := p.h
	select {
	case h.paying <- struct{}{}:
		defer func() { <-h.paying }()
	case <-h.over:
		return nil, h.named(p.op, h.why(ctx))
	case <-ctx.Done():
		return nil, h.named(p.op, context.Cause(ctx))
	}
	p.takeBack()
	if p.refused || !h.stands {
		if err := p.standing(ctx); err != nil {
			return nil, err
		}
		h.stands, p.refused = true, false
	}
	v, err := p.purse.Spend(p.bytes)
	if err != nil {
		return nil, h.named("pay", fmt.Errorf("%w: %w", errSpend, err))
	}
	p.spent = true
	if !v.IsNone() {
		p.voucher, err = h.start(ctx, "pay", &wire.Request{Pay: wire.PayWith(v)}, nil, accountOf)
	}
	var c *call
	if err == nil {
		c, err = h.start(ctx, p.op, p.m, nil, p.take)
	}
	return c, err
}

// takeBack takes back what was spent for bytes that did not come.
func (p *payment) takeBack() {
	if p.spent {
		p.purse.Return(p.bytes)
	}
	p.spent = false
}

// standing asks the holder where the channel stands. After something that was not paid all that was promised counts as used, so that
// what follows is paid anew, at whatever price.
func (p *payment) standing(ctx context.Context) error {
	id := p.purse.Channel()
	return p.h.ask(ctx, "ask for the channel's account", &wire.Request{Pay: &wire.Pay{Channel: id}}, nil, func(a *wire.Answer) error {
		if err := accountOf(a); err != nil {
			return err
		}
		at := a.Account.Account(id)
		if p.refused {
			at.Used = at.Latest.Amount
		}
		if err := p.purse.Resume(at); err != nil {
			return fmt.Errorf("%w: %w", ErrBadBytes, err)
		}
		return nil
	})
}

// accountOf takes an answer that says where a channel stands.
func accountOf(a *wire.Answer) error {
	if a.Account == nil {
		return fmt.Errorf("%w: no account of the channel", ErrProtocol)
	}
	return nothing(a)
}

// Fellow shows the holder that this host holds or rebuilds an index of a deal: it reads for nothing then.
func (h *Holder) Fellow(ctx context.Context, deal uint64) error {
	return h.ask(ctx, "present itself as a fellow holder", &wire.Request{Fellow: &wire.Fellow{Deal: deal}}, nil, nothing)
}

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

// fetchPaid makes a fetch of some bytes and pays for it. A holder that says that it is not paid is asked once more, as it may have
// begun anew since or its price may be another.
func (h *Holder) fetchPaid(ctx context.Context, op string, bytes uint64, m *wire.Request, take func(*wire.Answer) error) error {
	purse, err := h.payer.Purse(ctx, h.peer, bytes)
	if err != nil {
		return h.named("pay", err)
	}
	if purse == nil {
		return h.ask(ctx, op, m, nil, take)
	}
	for again := false; ; again = true {
		c, err := h.startPaid(ctx, op, bytes, purse, m, take)
		if err == nil {
			err = c.wait()
		}
		if err == nil {
			return nil
		}
		purse.Return(bytes)
		if again || !errors.Is(err, wire.Unpaid) {
			return err
		}
		h.paying.Lock()
		h.stands = false
		h.paying.Unlock()
	}
}

// startPaid sends a voucher, if one is needed, and then the request.
func (h *Holder) startPaid(ctx context.Context, op string, bytes uint64, purse Purse, m *wire.Request, take func(*wire.Answer) error) (*call, error) {
	h.paying.Lock()
	defer h.paying.Unlock()
	if !h.stands {
		if err := h.standing(ctx, purse); err != nil {
			return nil, err
		}
		h.stands = true
	}
	v, err := purse.Spend(bytes)
	if err != nil {
		return nil, h.named("pay", err)
	}
	if !v.IsNone() {
		// What becomes of it is said by the answer to the request that follows.
		if _, err := h.start(ctx, "pay", &wire.Request{Pay: wire.PayWith(v)}, nil, accountOf); err != nil {
			return nil, err
		}
	}
	return h.start(ctx, op, m, nil, take)
}

// standing asks the holder where the channel stands.
func (h *Holder) standing(ctx context.Context, purse Purse) error {
	return h.ask(ctx, "ask for the channel's account", &wire.Request{Pay: &wire.Pay{Channel: purse.Channel()}}, nil, func(a *wire.Answer) error {
		if err := accountOf(a); err != nil {
			return err
		}
		if err := purse.Resume(a.Account.Account(purse.Channel())); err != nil {
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

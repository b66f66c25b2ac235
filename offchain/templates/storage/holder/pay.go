package holder

import (
	"context"
	"errors"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// payer is by what a stream pays for what it reads. Only who writes answers uses it.
type payer struct {
	channel uint64 // 0 before the first payment
	fellow  bool   // reads for nothing
}

// takePay answers a payment in its turn, so that what was asked for before it is paid by what was there before.
func (t *talk) takePay(ctx context.Context, m *wire.Pay) error {
	if t.h.deps.Till == nil {
		return t.c.WriteAnswer(wire.Refuse(wire.Unpaid, "this node takes no payment").Answer())
	}
	var a work.Account
	var err error
	if v := m.Voucher(); v.IsNone() {
		a, err = t.h.deps.Till.Account(ctx, t.from, m.Channel)
	} else {
		a, err = t.h.deps.Till.Take(ctx, t.from, v)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return t.c.WriteAnswer(wire.Refuse(wire.Unpaid, "%v", err).Answer())
	}
	t.payer.channel = m.Channel
	return t.c.WriteAnswer(&wire.Answer{Account: wire.AccountOf(a)})
}

// takeFellow lets a stream read for nothing if the other side holds or rebuilds an index of a deal of which one is here: who
// repairs is paid for that, and not by readers.
func (t *talk) takeFellow(ctx context.Context, m *wire.Fellow) error {
	if t.h.deps.Till == nil {
		return t.c.WriteAnswer(&wire.Answer{})
	}
	_, err := t.h.ours(ctx, m.Deal)
	ok := err == nil
	if ok {
		ok, err = t.h.deps.Fellows.IsFellow(ctx, m.Deal, t.from)
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && !errors.Is(err, ErrNoDeal) && !errors.Is(err, ErrNotOurs):
		return t.c.WriteAnswer(wire.Refuse(wire.Internal, "the chain cannot be asked").Answer())
	case !ok:
		return t.c.WriteAnswer(wire.Refuse(wire.NotGranted, "deal %d has no two indices, here and with the one that asks", m.Deal).Answer())
	}
	t.payer.fellow = true
	return t.c.WriteAnswer(&wire.Answer{})
}

// charge takes what so many bytes cost off what the other side has paid. It returns how to give that back, or why the bytes are not
// sent.
func (t *talk) charge(ctx context.Context, bytes uint64) (giveBack func(), refusal *wire.Refusal) {
	nothing := func() {}
	if t.h.deps.Till == nil || t.payer.fellow {
		return nothing, nil
	}
	cost := t.h.deps.Till.Cost(bytes)
	if cost.IsZero() {
		return nothing, nil
	}
	if t.payer.channel == 0 {
		return nil, wire.Refuse(wire.Unpaid, "%d bytes cost %s base units and nothing was paid", bytes, cost.Big())
	}
	if err := t.h.deps.Till.Charge(ctx, t.from, t.payer.channel, cost); err != nil {
		return nil, wire.Refuse(wire.Unpaid, "%v", err)
	}
	return func() { t.h.deps.Till.Return(t.payer.channel, cost) }, nil
}

package holder

import (
	"context"
	"errors"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// grant lets a stream store for an index of a deal.
type grant struct {
	ref   work.IndexRef
	space uint64
	n     int
	owed  []entry // what the chain had when the grant came
	over  bool    // guarded by the deal's lock
}

// takeGrant checks a grant, which replaces the one the stream had.
func (t *talk) takeGrant(ctx context.Context, m *wire.Grant) error {
	g, refusal := t.h.checkGrant(ctx, t.from, m)
	if refusal != nil {
		return t.refuse(ctx, refusal)
	}
	t.h.leave(t.grant)
	t.grant = g
	if err := t.h.ready(ctx, g); err != nil {
		return t.refuse(ctx, wire.Refuse(wire.Internal, "the pieces of deal %d cannot be counted", m.Deal))
	}
	return t.answer(ctx, &wire.Answer{})
}

// ready counts the pieces of the deal, which after a start takes its lists into memory.
func (h *Holder) ready(ctx context.Context, g *grant) error {
	if err := take(ctx, h.making); err != nil {
		return err
	}
	defer func() { <-h.making }()
	d := h.lock(g.ref.Deal)
	defer d.mu.Unlock()
	return h.count(d, g.owed)
}

func (h *Holder) checkGrant(ctx context.Context, from [32]byte, m *wire.Grant) (*grant, *wire.Refusal) {
	held, err := h.ours(ctx, m.Deal)
	switch {
	case errors.Is(err, ErrNoDeal), errors.Is(err, ErrNotOurs):
		return nil, wire.Refuse(wire.NotGranted, "deal %d has no index here", m.Deal)
	case err != nil:
		return nil, wire.Refuse(wire.Internal, "the chain cannot be asked")
	case held.Ref.Index != int(m.Index):
		return nil, wire.Refuse(wire.NotGranted, "index %d of deal %d is not here", m.Index, m.Deal)
	}
	height := h.deps.Deals.Height()
	if max(height, m.Height)-min(height, m.Height) > wire.GrantBlocks {
		return nil, wire.Refuse(wire.NotGranted, "grant of height %d at %d", m.Height, height)
	}
	preimage, err := m.Granted(h.key, from).Preimage(h.cfg.Domain)
	if err == nil {
		err = h.deps.Accounts.VerifyAccount(held.Deal.Client, m.ClientKey, preimage, m.Signature)
	}
	if err != nil {
		return nil, wire.Refuse(wire.NotGranted, "not signed by the client of deal %d for this holder and sender", m.Deal)
	}
	return &grant{ref: held.Ref, space: held.Deal.Space, n: held.Deal.Profile.N, owed: owedEntries(held)}, nil
}

// leave ends a grant: what was put under it and is in no list may go when there is need for room.
func (h *Holder) leave(g *grant) {
	if g == nil {
		return
	}
	if d := h.peek(g.ref.Deal); d != nil {
		defer d.mu.Unlock()
	}
	g.over = true
}

package holder

import (
	"context"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
)

// takeStore receives the new segments of a version, waits until the pieces put before are durable, and makes it.
func (t *talk) takeStore(ctx context.Context, m *wire.Store) error {
	switch {
	case t.grant == nil || m.Deal != t.grant.ref.Deal:
		return t.refuse(ctx, wire.Refuse(wire.NotGranted, "store without a grant for deal %d", m.Deal))
	case m.ListBytes > maxBytes(t.grant):
		return t.refuse(ctx, wire.Refuse(wire.BadList, "list of %d bytes", m.ListBytes))
	}
	r, err := t.promise(ctx, nil)
	if err != nil {
		return err
	}
	added, err := t.receiveList(ctx, m.ListBytes)
	if err != nil {
		r.fulfil(answerTo(nil, err))
		return err
	}
	t.puts.Wait()
	c := change{version: m.Version, added: added}
	if m.Base != 0 {
		c.base = &entry{index: uint32(t.grant.ref.Index), version: m.Base, root: [32]byte(m.BaseRoot)}
		for _, k := range m.Kept {
			c.kept = append(c.kept, record.Range{From: k.From, Count: k.Count})
		}
	}
	signature, refusal := t.h.keep(ctx, t.grant.ref, c)
	if refusal != nil {
		r.fulfil(refusal.Answer())
	} else {
		r.fulfil(&wire.Answer{Signature: signature})
	}
	return nil
}

// maxBytes bounds the list of a deal: every segment has a length and a label of up to 5 and 38 bytes, and n roots.
func maxBytes(g *grant) uint64 {
	return min(wire.MaxList, 16+uint64(wire.ListLimit(g.space))*(5+38+32*uint64(g.n)))
}

// receiveList reads a list. Few large ones are received at a time, each in a bounded time, for they are in memory.
func (t *talk) receiveList(ctx context.Context, n uint64) ([]byte, error) {
	if n > smallList {
		if err := take(ctx, t.h.large); err != nil {
			return nil, err
		}
		defer func() { <-t.h.large }()
		bounded, cancel := context.WithTimeout(ctx, t.h.cfg.Patience)
		defer cancel()
		defer t.c.Watch(bounded)()
	}
	b, err := t.c.ReadBody(n)
	if err != nil {
		return nil, fmt.Errorf("receive list: %w", err)
	}
	return b, nil
}

package holder

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// change says how a version comes about.
type change struct {
	version uint64
	base    *entry // nil for none
	kept    []record.Range
	added   []byte // encoded list, empty for none
}

// made is a version before it is signed.
type made struct {
	list   *record.List
	kept   int // segments, the first ones, that were kept
	layout work.Layout
}

// Adopt keeps a list whose pieces this node has rebuilt, and returns what it signs by that. The list must be the one of
// the deal's layout on chain; pieces must be durable in the store. Errors: a *wire.Refusal, whose code says what a client
// would be told.
func (h *Holder) Adopt(ctx context.Context, deal, version uint64, list *record.List) (signature []byte, err error) {
	held, err := h.ours(ctx, deal)
	if err != nil {
		return nil, fmt.Errorf("adopt list: %w", err)
	}
	signature, refusal := h.keep(ctx, held.Ref, change{version: version, added: list.Encode()})
	if refusal != nil {
		return nil, fmt.Errorf("adopt list: %w", refusal)
	}
	return signature, nil
}

// keep makes a version of a deal's layout, checks that its pieces are here, makes it durable, and signs the ack.
func (h *Holder) keep(ctx context.Context, ref work.IndexRef, c change) ([]byte, *wire.Refusal) {
	if err := take(ctx, h.making); err != nil {
		return nil, wire.Refuse(wire.Internal, "interrupted")
	}
	defer func() { <-h.making }()
	held, err := h.ours(ctx, ref.Deal)
	if errors.Is(err, ErrNoDeal) || errors.Is(err, ErrNotOurs) || err == nil && held.Ref != ref {
		return nil, wire.Refuse(wire.NotGranted, "index %d of deal %d is not here any more", ref.Index, ref.Deal)
	}
	if err != nil {
		return nil, wire.Refuse(wire.Internal, "the chain cannot be asked")
	}
	d := h.lock(ref.Deal)
	defer d.mu.Unlock()
	m, refusal := h.make(held, d, c)
	if refusal != nil {
		return nil, refusal
	}
	e := entry{index: uint32(ref.Index), version: m.layout.Version, root: m.layout.Root}
	known := slices.Contains(d.lists, e)
	if !known && e.version > held.Deal.Layout.Version && !renews(m, held.Deal.Layout) && d.waiting(held.Deal.Layout.Version) >= MaxWaiting {
		return nil, wire.Refuse(wire.Quota, "%d versions of deal %d wait for the chain", MaxWaiting, ref.Deal)
	}
	if refusal := h.checkPieces(ref, m); refusal != nil {
		return nil, refusal
	}
	if err := h.enter(d, held, e, m, known); err != nil {
		return nil, wire.Refuse(wire.Internal, "the list cannot be stored")
	}
	ack := proof.Ack{Deal: ref.Deal, Version: m.layout.Version, Root: m.layout.Root, Bytes: m.layout.Bytes, Index: uint32(ref.Index)}
	signature, err := ack.Sign(h.deps.Key, h.cfg.Domain)
	if err != nil {
		return nil, wire.Refuse(wire.Internal, "the ack cannot be signed")
	}
	return signature, nil
}

// make applies a change and checks the outcome against the deal, but not whether the pieces are here.
func (h *Holder) make(held work.Held, d *deal, c change) (made, *wire.Refusal) {
	deal := held.Deal
	if c.version < deal.Layout.Version {
		return made{}, wire.Refuse(wire.BadList, "version %d, the chain has %d", c.version, deal.Layout.Version)
	}
	m, refusal := h.apply(deal, d, c)
	if refusal != nil {
		return made{}, refusal
	}
	tree, err := m.list.Layout()
	if err != nil {
		return made{}, wire.Refuse(wire.BadList, "no layout: %v", err)
	}
	root := tree.Root()
	m.layout = work.Layout{Version: c.version, Root: root.Hash, Bytes: root.Bytes}
	switch {
	case m.list.Len() > wire.ListLimit(deal.Space):
		return made{}, wire.Refuse(wire.BadList, "%d segments, %d bytes of space have at most %d", m.list.Len(), deal.Space, wire.ListLimit(deal.Space))
	case root.Bytes > deal.Space:
		return made{}, wire.Refuse(wire.BadList, "%d bytes on each index, the deal has %d", root.Bytes, deal.Space)
	case m.list.Size() > wire.MaxList:
		return made{}, wire.Refuse(wire.BadList, "list of %d bytes", m.list.Size())
	case c.version == deal.Layout.Version && m.layout != deal.Layout:
		return made{}, wire.Refuse(wire.BadList, "the chain has another version %d", c.version)
	}
	return m, nil
}

// apply puts kept and new segments together.
func (h *Holder) apply(of work.Deal, d *deal, c change) (made, *wire.Refusal) {
	n := of.Profile.N
	base, err := record.NewList(n, nil)
	if err == nil && c.base != nil {
		if !slices.Contains(d.lists, *c.base) {
			return made{}, wire.Refuse(wire.Unknown, "version %d of deal %d is not here", c.base.version, of.ID)
		}
		base, err = h.shelf.list(of.ID, *c.base)
	}
	if errors.Is(err, ErrListDamaged) || errors.Is(err, ErrNoList) {
		return made{}, wire.Refuse(wire.Damaged, "version %d of deal %d cannot be read", c.base.version, of.ID)
	}
	if err != nil {
		return made{}, wire.Refuse(wire.Internal, "the list cannot be read")
	}
	added, err := record.NewList(n, nil)
	if err == nil && len(c.added) > 0 {
		added, err = record.DecodeList(c.added, wire.MaxList)
	}
	if err != nil {
		return made{}, wire.Refuse(wire.BadList, "%v", err)
	}
	list, err := base.Apply(c.kept, added)
	if err != nil {
		return made{}, wire.Refuse(wire.BadList, "%v", err)
	}
	return made{list: list, kept: list.Len() - added.Len()}, nil
}

// checkPieces checks that the store has every piece of the index in the length that the list says. Kept pieces have
// been measured before.
func (h *Holder) checkPieces(ref work.IndexRef, m made) *wire.Refusal {
	refusal := wire.Refuse(wire.Missing, "pieces of index %d are not here", ref.Index)
	for i := range m.list.Len() {
		s := m.list.At(i)
		var ok bool
		var err error
		if i < m.kept {
			ok, err = h.deps.Pieces.Has(s.Roots[ref.Index])
		} else {
			var length uint64
			length, err = h.length(s.Roots[ref.Index])
			ok = length != 0
			if ok && length != s.Length {
				return wire.Refuse(wire.BadList, "segment %d has a piece of %d bytes, not %d", i, length, s.Length)
			}
		}
		if err != nil {
			return wire.Refuse(wire.Internal, "the store cannot be asked")
		}
		if !ok {
			refusal.Missing = append(refusal.Missing, uint64(i))
		}
		if len(refusal.Missing) == wire.MaxMissing {
			break
		}
	}
	if len(refusal.Missing) == 0 {
		return nil
	}
	return refusal
}

// enter makes a version durable: first that the deal refers to its new pieces, then the list.
func (h *Holder) enter(d *deal, held work.Held, e entry, m made, known bool) error {
	if !d.begun {
		if err := h.shelf.begin(d.id); err != nil {
			return err
		}
		d.begun = true
	}
	if err := h.count(d, owedEntries(held)); err != nil {
		return err
	}
	roots := make([][32]byte, 0, m.list.Len()-m.kept)
	for i := m.kept; i < m.list.Len(); i++ {
		roots = append(roots, m.list.At(i).Roots[e.index])
	}
	if err := h.deps.Pieces.Link(d.id, roots...); err != nil {
		return fmt.Errorf("link pieces of deal %d: %w", d.id, err)
	}
	if !known {
		if err := h.shelf.put(d.id, e, m.list.Encode()); err != nil {
			return err
		}
		d.lists = append(d.lists, e)
	}
	if e == ackedEntry(held) {
		return nil
	}
	for i := m.kept; i < m.list.Len(); i++ {
		s := m.list.At(i)
		d.loose.list(s.Roots[e.index], s.Length, h.deps.Deals.Height())
	}
	return nil
}

package duty

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// made is a proof that was posted: the deals that were drawn, each with the root of the layout it was opened in.
type made struct {
	key   string
	epoch uint64
	drawn map[uint64][32]byte
}

// prove proves the claim of an epoch. A proof is made once, and again after its span, or if it was made by a view of the
// chain older than the claim, which had another layout of a drawn deal.
func (d *Duties) prove(ctx context.Context, duty work.Duty, height int64) error {
	span := spanOf(duty.Until - duty.From)
	before, sent := d.proofs[duty.Epoch]
	if sent && !d.sent.due(before.key, height, span) && d.holds(before) {
		return nil
	}
	challenge, err := d.deps.Chain.Challenge(ctx, duty.Epoch)
	if err != nil || !challenge.Fixed {
		return err
	}
	c, err := d.deps.Chain.Claimed(ctx, duty.Epoch)
	if err != nil {
		return err
	}
	of, err := d.claimed(ctx, c)
	if err != nil {
		return fmt.Errorf("prove the claim of epoch %d: %w", duty.Epoch, err)
	}
	from := &witness{Holdings: d.deps.Shelf.Holdings(ctx, duty.Epoch), drawn: map[uint64][32]byte{}}
	if sent && height >= lateOf(duty) {
		d.dealsAlone(&c)
	}
	p, err := d.proofOf(c, of, challenge, from)
	if d.suspect(err, duty.Epoch) {
		return nil // it is rebuilt, and the next round tries again
	}
	if err != nil {
		return fmt.Errorf("prove the claim of epoch %d: %w", duty.Epoch, err)
	}
	digest := sha256.Sum256(slices.Concat(p.Deals, p.Slots, p.Duties))
	m := made{key: fmt.Sprintf("proof/%d/%x", duty.Epoch, digest[:8]), epoch: duty.Epoch, drawn: from.drawn}
	if err := d.postDuty(ctx, work.Post{Key: m.key, Proof: &p}, duty, height); err != nil {
		return err
	}
	d.proofs[duty.Epoch] = m
	return nil
}

// claimed returns what a claim was made of: as it was written down, or, if that was lost, as it comes out again, without what the node
// collected.
func (d *Duties) claimed(ctx context.Context, c work.Claim) (work.Made, error) {
	if made, ok := d.deps.Book.Read(c); ok {
		return made, nil
	}
	leaves, root, err := d.leavesOf(ctx, c.Epoch, func(n proof.Node) bool { return n == c.Deals })
	if err == nil && (root != c.Deals || root.IsEmpty()) {
		err = errUnknown
	}
	return work.Made{Deals: leaves}, err
}

// proofOf returns the proof of a claim. What cannot be shown of slots and duties is given up: what deals owe does not depend on it.
func (d *Duties) proofOf(c work.Claim, of work.Made, challenge work.Challenge, from proof.Holdings) (work.Proven, error) {
	p := work.Proven{Epoch: c.Epoch}
	var err error
	if !c.Deals.IsEmpty() {
		if p.Deals, err = makeProof(of.Deals, challenge, from); err != nil {
			return p, err
		}
	}
	if !c.Slots.IsEmpty() {
		if p.Slots, err = proveSlots(of.Slots, challenge); err != nil {
			d.deps.Log.Warn("the slots of a claim cannot be proven and are given up", "epoch", c.Epoch, "error", err)
		}
	}
	if !c.Duties.IsEmpty() {
		if p.Duties, err = proveDuties(of.Duties, challenge); err != nil {
			d.deps.Log.Warn("the duties of a claim cannot be proven and are given up", "epoch", c.Epoch, "error", err)
		}
	}
	if len(p.Deals)+len(p.Slots)+len(p.Duties) == 0 {
		return p, errUnknown
	}
	return p, nil
}

// holds tells whether the chain has the layouts that a proof was made with as those of the claim.
func (d *Duties) holds(m made) bool {
	for deal, root := range m.drawn {
		if h, ok := d.view.byDeal[deal]; ok && h.At.Status == work.IndexHeld && h.At.ProvedBy(m.epoch).Root != root {
			return false
		}
	}
	return true
}

// suspect takes note of an index that the proof of an epoch could not be made with because something of it is missing
// or damaged, and tells whether that is why. What only a layout needed that has been followed by another cannot be
// rebuilt.
func (d *Duties) suspect(err error, epoch uint64) bool {
	var draw *proof.DrawError
	if !errors.As(err, &draw) {
		return false
	}
	h, held := d.view.byDeal[draw.Item]
	if !held || h.At.ProvedBy(epoch) != h.At.Acked {
		return false
	}
	if !errors.Is(err, ErrLost) && !errors.Is(err, proof.ErrChunk) && !errors.Is(err, proof.ErrLayout) {
		return false
	}
	d.stock.damage(h.Ref, err)
	return true
}

func makeProof(leaves []proof.Leaf, c work.Challenge, from proof.Holdings) ([]byte, error) {
	trie, err := trieOf(leaves)
	if err != nil {
		return nil, err
	}
	p, err := proof.ProveStorage(trie, c.Seed, c.Openings, from)
	if err != nil {
		return nil, err
	}
	return p.Encode()
}

// witness notes which layouts a proof is made with.
type witness struct {
	proof.Holdings
	drawn map[uint64][32]byte
}

// Layout returns the layout of a deal, and the index.
func (w *witness) Layout(deal uint64) (*proof.Layout, uint32, error) {
	l, index, err := w.Holdings.Layout(deal)
	if err == nil {
		w.drawn[deal] = l.Root().Hash
	}
	return l, index, err
}

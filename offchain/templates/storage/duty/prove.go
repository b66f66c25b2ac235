package duty

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

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
	if m, ok := d.proofs[duty.Epoch]; ok && !d.sent.due(m.key, height, span) && d.holds(m) {
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
	leaves, err := d.claimed(ctx, c)
	if err != nil {
		return fmt.Errorf("prove the claim of epoch %d: %w", duty.Epoch, err)
	}
	from := &witness{Holdings: d.deps.Shelf.Holdings(ctx, duty.Epoch), drawn: map[uint64][32]byte{}}
	encoded, err := makeProof(leaves, challenge, from)
	if d.suspect(err, duty.Epoch) {
		return nil // it is rebuilt, and the next round tries again
	}
	if err != nil {
		return fmt.Errorf("prove the claim of epoch %d: %w", duty.Epoch, err)
	}
	digest := sha256.Sum256(encoded)
	m := made{key: fmt.Sprintf("proof/%d/%x", duty.Epoch, digest[:8]), epoch: duty.Epoch, drawn: from.drawn}
	post := work.Post{Key: m.key, Proof: &work.Proven{Epoch: duty.Epoch, Proof: encoded}}
	if err := d.postDuty(ctx, post, duty, height); err != nil {
		return err
	}
	d.proofs[duty.Epoch] = m
	return nil
}

// claimed returns what a claim was made of: as it was written down, or, if that was lost, as it comes out again.
func (d *Duties) claimed(ctx context.Context, c work.Claim) ([]proof.Leaf, error) {
	if leaves, ok := d.deps.Book.Read(c.Epoch, c.Root); ok {
		return leaves, nil
	}
	leaves, _, err := d.leavesOf(ctx, c.Epoch, func(n proof.Node) bool { return n.Hash == c.Root })
	if err == nil && leaves == nil {
		err = errUnknown
	}
	return leaves, err
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
	trie, err := proof.BuildTrie(proof.LeafList(leaves))
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

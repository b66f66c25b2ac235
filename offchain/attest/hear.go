package attest

import (
	"context"
	"crypto/ed25519"
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// HearSummons takes a summons of a node to watch it in slots of this epoch: in each, at a height that nobody else knows. Errors:
// ErrStranger, ErrNotNow for another epoch, ErrNotDrawn for slots in which this node was not drawn, and those of the chain.
func (a *Attest) HearSummons(ctx context.Context, from ed25519.PublicKey, s Summons) error {
	p, err := a.planOf(ctx, from, s)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.Epoch != a.epoch.Number {
		return fmt.Errorf("%w: epoch %d, this is %d", ErrNotNow, s.Epoch, a.epoch.Number)
	}
	return a.take(s, p)
}

// take notes the visits of a node that was summoned.
func (a *Attest) take(s Summons, p plan) error {
	for _, slot := range p.Slots {
		if s.Slots>>slot.Slot&1 == 0 || a.height+1 >= p.until(slot) {
			continue
		}
		seat, drawn := slot.Seat(a.cfg.Node)
		if !drawn {
			return fmt.Errorf("%w: node %d in slot %d of epoch %d", ErrNotDrawn, s.Node, slot.Slot, s.Epoch)
		}
		at := probe{epoch: s.Epoch, node: s.Node, slot: slot.Slot}
		if a.probes[at] == nil {
			from, until := max(p.from(slot), a.height+1), p.until(slot)
			last := until - min(retries, (until-from)/4)
			a.probes[at] = &visit{at: from + a.deps.Dice(max(1, last-from)), until: until, worth: seat.Worth}
		}
	}
	return nil
}

// planOf returns who watches the node that summons, for whom the chain is asked once an epoch. Of a peer that is not known to be a node
// that is watched it is asked once a block at most, whomever it says to be.
func (a *Attest) planOf(ctx context.Context, from ed25519.PublicKey, s Summons) (plan, error) {
	a.mu.Lock()
	p, known := a.watched[s.Node]
	epoch, asked := a.epoch.Number, a.asked[string(from)]
	full := len(a.watched) >= a.cfg.MaxWatched || len(a.asked) >= a.cfg.MaxWatched
	if s.Epoch == epoch && !known && !full {
		a.asked[string(from)] = true
	}
	a.mu.Unlock()
	switch {
	case s.Epoch != epoch:
		return plan{}, fmt.Errorf("%w: epoch %d, this is %d", ErrNotNow, s.Epoch, epoch)
	case !known && asked:
		return plan{}, fmt.Errorf("%w: the chain was asked for this peer in this block already", ErrNotNow)
	case !known && full:
		return plan{}, fmt.Errorf("%w: %d nodes are watched already", ErrNotNow, a.cfg.MaxWatched)
	}
	if err := a.isNode(ctx, from, s.Node); err != nil || known {
		return p, err
	}
	p, err := a.ask(ctx, s.Node, s.Epoch)
	if err != nil {
		return plan{}, err
	}
	if !p.known {
		return plan{}, fmt.Errorf("%w: nobody knows yet who watches in epoch %d", ErrNotNow, s.Epoch)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.epoch.Number == s.Epoch {
		a.watched[s.Node] = p
	}
	return p, nil
}

// HearProbe answers a watcher that asks in a slot whether the node is there, with the node's signature. Errors: ErrStranger,
// ErrNotNow, ErrNotDrawn, and those of the chain.
func (a *Attest) HearProbe(ctx context.Context, from ed25519.PublicKey, p Probe) ([]byte, error) {
	if err := a.isWatched(p, true); err != nil {
		return nil, err
	}
	if err := a.isNode(ctx, from, p.Watcher); err != nil {
		return nil, err
	}
	a.mu.Lock()
	if p.Epoch == a.epoch.Number {
		a.heard[p.Watcher] |= 1 << p.Slot
	}
	a.mu.Unlock()
	watch := proof.Watch{Epoch: p.Epoch, Slot: p.Slot, Node: a.cfg.Node, Watcher: p.Watcher}
	return watch.Answer(a.deps.Key, a.cfg.Domain)
}

// HearAttestation keeps the attestation of a watcher; when it returns nil it is durable. Errors: ErrStranger, ErrNotNow, ErrNotDrawn,
// those of proof.Watch.VerifyAttestation, of the chain and of the book.
func (a *Attest) HearAttestation(ctx context.Context, from ed25519.PublicKey, t Attestation) error {
	if err := a.isWatched(t.Probe, false); err != nil {
		return err
	}
	if err := a.isNode(ctx, from, t.Watcher); err != nil {
		return err
	}
	watch := proof.Watch{Epoch: t.Epoch, Slot: t.Slot, Node: a.cfg.Node, Watcher: t.Watcher}
	if err := watch.VerifyAttestation(from, a.cfg.Domain, t.Sig); err != nil {
		return err
	}
	return a.deps.Book.Seal(ctx, t.Epoch, t.Slot, proof.Seal{Watcher: t.Watcher, Sig: [proof.SignatureSize]byte(t.Sig)})
}

// isNode returns ErrStranger unless a peer is the host of a node.
func (a *Attest) isNode(ctx context.Context, peer ed25519.PublicKey, node uint64) error {
	key, err := a.deps.Chain.PeerKey(ctx, node)
	if err != nil {
		return err
	}
	if !key.Equal(peer) {
		return fmt.Errorf("%w: node %d", ErrStranger, node)
	}
	return nil
}

// isWatched returns ErrNotDrawn unless a watcher was drawn for a slot of this node, and ErrNotNow for another epoch than this and the
// last. now tells that the slot must not be over; an attestation may come later.
func (a *Attest) isWatched(p Probe, now bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	own := a.own
	switch {
	case p.Epoch == a.epoch.Number && p.Epoch != 0:
	case p.Epoch == a.last && p.Epoch != 0:
		own = a.lastOwn
	default:
		return fmt.Errorf("%w: epoch %d, this is %d", ErrNotNow, p.Epoch, a.epoch.Number)
	}
	slot, ok := own.slot(p.Slot)
	if !own.known || !ok {
		return fmt.Errorf("%w: slot %d of epoch %d", ErrNotDrawn, p.Slot, p.Epoch)
	}
	if _, drawn := slot.Seat(p.Watcher); !drawn {
		return fmt.Errorf("%w: node %d in slot %d of epoch %d", ErrNotDrawn, p.Watcher, p.Slot, p.Epoch)
	}
	// Heights of two nodes differ by a block or two.
	if now && (a.height+slack < own.from(slot) || a.height >= own.until(slot)+slack) {
		return fmt.Errorf("%w: slot %d is from height %d to %d, this is %d", ErrNotNow, p.Slot, own.from(slot), own.until(slot)-1, a.height)
	}
	return nil
}

// retries is how many blocks of a slot are kept for those whose first probe fails.
const retries = 3

// slack is by how many blocks the views of two nodes may differ.
const slack = 2

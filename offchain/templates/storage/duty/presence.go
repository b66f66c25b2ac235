package duty

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// ofPresence tells whether a claim is due although no deal owes anything: what there is to claim is only that the node was there.
func ofPresence(duty work.Duty) bool { return duty.Kind == work.DutyClaim && duty.AtStake.IsZero() }

// collected returns what the node can claim of an epoch beside its deals, and whether to wait for more: until half of the window, as what
// was attested may be handed over a little later. Where it cannot be known it is given up in the last quarter of the window, so that what
// deals owe is claimed in time.
func (d *Duties) collected(ctx context.Context, duty work.Duty, height int64) (got work.Attested, waits bool, err error) {
	got, until, err := d.deps.Presence.Collected(ctx, duty.Epoch)
	if err == nil {
		late := min(lateBlocks, (duty.Until-duty.From)/4)
		return got, height < min(halfOf(duty), max(until, duty.From)+late), nil
	}
	if height < lateOf(duty) || ofPresence(duty) {
		return work.Attested{}, true, err
	}
	d.deps.Log.Warn("an epoch is claimed without uptime, of which nothing can be found out", "epoch", duty.Epoch, "error", err)
	return work.Attested{}, false, nil
}

// dealsAlone takes slots and duties off a claim that is not on chain, or not proven, although it was sent, shortly before it is too late: if
// they are the reason, what deals owe does not go with them. It tells whether there were any beside deals.
func (d *Duties) dealsAlone(c *work.Claim) bool {
	if c.Deals.IsEmpty() || c.Slots.IsEmpty() && c.Duties.IsEmpty() {
		return false
	}
	d.deps.Log.Warn("uptime is given up so that what deals owe is in time", "epoch", c.Epoch)
	*c = work.Claim{Epoch: c.Epoch, Deals: c.Deals}
	return true
}

// claimOf returns the claim of an epoch.
func claimOf(epoch uint64, deals proof.Node, m work.Made) (work.Claim, error) {
	slots, err := slotTrie(m.Slots)
	if err != nil {
		return work.Claim{}, err
	}
	duties, err := dutyTrie(m.Duties)
	if err != nil {
		return work.Claim{}, err
	}
	return work.Claim{Epoch: epoch, Deals: deals, Slots: slots.Root(), Duties: duties.Root()}, nil
}

// keyOf names the post of a claim.
func keyOf(c work.Claim) string {
	roots := sha256.New()
	for _, n := range []proof.Node{c.Deals, c.Slots, c.Duties} {
		roots.Write(n.Hash[:])
	}
	return fmt.Sprintf("claim/%d/%x", c.Epoch, roots.Sum(nil)[:8])
}

// slotTrie returns the trie over slots in which the node was attested.
func slotTrie(slots []work.AttestedSlot) (*proof.Trie, error) {
	var leaves []proof.Leaf
	for _, s := range slots {
		seals, err := proof.EncodeSeals(s.Seals)
		if err != nil {
			return nil, fmt.Errorf("slot %d: %w", s.Slot, err)
		}
		leaves = append(leaves, proof.SlotLeaf(s.Slot, seals))
	}
	return trieOf(leaves)
}

// dutyTrie returns the trie over what the node did as a watcher.
func dutyTrie(duties []proof.Duty) (*proof.Trie, error) {
	var leaves []proof.Leaf
	for _, d := range duties {
		l, err := d.Leaf()
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, l)
	}
	return trieOf(leaves)
}

// proveSlots returns the proof of the slots of a claim.
func proveSlots(slots []work.AttestedSlot, c work.Challenge) ([]byte, error) {
	trie, err := slotTrie(slots)
	if err != nil {
		return nil, err
	}
	p, err := proof.ProveUptime(trie, c.Seed, c.Watched, func(slot uint64) ([]byte, error) {
		for _, s := range slots {
			if uint64(s.Slot) == slot {
				return proof.EncodeSeals(s.Seals)
			}
		}
		return nil, errUnknown
	})
	if err != nil {
		return nil, err
	}
	return p.Encode()
}

// proveDuties returns the proof of the duties of a claim.
func proveDuties(duties []proof.Duty, c work.Challenge) ([]byte, error) {
	trie, err := dutyTrie(duties)
	if err != nil {
		return nil, err
	}
	return proof.ProveDuties(trie, c.Seed, c.Watched)
}

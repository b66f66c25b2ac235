package proof

import "fmt"

// A watcher's duties are a Merkle-sum trie over what it did in an epoch: one leaf for each slot of a node it was drawn to watch and
// was answered in, weighted by what that is worth. A proof opens some of them; the answer is in the leaf.

// TagDuty draws a position among the duties of a claim.
const TagDuty = "duty"

// MaxWatched is the number of the last node that can be watched.
const MaxWatched = 1<<58 - 1

// Duty is one thing a watcher did: it asked a node in a slot, and was answered.
type Duty struct {
	Node   uint64 // number of the node that was watched, at most MaxWatched
	Slot   uint32 // below MaxSlots
	Weight U128   // what the chain says the duty is worth
	Answer [SignatureSize]byte
}

// Leaf returns the leaf of the duty: item node · 64 + slot, its weight, and the answer. It returns ErrRange for a node or a slot
// beyond the last.
func (d Duty) Leaf() (Leaf, error) {
	if d.Node > MaxWatched || d.Slot >= MaxSlots {
		return Leaf{}, fmt.Errorf("duty to watch node %d in slot %d: %w", d.Node, d.Slot, ErrRange)
	}
	return Leaf{Item: d.Node*MaxSlots + uint64(d.Slot), Weight: d.Weight, Data: d.Answer[:]}, nil
}

// DutyOf reads what Duty.Leaf makes; the result shares no memory with the leaf. It returns ErrRange for an answer of another length.
func DutyOf(l Leaf) (Duty, error) {
	if len(l.Data) != SignatureSize {
		return Duty{}, fmt.Errorf("answer of %d bytes: %w", len(l.Data), ErrRange)
	}
	return Duty{
		Node: l.Item / MaxSlots, Slot: uint32(l.Item % MaxSlots), Weight: l.Weight, Answer: [SignatureSize]byte(l.Data),
	}, nil
}

// VerifyDuties checks a multiproof against the root of a claim's duties, the seed and the number of draws k. Position i is
// Draw(seed, TagDuty, i, sum). check is asked once for each duty that was opened, in the order in which they were drawn first,
// whether the watcher had it, whether it is worth its weight, and whether the answer is the node's.
//
// What fails at one duty is a *DrawError that wraps the error of check, or ErrRange. What fails for the proof as a whole is
// ErrDraws or an error of VerifyMultiproof.
func VerifyDuties(root Node, seed [32]byte, k int, multiproof []byte, check func(Duty) error) error {
	opened, err := verifyDrawn(root, seed, TagDuty, k, multiproof)
	if err != nil {
		return fmt.Errorf("verify duties: %w", err)
	}
	for i, o := range opened {
		if firstDraw(opened, o.Leaf.Item) < i {
			continue
		}
		d, err := DutyOf(o.Leaf)
		if err == nil {
			err = check(d)
		}
		if err != nil {
			return &DrawError{Draw: i, Of: "duty", Item: o.Leaf.Item, Err: err}
		}
	}
	return nil
}

// ProveDuties makes the multiproof of a claim's duties for a seed and k draws; errors as of Draws and Trie.Prove.
func ProveDuties(t *Trie, seed [32]byte, k int) ([]byte, error) {
	p, _, err := proveDrawn(t, seed, TagDuty, k)
	if err != nil {
		return nil, fmt.Errorf("prove duties: %w", err)
	}
	return p, nil
}

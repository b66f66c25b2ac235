package duty

import (
	"context"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// hopeless is after how many rebuilds in vain a holder says that an index is lost: its fellows cannot help, and
// what is reported costs less than what is found out.
const hopeless = 3

// lateBlocks is for how many blocks after the last slot of an epoch attestations may still be handed over. Of a short window a quarter
// is enough: there must be time for a claim that is refused to be made again.
const lateBlocks = 2

// claim says what an epoch was worth: the sum over all deals that owe the node for it, the slots in which it was attested, and what it
// did as a watcher. What the claim is made of is durable before the claim is. A claim that came out otherwise than before is another post.
func (d *Duties) claim(ctx context.Context, duty work.Duty, height int64) error {
	if waits, err := d.settleLosses(ctx, duty, height); err != nil || waits {
		return err
	}
	deals, root, err := d.leavesOf(ctx, duty.Epoch, func(n proof.Node) bool { return n.Sum == duty.AtStake })
	if err != nil {
		return fmt.Errorf("claim epoch %d: %w", duty.Epoch, err)
	}
	if root.Sum != duty.AtStake {
		return fmt.Errorf("claim epoch %d, for which the chain owes %s: %w", duty.Epoch, duty.AtStake, errTotal)
	}
	got, waits, err := d.collected(ctx, duty, height)
	if err != nil {
		return fmt.Errorf("claim epoch %d: %w", duty.Epoch, err)
	}
	if waits {
		return nil
	}
	made := work.Made{Deals: deals, Attested: got}
	c, err := claimOf(duty.Epoch, root, made)
	if err != nil {
		return fmt.Errorf("claim epoch %d: %w", duty.Epoch, err)
	}
	if c.IsEmpty() {
		return nil
	}
	if height >= lateOf(duty) && d.sent.knows(keyOf(c)) && d.dealsAlone(&c) {
		made.Attested = work.Attested{}
	}
	d.present[c.Epoch] = true
	if _, ok := d.deps.Book.Read(c); !ok {
		if err := d.deps.Book.Write(ctx, c, made); err != nil {
			return fmt.Errorf("write down the claim of epoch %d: %w", c.Epoch, err)
		}
	}
	return d.postDuty(ctx, work.Post{Key: keyOf(c), Claim: &c}, duty, height)
}

// settleLosses tells whether the claim of an epoch should wait: for its place, so that not all nodes claim in one block;
// in the first half of the window for what is being compared or rebuilt; and then, but for the last quarter, for reports
// of what cannot be rebuilt, which it makes. An index that was claimed and cannot be opened can spoil the proof of all
// others. For one that is neither rebuilt nor hopeless the risk is taken: there is time until the end of the proof
// window.
func (d *Duties) settleLosses(ctx context.Context, duty work.Duty, height int64) (bool, error) {
	window := duty.Until - duty.From
	half, late := duty.From+window/2, lateOf(duty)
	waits := height < half && (d.stock.epoch < d.view.epoch || height < duty.From+int64(d.cfg.Node%uint64(1+window/8)))
	var errs []error
	for _, h := range d.view.held {
		if !d.stock.lacks(h.Ref) || !owed(h, duty.Epoch) {
			continue
		}
		switch {
		case height < half:
			waits = true
		case height < late && d.stock.lost(h.Ref) && d.view.epoch < h.Deal.LastEpoch && d.rebuilds.failed(h) >= hopeless:
			errs = append(errs, d.report(ctx, h, height, spanOf(window)))
			waits = true // for the report, as long as a claim without the index can be in time
		}
	}
	return waits, errors.Join(errs...)
}

// report says that the node's index of a deal is lost, or that it will not rebuild the one it took.
func (d *Duties) report(ctx context.Context, h work.Held, height, span int64) error {
	key := fmt.Sprintf("lost/%s/%d", refKey(h.Ref), h.At.Since)
	if d.sent.due(key, height, span) {
		d.deps.Log.Error("an index cannot be rebuilt, which is reported", "deal", h.Ref.Deal, "index", h.Ref.Index, "status", h.At.Status)
	}
	if err := d.sent.post(ctx, work.Post{Key: key, Lost: &h.Ref}, height, span, 0); err != nil {
		return err
	}
	d.view.report(h)
	d.declined[h.Ref] = true // others may have more luck
	return nil
}

// lateOf returns the height from which on a claim waits for nothing: the last quarter of its window.
func lateOf(duty work.Duty) int64 { return duty.Until - max(2, (duty.Until-duty.From)/4) }

// leavesOf returns the leaves of the claim for an epoch, one for every deal that owes the node for it, and the root of
// their trie, if it is right; else an empty root. The chain is asked for stints that have ended only where those that go on are not
// all.
func (d *Duties) leavesOf(ctx context.Context, epoch uint64, right func(proof.Node) bool) ([]proof.Leaf, proof.Node, error) {
	var leaves []proof.Leaf
	known := map[uint64]bool{}
	for _, h := range d.view.held {
		if owed(h, epoch) {
			leaves, known[h.Ref.Deal] = append(leaves, proof.Leaf{Item: h.Ref.Deal, Weight: h.Deal.Rate}), true
		}
	}
	trie, err := trieOf(leaves)
	if err != nil {
		return nil, proof.Node{}, err
	}
	if right(trie.Root()) {
		return leaves, trie.Root(), nil
	}
	ended, err := d.deps.Chain.Ended(ctx, epoch)
	if err != nil {
		return nil, proof.Node{}, err
	}
	for _, s := range ended {
		if !known[s.Ref.Deal] {
			leaves, known[s.Ref.Deal] = append(leaves, proof.Leaf{Item: s.Ref.Deal, Weight: s.Rate}), true
		}
	}
	trie, err = trieOf(leaves)
	if err != nil || !right(trie.Root()) {
		return nil, proof.Node{}, err
	}
	return leaves, trie.Root(), nil
}

// trieOf returns a trie of a claim; the root of one without leaves is empty.
func trieOf(leaves []proof.Leaf) (*proof.Trie, error) {
	trie, err := proof.BuildTrie(proof.LeafList(leaves))
	if err != nil {
		return nil, fmt.Errorf("build the trie of a claim: %w", err)
	}
	return trie, nil
}

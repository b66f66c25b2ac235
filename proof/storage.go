package proof

import (
	"encoding/binary"
	"fmt"
)

// MaxStorageProof bounds an encoded storage proof in bytes: 16 openings of the largest layouts over a claim of 2^20 deals take
// some 48,000.
const MaxStorageProof = 64 << 10

// StorageProof shows for k draws over a claim that the deals drawn owe what the claim says and that the drawn bytes are
// at hand. Opening i belongs to draw i, also where several draws fall into one deal: each has a byte position of its
// own.
type StorageProof struct {
	Multiproof []byte    // opens the drawn leaves of the claim, see VerifyMultiproof
	Openings   []Opening // one for each draw, in the order of the draws
}

// Opening leads from a deal's layout to one chunk of one piece.
type Opening struct {
	Layout []byte // see VerifyLayout
	Chunk  []byte // see VerifyChunk
}

// Encode returns the multiproof, the number of openings, and for each its layout and its chunk part; every byte string
// after its length, all lengths as minimal varints. It returns ErrDraws for a number of openings outside 1…MaxDraws and
// ErrTooLarge for more than MaxStorageProof bytes.
func (p StorageProof) Encode() ([]byte, error) {
	if len(p.Openings) < 1 || len(p.Openings) > MaxDraws {
		return nil, fmt.Errorf("encode %d openings: %w", len(p.Openings), ErrDraws)
	}
	b := appendPrefixed(nil, p.Multiproof)
	b = binary.AppendUvarint(b, uint64(len(p.Openings)))
	for _, o := range p.Openings {
		b = appendPrefixed(b, o.Layout)
		b = appendPrefixed(b, o.Chunk)
	}
	if len(b) > MaxStorageProof {
		return nil, fmt.Errorf("encode storage proof of %d bytes: %w", len(b), ErrTooLarge)
	}
	return b, nil
}

// DecodeStorageProof reads what Encode writes and nothing else; the parts alias b. It refuses more than MaxStorageProof
// bytes before any work. Errors: ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange, ErrNotCanonical, ErrDraws.
func DecodeStorageProof(b []byte) (StorageProof, error) {
	if len(b) > MaxStorageProof {
		return StorageProof{}, fmt.Errorf("decode storage proof of %d bytes: %w", len(b), ErrTooLarge)
	}
	c := cursor{rest: b}
	p := StorageProof{Multiproof: c.prefixed(MaxStorageProof)}
	count := c.uvarint()
	if c.err == nil && (count < 1 || count > MaxDraws) {
		c.fail(ErrDraws)
	}
	if c.err == nil {
		p.Openings = make([]Opening, count)
	}
	for i := range p.Openings {
		p.Openings[i] = Opening{Layout: c.prefixed(MaxStorageProof), Chunk: c.prefixed(MaxStorageProof)}
	}
	if err := c.end(); err != nil {
		return StorageProof{}, fmt.Errorf("decode storage proof: %w", err)
	}
	return p, nil
}

// DealView is what the chain's state says about a deal from the view of the node that proves it.
type DealView struct {
	Weight      U128     // what the deal owes this node for the epoch; the leaf must say the same
	LayoutHash  [32]byte // hash of the root of the layout version this node last acknowledged
	LayoutBytes uint64   // sum at that root: bytes an index has; at least 1
	N           uint32   // pieces of each segment
	Index       uint32   // which of them this node holds
}

// Verify checks a storage proof against a claim's root node (hash and total), the seed and the number of draws k. lookup
// is asked once for each drawn deal, in the order of the draws. Position i of the claim is Draw(seed, TagLeaf, i, total);
// byte i of its deal is Draw(seed, TagByte, i, LayoutBytes).
//
// What fails at one draw is a *DrawError that wraps the error of lookup, ErrWeight, or the errors of VerifyLayout and
// VerifyChunk. What fails for the proof as a whole is ErrDraws, or an error of VerifyMultiproof. Nothing is looked up
// before the multiproof holds.
func (p StorageProof) Verify(root Node, seed [32]byte, k int, lookup func(deal uint64) (DealView, error)) error {
	if len(p.Openings) != k {
		return fmt.Errorf("verify storage proof: %d openings for %d draws: %w", len(p.Openings), k, ErrDraws)
	}
	opened, err := verifyDrawn(root, seed, TagLeaf, k, p.Multiproof)
	if err != nil {
		return fmt.Errorf("verify storage proof: %w", err)
	}
	views := make([]DealView, k)
	for i, o := range opened {
		deal := o.Leaf.Item
		if j := firstDraw(opened, deal); j < i {
			views[i] = views[j]
		} else if views[i], err = lookup(deal); err != nil {
			return &DrawError{Draw: i, Of: "deal", Item: deal, Err: fmt.Errorf("look up deal: %w", err)}
		}
		if o.Leaf.Weight != views[i].Weight {
			return &DrawError{Draw: i, Of: "deal", Item: deal, Err: ErrWeight}
		}
		if err := p.Openings[i].verify(views[i], Draw(seed, TagByte, uint64(i), U64(views[i].LayoutBytes))); err != nil {
			return &DrawError{Draw: i, Of: "deal", Item: deal, Err: err}
		}
	}
	return nil
}

// firstDraw returns the first draw that fell into the leaf of an item.
func firstDraw(opened []Opened, item uint64) int {
	i := 0
	for opened[i].Leaf.Item != item {
		i++
	}
	return i
}

// verify checks that the opening leads to the chunk that holds a byte position, below 2^64, of the view's index.
func (o Opening) verify(v DealView, pos U128) error {
	root := LayoutNode{Hash: v.LayoutHash, Bytes: v.LayoutBytes}
	piece, err := VerifyLayout(root, v.N, v.Index, pos.Lo, o.Layout)
	if err != nil {
		return err
	}
	_, err = VerifyChunk(piece.Root, piece.Length, piece.Chunk(), o.Chunk)
	return err
}

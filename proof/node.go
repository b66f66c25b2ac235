package proof

import (
	"crypto/sha256"
	"fmt"
)

// First byte of what is hashed in a Merkle-sum trie, so that a leaf can never be read as an inner node.
const (
	tagLeaf  = 0x00
	tagInner = 0x01
)

// Node is what a Merkle-sum trie commits to at one place: a hash and the sum of the weights below it. The zero Node is
// the empty place, and no other node has the sum 0.
type Node struct {
	Hash [32]byte
	Sum  U128
}

// IsEmpty reports whether n stands for a place without leaves.
func (n Node) IsEmpty() bool { return n.Sum.IsZero() }

// LeafNode returns the node of a leaf: SHA-256(0x00 ‖ data) and the leaf's weight. data must contain the weight, or the
// hash would not commit to it. It returns ErrZeroWeight for weight 0.
func LeafNode(data []byte, weight U128) (Node, error) {
	if weight.IsZero() {
		return Node{}, ErrZeroWeight
	}
	var stack [1 + MaxLeafSize]byte
	b := append(append(stack[:0], tagLeaf), data...)
	return Node{Hash: sha256.Sum256(b), Sum: weight}, nil
}

// Inner returns the node above l and r: SHA-256(0x01 ‖ l.Hash ‖ l.Sum ‖ r.Hash ‖ r.Sum) with sums of 16 bytes,
// big-endian. Above two empty places it is empty. It returns ErrOverflow if the sums exceed 128 bits and ErrNotCanonical
// for a child with sum 0 and a hash.
func Inner(l, r Node) (Node, error) {
	for _, child := range [2]Node{l, r} {
		if child.IsEmpty() && child != (Node{}) {
			return Node{}, fmt.Errorf("join nodes: sum 0 with a hash: %w", ErrNotCanonical)
		}
	}
	if l.IsEmpty() && r.IsEmpty() {
		return Node{}, nil
	}
	sum, err := l.Sum.Add(r.Sum)
	if err != nil {
		return Node{}, fmt.Errorf("join nodes: %w", err)
	}
	var b [1 + 2*(32+U128Size)]byte
	ls, rs := l.Sum.Bytes(), r.Sum.Bytes()
	b[0] = tagInner
	copy(b[1:], l.Hash[:])
	copy(b[33:], ls[:])
	copy(b[49:], r.Hash[:])
	copy(b[81:], rs[:])
	return Node{Hash: sha256.Sum256(b[:]), Sum: sum}, nil
}

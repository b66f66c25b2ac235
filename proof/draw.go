package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// MaxDraws bounds the draws of one proof.
const MaxDraws = 64

// Tags of the two draws of a storage proof. Their bits are independent of each other, because the tag is hashed.
const (
	// TagLeaf draws a position in the claim's total, and with it a leaf.
	TagLeaf = "leaf"
	// TagByte draws a byte of an index of the deal that the leaf names.
	TagByte = "byte"
)

// drawPrefix separates draws from every other use of SHA-256 over a seed.
const drawPrefix = "mesh/draw/v1\x00"

// Draw returns position i of the sequence that seed and tag define: uniform over [0, total), up to a bias of
// total/2^128, and 0 if total is 0. It is Scale(r, total) with r the first 16 bytes, big-endian, of SHA-256 over
// "mesh/draw/v1" and a zero byte, the seed, the tag after its length as a varint, and i as 8 bytes, big-endian. The seed
// should already be bound to network, epoch and node, or all claims are drawn at the same share of their totals.
func Draw(seed [32]byte, tag string, i uint64, total U128) U128 {
	var stack [len(drawPrefix) + 32 + 1 + 32 + 8]byte
	b := append(stack[:0], drawPrefix...)
	b = append(b, seed[:]...)
	b = binary.AppendUvarint(b, uint64(len(tag)))
	b = append(b, tag...)
	b = binary.BigEndian.AppendUint64(b, i)
	sum := sha256.Sum256(b)
	return Scale(U128FromBytes([U128Size]byte(sum[:U128Size])), total)
}

// Draws returns the positions 0 to k−1 of a sequence. It returns ErrDraws unless 1 ≤ k ≤ MaxDraws.
func Draws(seed [32]byte, tag string, k int, total U128) ([]U128, error) {
	if k < 1 || k > MaxDraws {
		return nil, fmt.Errorf("draw %d positions: %w", k, ErrDraws)
	}
	out := make([]U128, k)
	for i := range out {
		out[i] = Draw(seed, tag, uint64(i), total)
	}
	return out, nil
}

// proveDrawn opens what k draws over a trie fall on; errors as of Draws and Trie.Prove.
func proveDrawn(t *Trie, seed [32]byte, tag string, k int) ([]byte, []Opened, error) {
	draws, err := Draws(seed, tag, k, t.Root().Sum)
	if err != nil {
		return nil, nil, err
	}
	return t.Prove(draws)
}

// verifyDrawn returns what k draws over the trie with that root fall on, as the multiproof shows; errors as of Draws and
// VerifyMultiproof.
func verifyDrawn(root Node, seed [32]byte, tag string, k int, multiproof []byte) ([]Opened, error) {
	draws, err := Draws(seed, tag, k, root.Sum)
	if err != nil {
		return nil, err
	}
	return VerifyMultiproof(root, draws, multiproof)
}

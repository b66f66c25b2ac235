package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Limits of a claim's leaf in bytes.
const (
	// MaxLeafData bounds Leaf.Data.
	MaxLeafData = 64
	// MaxLeafSize bounds an encoded leaf: item, weight, length of the data, data. It is below the 120 bytes that the
	// size of proofs is planned with.
	MaxLeafSize = maxVarint64 + maxVarint128 + 1 + MaxLeafData
)

// Leaf is one item of a claim with its weight, and up to 64 bytes beside it that the claim commits to. In the trie of a
// claim's deals the item is the id of a deal and the weight what it owes the claiming node for the epoch; what it is in the
// other tries of a claim, SlotLeaf and Duty.Leaf say.
type Leaf struct {
	Item   uint64
	Weight U128   // above 0
	Data   []byte // at most MaxLeafData bytes
}

// Key returns the leaf's place in the trie: SHA-256 of the item as 8 bytes, big-endian. The bit at depth d is bit
// 7−d%8 of byte d/8.
func (l Leaf) Key() [32]byte { return itemKey(l.Item) }

func itemKey(item uint64) [32]byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], item)
	return sha256.Sum256(b[:])
}

// keyBit returns the turn at a depth: 0 left, 1 right.
func keyBit(key *[32]byte, depth int) byte { return key[depth/8] >> (7 - depth%8) & 1 }

// AppendTo appends the canonical bytes: item, weight and length of the data as minimal varints, then the data. It
// returns ErrZeroWeight for weight 0 and ErrTooLarge for too much data.
func (l Leaf) AppendTo(dst []byte) ([]byte, error) {
	if l.Weight.IsZero() {
		return nil, fmt.Errorf("encode leaf of item %d: %w", l.Item, ErrZeroWeight)
	}
	if len(l.Data) > MaxLeafData {
		return nil, fmt.Errorf("encode leaf of item %d: data: %w", l.Item, ErrTooLarge)
	}
	dst = binary.AppendUvarint(dst, l.Item)
	dst = appendUvarint128(dst, l.Weight)
	return appendPrefixed(dst, l.Data), nil
}

// DecodeLeaf reads what AppendTo writes and nothing else. Data aliases b. Errors: ErrTooLarge, ErrTruncated,
// ErrTrailing, ErrRange, ErrNotCanonical, ErrZeroWeight.
func DecodeLeaf(b []byte) (Leaf, error) {
	c := cursor{rest: b}
	if len(b) > MaxLeafSize {
		c.fail(ErrTooLarge)
	}
	l := readLeaf(&c)
	if err := c.end(); err != nil {
		return Leaf{}, fmt.Errorf("decode leaf: %w", err)
	}
	return l, nil
}

func readLeaf(c *cursor) Leaf {
	l := Leaf{Item: c.uvarint(), Weight: c.uvarint128(), Data: c.prefixed(MaxLeafData)}
	if l.Weight.IsZero() {
		c.fail(ErrZeroWeight)
	}
	return l
}

// Node returns the leaf's node in the trie; errors as of AppendTo.
func (l Leaf) Node() (Node, error) {
	var stack [MaxLeafSize]byte
	b, err := l.AppendTo(stack[:0])
	if err != nil {
		return Node{}, err
	}
	return LeafNode(b, l.Weight)
}

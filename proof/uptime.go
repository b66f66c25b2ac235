package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A node's uptime is a Merkle-sum trie over the slots of an epoch in which enough of its watchers attested it: one leaf of weight
// 1 for each, which commits to their signatures. A proof opens some of the slots and shows the signatures.

const (
	// TagSlot draws a slot among those a claim says were attested.
	TagSlot = "slot"
	// MaxSlots bounds the slots of an epoch.
	MaxSlots = 64
	// MaxSeals bounds the attestations of a slot.
	MaxSeals = 64
)

// sealsPrefix separates the digest of seals from every other use of SHA-256.
const sealsPrefix = "mesh/seals/v1\x00"

// sealSize is the most bytes of an encoded seal.
const sealSize = maxVarint64 + SignatureSize

// Seal is one watcher's attestation of a slot.
type Seal struct {
	Watcher uint64 // number of its node
	Sig     [SignatureSize]byte
}

// EncodeSeals returns the number of seals and for each its watcher, both as minimal varints, and its signature. Watchers must be in
// strictly ascending order (ErrOrder), 1 to MaxSeals of them (ErrRange).
func EncodeSeals(seals []Seal) ([]byte, error) {
	if len(seals) < 1 || len(seals) > MaxSeals {
		return nil, fmt.Errorf("encode %d seals: %w", len(seals), ErrRange)
	}
	b := binary.AppendUvarint(nil, uint64(len(seals)))
	for i, s := range seals {
		if i > 0 && seals[i-1].Watcher >= s.Watcher {
			return nil, fmt.Errorf("encode seal %d: %w", i, ErrOrder)
		}
		b = binary.AppendUvarint(b, s.Watcher)
		b = append(b, s.Sig[:]...)
	}
	return b, nil
}

// DecodeSeals reads what EncodeSeals writes and nothing else. Errors: ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange, ErrOrder,
// ErrNotCanonical.
func DecodeSeals(b []byte) ([]Seal, error) {
	c := cursor{rest: b}
	if len(b) > maxVarint64+MaxSeals*sealSize {
		c.fail(ErrTooLarge)
	}
	count := c.uvarint()
	if c.err == nil && (count < 1 || count > MaxSeals) {
		c.fail(ErrRange)
	}
	var seals []Seal
	if c.err == nil {
		seals = make([]Seal, count)
	}
	for i := range seals {
		seals[i].Watcher = c.uvarint()
		copy(seals[i].Sig[:], c.take(SignatureSize))
		if i > 0 && seals[i-1].Watcher >= seals[i].Watcher {
			c.fail(ErrOrder)
		}
	}
	if err := c.end(); err != nil {
		return nil, fmt.Errorf("decode seals: %w", err)
	}
	return seals, nil
}

// SlotLeaf returns the leaf of a slot that was attested with the encoded seals: its number, weight 1, and SHA-256 over
// "mesh/seals/v1", a zero byte and the seals.
func SlotLeaf(slot uint32, seals []byte) Leaf {
	sum := sha256.Sum256(append([]byte(sealsPrefix), seals...))
	return Leaf{Item: uint64(slot), Weight: U64(1), Data: sum[:]}
}

// UptimeProof shows for k draws over a claim's slots that they were attested.
type UptimeProof struct {
	Multiproof []byte   // opens the drawn slots, see VerifyMultiproof
	Seals      [][]byte // of each slot that was opened, in the order in which they were drawn first
}

// Encode returns the multiproof, the number of slots that were opened, and the seals of each; every byte string after its length, all
// lengths as minimal varints. It returns ErrDraws for a number of slots outside 1…MaxDraws and ErrTooLarge for more than
// MaxProofSize bytes.
func (p UptimeProof) Encode() ([]byte, error) {
	if len(p.Seals) < 1 || len(p.Seals) > MaxDraws {
		return nil, fmt.Errorf("encode %d slots: %w", len(p.Seals), ErrDraws)
	}
	b := appendPrefixed(nil, p.Multiproof)
	b = binary.AppendUvarint(b, uint64(len(p.Seals)))
	for _, s := range p.Seals {
		b = appendPrefixed(b, s)
	}
	if len(b) > MaxProofSize {
		return nil, fmt.Errorf("encode uptime proof of %d bytes: %w", len(b), ErrTooLarge)
	}
	return b, nil
}

// DecodeUptimeProof reads what Encode writes and nothing else; the parts alias b. It refuses more than MaxProofSize bytes before
// any work. Errors: ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange, ErrNotCanonical, ErrDraws.
func DecodeUptimeProof(b []byte) (UptimeProof, error) {
	if len(b) > MaxProofSize {
		return UptimeProof{}, fmt.Errorf("decode uptime proof of %d bytes: %w", len(b), ErrTooLarge)
	}
	c := cursor{rest: b}
	p := UptimeProof{Multiproof: c.prefixed(MaxProofSize)}
	count := c.uvarint()
	if c.err == nil && (count < 1 || count > MaxDraws) {
		c.fail(ErrDraws)
	}
	if c.err == nil {
		p.Seals = make([][]byte, count)
	}
	for i := range p.Seals {
		p.Seals[i] = c.prefixed(MaxProofSize)
	}
	if err := c.end(); err != nil {
		return UptimeProof{}, fmt.Errorf("decode uptime proof: %w", err)
	}
	return p, nil
}

// Verify checks an uptime proof against the root of a claim's slots, whose sum is their number, the seed and the number of draws k.
// Position i is Draw(seed, TagSlot, i, sum). check is asked once for each slot that was opened, in the order in which they were
// drawn first, whether its seals are enough: it knows who was drawn to watch, and their keys.
//
// What fails at one slot is a *DrawError that wraps the error of check, ErrWeight, ErrRoot for seals the claim did not commit to,
// or the errors of DecodeSeals. What fails for the proof as a whole is ErrDraws or an error of VerifyMultiproof.
func (p UptimeProof) Verify(root Node, seed [32]byte, k int, check func(slot uint64, seals []Seal) error) error {
	opened, err := verifyDrawn(root, seed, TagSlot, k, p.Multiproof)
	if err != nil {
		return fmt.Errorf("verify uptime proof: %w", err)
	}
	next := 0
	for i, o := range opened {
		if firstDraw(opened, o.Leaf.Item) < i {
			continue
		}
		if next == len(p.Seals) {
			return fmt.Errorf("verify uptime proof: seals of %d slots, more were opened: %w", next, ErrDraws)
		}
		if err := checkSlot(o.Leaf, p.Seals[next], check); err != nil {
			return &DrawError{Draw: i, Of: "slot", Item: o.Leaf.Item, Err: err}
		}
		next++
	}
	if next != len(p.Seals) {
		return fmt.Errorf("verify uptime proof: seals of %d slots, %d were opened: %w", len(p.Seals), next, ErrDraws)
	}
	return nil
}

// checkSlot checks that the seals are those that the leaf of a slot commits to, and are enough.
func checkSlot(l Leaf, b []byte, check func(slot uint64, seals []Seal) error) error {
	if l.Weight != U64(1) {
		return ErrWeight
	}
	seals, err := DecodeSeals(b)
	if err != nil {
		return err
	}
	if want := SlotLeaf(uint32(l.Item), b); l.Item >= MaxSlots || string(want.Data) != string(l.Data) {
		return fmt.Errorf("compare seals: %w", ErrRoot)
	}
	return check(l.Item, seals)
}

// ProveUptime makes the uptime proof of a claim whose trie is over the leaves of slots. seals returns the encoded seals of a slot.
// The proof is not checked against who was drawn: that is for those who collect the seals. Errors: those of Draws, Trie.Prove,
// seals and Encode; ErrRoot for seals the claim did not commit to.
func ProveUptime(t *Trie, seed [32]byte, k int, seals func(slot uint64) ([]byte, error)) (UptimeProof, error) {
	multiproof, opened, err := proveDrawn(t, seed, TagSlot, k)
	if err != nil {
		return UptimeProof{}, fmt.Errorf("prove uptime: %w", err)
	}
	p := UptimeProof{Multiproof: multiproof}
	for i, o := range opened {
		if firstDraw(opened, o.Leaf.Item) < i {
			continue
		}
		b, err := seals(o.Leaf.Item)
		if err != nil {
			return UptimeProof{}, &DrawError{Draw: i, Of: "slot", Item: o.Leaf.Item, Err: err}
		}
		if err := checkSlot(o.Leaf, b, func(uint64, []Seal) error { return nil }); err != nil {
			return UptimeProof{}, &DrawError{Draw: i, Of: "slot", Item: o.Leaf.Item, Err: err}
		}
		p.Seals = append(p.Seals, b)
	}
	return p, nil
}

package outbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// What one record of a claim has at most: with seals of 4.7 KB a slot and leaves of 120 bytes it stays below the journal's limit.
const (
	leavesPerRecord = 1_000
	slotsPerRecord  = 8
)

// errClaimRecord: a record of a claim that this version did not write.
var errClaimRecord = errors.New("malformed record of a claim")

// Where a record stands among those of its claim.
const (
	firstPart = 1 << iota
	lastPart
)

// part is one record of a claim: some of what it is made of.
type part struct {
	claim work.Claim
	place byte // firstPart, lastPart, both or neither
	made  work.Made
}

func (p part) first() bool { return p.place&firstPart != 0 }

func (p part) last() bool { return p.place&lastPart != 0 }

// partsOf returns the records of a claim, at least one.
func partsOf(claim work.Claim, m work.Made) []part {
	var parts []part
	for more := true; more; {
		p := part{claim: claim}
		p.made.Deals, m.Deals = split(m.Deals, leavesPerRecord)
		p.made.Slots, m.Slots = split(m.Slots, slotsPerRecord)
		p.made.Duties, m.Duties = split(m.Duties, leavesPerRecord)
		parts, more = append(parts, p), len(m.Deals)+len(m.Slots)+len(m.Duties) > 0
	}
	parts[0].place |= firstPart
	parts[len(parts)-1].place |= lastPart
	return parts
}

// split returns the first of a list, at most so many, and the rest.
func split[T any](list []T, most int) (first, rest []T) {
	n := min(len(list), most)
	return list[:n], list[n:]
}

// join adds what a later record of the same claim has.
func (p part) join(next part) part {
	p.made.Deals = append(p.made.Deals, next.made.Deals...)
	p.made.Slots = append(p.made.Slots, next.made.Slots...)
	p.made.Duties = append(p.made.Duties, next.made.Duties...)
	return p
}

// encode writes epoch and the three roots of the claim, place, and the three lists, each behind its length: leaves of deals, slots as
// number and seals, leaves of duties, each behind its length. All numbers are varints.
func (p part) encode() ([]byte, error) {
	bz := binary.AppendUvarint(nil, p.claim.Epoch)
	for _, root := range []proof.Node{p.claim.Deals, p.claim.Slots, p.claim.Duties} {
		bz = append(bz, root.Hash[:]...)
		bz = binary.AppendUvarint(binary.AppendUvarint(bz, root.Sum.Hi), root.Sum.Lo)
	}
	bz = append(bz, p.place)
	var err error
	if bz, err = appendList(bz, p.made.Deals, func(l proof.Leaf) ([]byte, error) { return l.AppendTo(nil) }); err != nil {
		return nil, err
	}
	if bz, err = appendList(bz, p.made.Slots, encodeSlot); err != nil {
		return nil, err
	}
	return appendList(bz, p.made.Duties, func(d proof.Duty) ([]byte, error) {
		l, err := d.Leaf()
		if err != nil {
			return nil, err
		}
		return l.AppendTo(nil)
	})
}

func appendList[T any](bz []byte, list []T, encode func(T) ([]byte, error)) ([]byte, error) {
	bz = binary.AppendUvarint(bz, uint64(len(list)))
	for i, v := range list {
		one, err := encode(v)
		if err != nil {
			return nil, fmt.Errorf("encode number %d: %w", i, err)
		}
		bz = append(binary.AppendUvarint(bz, uint64(len(one))), one...)
	}
	return bz, nil
}

func encodeSlot(s work.AttestedSlot) ([]byte, error) {
	seals, err := proof.EncodeSeals(s.Seals)
	if err != nil {
		return nil, err
	}
	return append(binary.AppendUvarint(nil, uint64(s.Slot)), seals...), nil
}

// decodePart reads what encode writes. The result does not alias bz, whose memory is the journal's.
func decodePart(bz []byte) (part, error) {
	r := fields{rest: bytes.Clone(bz)}
	p := part{claim: work.Claim{Epoch: r.uvarint()}}
	for _, root := range []*proof.Node{&p.claim.Deals, &p.claim.Slots, &p.claim.Duties} {
		copy(root.Hash[:], r.take(len(root.Hash)))
		root.Sum = proof.U128{Hi: r.uvarint(), Lo: r.uvarint()}
	}
	if place := r.take(1); len(place) == 1 && place[0] <= firstPart|lastPart {
		p.place = place[0]
	} else {
		r.bad = true
	}
	p.made.Deals = readList(&r, proof.DecodeLeaf)
	p.made.Slots = readList(&r, decodeSlot)
	p.made.Duties = readList(&r, func(bz []byte) (proof.Duty, error) {
		l, err := proof.DecodeLeaf(bz)
		if err != nil {
			return proof.Duty{}, err
		}
		return proof.DutyOf(l)
	})
	if r.bad || len(r.rest) > 0 {
		return part{}, errClaimRecord
	}
	return p, nil
}

func readList[T any](r *fields, decode func([]byte) (T, error)) []T {
	var list []T
	for n := r.uvarint(); n > 0 && !r.bad; n-- {
		v, err := decode(r.take(int(min(r.uvarint(), uint64(len(r.rest)+1)))))
		if err != nil {
			r.bad = true
			break
		}
		list = append(list, v)
	}
	return list
}

func decodeSlot(bz []byte) (work.AttestedSlot, error) {
	r := fields{rest: bz}
	number := r.uvarint()
	if r.bad || number >= proof.MaxSlots {
		return work.AttestedSlot{}, errClaimRecord
	}
	seals, err := proof.DecodeSeals(r.rest)
	return work.AttestedSlot{Slot: uint32(number), Seals: seals}, err
}

// fields reads numbers and bytes; what is wrong shows at the end.
type fields struct {
	rest []byte
	bad  bool
}

func (r *fields) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *fields) take(n int) []byte {
	if n > len(r.rest) {
		r.bad, r.rest = true, nil
		return nil
	}
	bz := r.rest[:n]
	r.rest = r.rest[n:]
	return bz
}

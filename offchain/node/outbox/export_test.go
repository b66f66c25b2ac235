package outbox

import (
	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// What the external tests reach inside for.

const (
	KindPost        = kindPost
	KindClaim       = kindClaim
	KindSeal        = kindSeal
	KindDuty        = kindDuty
	KindVoucher     = kindVoucher
	LeavesPerRecord = leavesPerRecord
	SlotsPerRecord  = slotsPerRecord
	FirstPart       = firstPart
	LastPart        = lastPart
)

// ErrClaimRecord is errClaimRecord.
var ErrClaimRecord = errClaimRecord

// ErrWitnessRecord is errWitnessRecord.
var ErrWitnessRecord = errWitnessRecord

// ErrVoucherRecord is errVoucherRecord.
var ErrVoucherRecord = errVoucherRecord

// DecodeVoucher reads a record of a voucher.
func DecodeVoucher(bz []byte) (work.Voucher, error) { return decodeVoucher(bz) }

// EncodePart writes one record of a claim.
func EncodePart(of work.Claim, place byte, made work.Made) ([]byte, error) {
	return part{claim: of, place: place, made: made}.encode()
}

// DecodePart reads one record of a claim.
func DecodePart(bz []byte) (of work.Claim, place byte, made work.Made, err error) {
	p, err := decodePart(bz)
	return p.claim, p.place, p.made, err
}

// Mark is Claims.mark.
func (c *Claims) Mark(of work.Claim) { c.mark(of) }

// Journal is what an outbox is in.
func (o *Outbox) Journal() *journal.Journal { return o.journal }

// Mark is Vouchers.mark.
func (b *Vouchers) Mark(channel uint64, by int) { b.mark(channel, by) }

package outbox

import (
	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// What the external tests reach inside for.

const (
	KindPost        = kindPost
	KindClaim       = kindClaim
	KindSeal        = kindSeal
	KindDuty        = kindDuty
	LeavesPerRecord = leavesPerRecord
	FirstPart       = firstPart
	LastPart        = lastPart
)

// ErrClaimRecord is errClaimRecord.
var ErrClaimRecord = errClaimRecord

// ErrWitnessRecord is errWitnessRecord.
var ErrWitnessRecord = errWitnessRecord

// EncodePart writes one record of a claim.
func EncodePart(of work.Claim, place byte, leaves []proof.Leaf) ([]byte, error) {
	return part{key: claimKey{of.Epoch, of.Root}, place: place, leaves: leaves}.encode()
}

// DecodePart reads one record of a claim.
func DecodePart(bz []byte) (epoch uint64, root [32]byte, place byte, leaves []proof.Leaf, err error) {
	p, err := decodeClaim(bz)
	return p.key.epoch, p.key.root, p.place, p.leaves, err
}

// Mark is Claims.mark.
func (c *Claims) Mark(of work.Claim) { c.mark(claimKey{of.Epoch, of.Root}) }

// Journal is what an outbox is in.
func (o *Outbox) Journal() *journal.Journal { return o.journal }

package wire

import "github.com/mesh-protocol/mesh/proof"

// Sizes in bytes.
const (
	// RootSize is the length of the root of a piece or a layout.
	RootSize = 32
	// KeySize is the length of a client's compressed secp256k1 key, SignatureSize that of every signature.
	KeySize       = 33
	SignatureSize = 64
	// AmountSize is the length of an amount, EvidenceSize that of the digest in a voucher.
	AmountSize   = proof.U128Size
	EvidenceSize = 32
	// BulkFrame is the length of every frame of a body but the last.
	BulkFrame = 256 << 10
	// MaxPiece bounds a piece: one segment of the profile copy, with its tags.
	MaxPiece = 8 << 20
	// MaxList bounds an encoded layout list.
	MaxList = 64 << 20
	// MaxReason bounds the reason of an answer.
	MaxReason = 256
	// maxMessage bounds a control frame's body; the frame itself has 64 KiB.
	maxMessage = 64<<10 - 16
)

// Counts.
const (
	// MaxInFlight is how many requests of a stream may be unanswered.
	MaxInFlight = 16
	// MaxRanges bounds the runs of segments in a Store: with 14 bytes each they fit into a frame.
	MaxRanges = 4096
	// MaxMissing bounds the numbers in an answer with code Missing.
	MaxMissing = 64
	// MaxSegments bounds the segments of a list; see ListLimit.
	MaxSegments = 1 << 17
	// GrantBlocks is how far the height in a grant may be from the holder's own.
	GrantBlocks = 100
	// maxFields bounds the fields of a message at any depth: the ranges of a Store, and room for later versions.
	maxFields = MaxRanges + 64
)

// ListLimit is the most segments that the list of a deal may have, given the deal's space in bytes: every segment
// costs a holder a page on disk and n roots, however small its pieces are.
func ListLimit(space uint64) int { return int(min(MaxSegments, 1024+space/1024)) }

// Groups returns the number of groups in a piece of that many bytes.
func Groups(length uint64) uint64 {
	return (length + proof.GroupSize - 1) / proof.GroupSize
}

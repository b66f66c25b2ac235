package proof

import (
	"errors"
	"fmt"
)

// Errors about numbers and encodings.
var (
	// ErrOverflow: a sum exceeds 128 bits, or 64 bits where it counts bytes.
	ErrOverflow = errors.New("sum overflows")
	// ErrRange: a value lies outside the range its type or field allows.
	ErrRange = errors.New("value out of range")
	// ErrTooLarge: more bytes or items than the coded limit; nothing was allocated for them.
	ErrTooLarge = errors.New("exceeds the size limit")
	// ErrTruncated: the input ends inside a value.
	ErrTruncated = errors.New("input ends early")
	// ErrTrailing: bytes are left over after the last value.
	ErrTrailing = errors.New("bytes left over")
	// ErrNotCanonical: the input is readable but is not the one encoding of what it says.
	ErrNotCanonical = errors.New("encoding is not canonical")
)

// Errors about signatures.
var (
	// ErrKind: a kind of signed body whose name cannot stand in a preimage.
	ErrKind = errors.New("invalid kind")
	// ErrDomain: a chain id or network id that is empty or too long.
	ErrDomain = errors.New("invalid domain")
	// ErrKey: a public or private key that may not sign.
	ErrKey = errors.New("invalid key")
	// ErrSignature: the signature does not hold for this key and preimage.
	ErrSignature = errors.New("invalid signature")
)

// Errors about claim tries and multiproofs.
var (
	// ErrZeroWeight: a leaf without weight.
	ErrZeroWeight = errors.New("weight is zero")
	// ErrDuplicate: two leaves with one key.
	ErrDuplicate = errors.New("duplicate key")
	// ErrOrder: opened leaves are not in strictly ascending order of their keys.
	ErrOrder = errors.New("keys not ascending")
	// ErrDepth: a leaf deeper than MaxDepth.
	ErrDepth = errors.New("leaf too deep")
	// ErrShape: the opened leaves do not lie at the shortest unique prefix of their keys.
	ErrShape = errors.New("trie shape is not canonical")
	// ErrRoot: the recomputed root or its sum is not the committed one.
	ErrRoot = errors.New("root does not match")
	// ErrNotOpened: a draw fell into no opened leaf.
	ErrNotOpened = errors.New("draw falls in no opened leaf")
	// ErrNotDrawn: an opened leaf contains no draw.
	ErrNotDrawn = errors.New("opened leaf was not drawn")
)

// Errors about layouts, pieces and storage proofs.
var (
	// ErrPieces: a number of pieces a segment cannot have, or an index beyond it.
	ErrPieces = errors.New("invalid number or index of pieces")
	// ErrPieceLength: a piece that is empty, longer than MaxPieceLength, or not of the length announced.
	ErrPieceLength = errors.New("invalid piece length")
	// ErrLayout: a layout opening that does not lead to the committed layout root.
	ErrLayout = errors.New("layout opening does not match")
	// ErrChunk: a chunk opening that does not lead to the piece root.
	ErrChunk = errors.New("chunk opening does not match")
	// ErrWeight: a leaf whose weight is not what the chain says the deal owes.
	ErrWeight = errors.New("weight differs from what is owed")
	// ErrDraws: a number of draws that is zero, above MaxDraws, or not the number of openings.
	ErrDraws = errors.New("invalid number of draws")
)

// DrawError says which draw of a proof failed and why. Item is that of the leaf it fell into, and Of says what items
// are there: deal, slot or duty. Neither is set where Err is ErrNotOpened. Err is, or
// wraps, one of this package's sentinels or the error of the caller's lookup.
type DrawError struct {
	Draw int
	Of   string
	Item uint64
	Err  error
}

// Error names the draw, the item where one is known, and the reason.
func (e *DrawError) Error() string {
	if errors.Is(e.Err, ErrNotOpened) {
		return fmt.Sprintf("draw %d: %v", e.Draw, e.Err)
	}
	return fmt.Sprintf("draw %d, %s %d: %v", e.Draw, e.Of, e.Item, e.Err)
}

// Unwrap returns the reason, for errors.Is and errors.As.
func (e *DrawError) Unwrap() error { return e.Err }

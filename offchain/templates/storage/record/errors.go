package record

import (
	"errors"
	"fmt"
)

// Sentinels, for errors.Is. Where bytes break a format, the error also wraps the reason if package proof has a sentinel
// for it: proof.ErrTruncated, proof.ErrTrailing, proof.ErrNotCanonical, proof.ErrPieces, proof.ErrPieceLength.
var (
	// ErrTooLarge: more bytes than the caller allows, or more segments than a layout may have. Nothing was allocated.
	ErrTooLarge = errors.New("exceeds the size limit")
	// ErrList: a layout list that breaks its format, or lists that do not go together.
	ErrList = errors.New("invalid layout list")
	// ErrRanges: ranges that are empty, out of order, joined without need, or beyond the end of the list.
	ErrRanges = errors.New("invalid ranges of segments")
	// ErrManifest: a manifest that breaks its format or contradicts itself.
	ErrManifest = errors.New("invalid manifest")
	// ErrMismatch: a sealed manifest that does not have the hash that is in the cid.
	ErrMismatch = errors.New("manifest is not the one that was asked for")
	// ErrCID: text that is not the cid of an object.
	ErrCID = errors.New("invalid cid")
	// ErrURI is what a *URIError wraps.
	ErrURI = errors.New("invalid URI")
)

// URIError says which part of a URI is wrong, and why. It never holds the key.
type URIError struct {
	Part   string // scheme, network, cid, deal or key
	Reason string // for people
}

// Error names the part and the reason.
func (e *URIError) Error() string { return fmt.Sprintf("%v: %s: %s", ErrURI, e.Part, e.Reason) }

// Unwrap returns ErrURI.
func (e *URIError) Unwrap() error { return ErrURI }

package record

import (
	"fmt"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
)

// CID names an object: the BLAKE3-256 hash of its sealed manifest, written as a CIDv1 of raw bytes in base32.
type CID [32]byte

// cidLen is the length of the text: "b", and 36 bytes in base32.
const cidLen = 59

// String returns the text.
func (c CID) String() string {
	return cid.NewCidV1(cid.Raw, append(multihash.Multihash{multihash.BLAKE3, byte(len(c))}, c[:]...)).String()
}

// ParseCID reads what String wrote, or returns ErrCID. Other kinds of cid, and other ways to write this one, are refused.
func ParseCID(text string) (CID, error) {
	if len(text) != cidLen {
		return CID{}, fmt.Errorf("%w: %d characters, it has %d", ErrCID, len(text), cidLen)
	}
	parsed, err := cid.Decode(text)
	if err != nil {
		return CID{}, fmt.Errorf("%w: %w", ErrCID, err)
	}
	var c CID
	want := cid.Prefix{Version: 1, Codec: cid.Raw, MhType: multihash.BLAKE3, MhLength: len(c)}
	if parsed.Prefix() != want {
		return CID{}, fmt.Errorf("%w: not a CIDv1 of raw bytes with a BLAKE3-256 hash", ErrCID)
	}
	hash := parsed.Hash()
	copy(c[:], hash[len(hash)-len(c):])
	if c.String() != text {
		return CID{}, fmt.Errorf("%w: not in base32 with small letters", ErrCID)
	}
	return c, nil
}

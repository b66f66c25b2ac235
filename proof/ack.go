package proof

import (
	"crypto/ed25519"
	"fmt"
)

// KindAck is the kind of an Ack in its preimage.
const KindAck = "ack"

// MaxAckSize bounds an encoded Ack: three integers of 64 bits, one of 32, one hash, five tags.
const MaxAckSize = 3*(1+maxVarint64) + (1 + 5) + (2 + 32)

// Ack is a holder's statement that it checked the whole public layout of a deal at this version and has the pieces of
// one index on disk. Every later storage proof of that index is measured against it.
type Ack struct {
	Deal    uint64   // id of the deal on chain
	Version uint64   // version of the layout
	Root    [32]byte // hash of the layout's root node
	Bytes   uint64   // sum of the piece lengths of one index
	Index   uint32   // which of the n parts of every segment this holder has
}

// Encode returns the canonical bytes, at most MaxAckSize.
func (a Ack) Encode() []byte {
	b := make([]byte, 0, MaxAckSize)
	b = appendUint(b, 1, a.Deal)
	b = appendUint(b, 2, a.Version)
	b = appendBytes(b, 3, a.Root[:])
	b = appendUint(b, 4, a.Bytes)
	return appendUint(b, 5, uint64(a.Index))
}

// DecodeAck reads what Encode writes and nothing else. Errors: ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange,
// ErrNotCanonical.
func DecodeAck(b []byte) (Ack, error) {
	var a Ack
	f := openBody(b, MaxAckSize)
	a.Deal = f.uint(1)
	a.Version = f.uint(2)
	f.fixed(3, a.Root[:])
	a.Bytes = f.uint(4)
	a.Index = f.uint32(5)
	if err := f.end(); err != nil {
		return Ack{}, fmt.Errorf("decode ack: %w", err)
	}
	return a, nil
}

// SignBytes returns the preimage of the ack in a domain, for keys that SignBody does not know.
func (a Ack) SignBytes(d Domain) ([]byte, error) { return Preimage(KindAck, d, a.Encode()) }

// Sign signs the ack with the holder's key.
func (a Ack) Sign(key ed25519.PrivateKey, d Domain) ([]byte, error) {
	return SignBody(key, KindAck, d, a.Encode())
}

// Verify checks the holder's signature; errors as of VerifyBody.
func (a Ack) Verify(pub []byte, d Domain, sig []byte) error {
	return VerifyBody(pub, KindAck, d, a.Encode(), sig)
}

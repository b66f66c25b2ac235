package proof

import (
	"crypto/ed25519"
	"fmt"
)

// KindBinding is the kind of a Binding in its preimage.
const KindBinding = "binding"

// MaxBindingSize bounds an encoded Binding: two addresses and one key with tags and lengths.
const MaxBindingSize = 3 * (2 + 32)

// Lengths of addresses in bytes: of plain accounts and of module or contract accounts.
const (
	addressSize     = 20
	longAddressSize = 32
)

// Binding ties a libp2p peer key to the accounts of a node on chain. The peer key signs it, and so does the operator's
// account key, over the same preimage: neither can be claimed by somebody who does not hold it.
type Binding struct {
	Owner    []byte   // address, 20 or 32 bytes
	Operator []byte   // address, 20 or 32 bytes
	PeerKey  [32]byte // ed25519 public key of the libp2p host
}

// Encode returns the canonical bytes, at most MaxBindingSize, or ErrRange for an address of another length.
func (b Binding) Encode() ([]byte, error) {
	if !validAddress(b.Owner) || !validAddress(b.Operator) {
		return nil, fmt.Errorf("encode binding: address length: %w", ErrRange)
	}
	out := make([]byte, 0, MaxBindingSize)
	out = appendBytes(out, 1, b.Owner)
	out = appendBytes(out, 2, b.Operator)
	return appendBytes(out, 3, b.PeerKey[:]), nil
}

func validAddress(a []byte) bool { return len(a) == addressSize || len(a) == longAddressSize }

// DecodeBinding reads what Encode writes and nothing else; the result shares no memory with the input. Errors:
// ErrTooLarge, ErrTruncated, ErrTrailing, ErrRange, ErrNotCanonical.
func DecodeBinding(in []byte) (Binding, error) {
	var b Binding
	f := openBody(in, MaxBindingSize)
	owner := f.bytes(1, addressSize, longAddressSize)
	operator := f.bytes(2, addressSize, longAddressSize)
	f.fixed(3, b.PeerKey[:])
	if err := f.end(); err != nil {
		return Binding{}, fmt.Errorf("decode binding: %w", err)
	}
	b.Owner = append([]byte(nil), owner...)
	b.Operator = append([]byte(nil), operator...)
	return b, nil
}

// SignBytes returns the preimage of the binding in a domain, for the operator's account key.
func (b Binding) SignBytes(d Domain) ([]byte, error) {
	body, err := b.Encode()
	if err != nil {
		return nil, err
	}
	return Preimage(KindBinding, d, body)
}

// Sign signs the binding with the peer key. It returns ErrKey if key is not the private key of b.PeerKey.
func (b Binding) Sign(key ed25519.PrivateKey, d Domain) ([]byte, error) {
	body, err := b.Encode()
	if err != nil {
		return nil, err
	}
	if len(key) != ed25519.PrivateKeySize || [32]byte(key[ed25519.SeedSize:]) != b.PeerKey {
		return nil, fmt.Errorf("sign binding: not the peer's key: %w", ErrKey)
	}
	return SignBody(key, KindBinding, d, body)
}

// Verify checks the peer's signature under b.PeerKey; errors as of Encode and VerifyBody.
func (b Binding) Verify(d Domain, sig []byte) error {
	body, err := b.Encode()
	if err != nil {
		return err
	}
	return VerifyBody(b.PeerKey[:], KindBinding, d, body, sig)
}

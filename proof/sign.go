package proof

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
)

// Limits of what stands in a preimage, in bytes. Chain ids are at most 50 in CometBFT.
const (
	maxKind      = 32
	maxChainID   = 50
	maxNetworkID = 64
)

// SignatureSize is the length of a signature in bytes.
const SignatureSize = ed25519.SignatureSize

// Domain says where a signature counts: the chain id written in the genesis file (upgrades and exports keep it) and the
// id of a network on that chain. A body signed for one domain says nothing in another.
type Domain struct {
	ChainID string // 1 to 50 bytes
	Network string // 1 to 64 bytes
}

// Preimage returns the bytes that are signed for a body of the given kind: "mesh/<kind>/v1" and a zero byte, then chain
// id, network id and body, each after its length as a varint. It is used for keys of every type, so that wallets sign
// the same bytes. Kinds are 1 to 32 of a–z, 0–9, '-' and '_' (ErrKind). The body's own length is its encoder's matter.
func Preimage(kind string, d Domain, body []byte) ([]byte, error) {
	if !validKind(kind) {
		return nil, fmt.Errorf("build preimage of kind %.40q: %w", kind, ErrKind)
	}
	if len(d.ChainID) == 0 || len(d.ChainID) > maxChainID || len(d.Network) == 0 || len(d.Network) > maxNetworkID {
		return nil, fmt.Errorf("build preimage of kind %s: %w", kind, ErrDomain)
	}
	size := len("mesh//v1") + 1 + len(kind) + len(d.ChainID) + len(d.Network) + len(body) + 3*binary.MaxVarintLen64
	b := make([]byte, 0, size)
	b = append(b, "mesh/"...)
	b = append(b, kind...)
	b = append(b, "/v1\x00"...)
	b = appendPrefixed(b, []byte(d.ChainID))
	b = appendPrefixed(b, []byte(d.Network))
	return appendPrefixed(b, body), nil
}

func validKind(kind string) bool {
	if len(kind) == 0 || len(kind) > maxKind {
		return false
	}
	for _, c := range []byte(kind) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// appendPrefixed appends b after its length as a varint.
func appendPrefixed(dst, b []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	return append(dst, b...)
}

// SignBody signs the preimage of a body with an ed25519 key and returns 64 bytes. It returns ErrKey for a key that
// VerifyBody would refuse, and the errors of Preimage.
func SignBody(key ed25519.PrivateKey, kind string, d Domain, body []byte) ([]byte, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("sign %s: %w", kind, ErrKey)
	}
	if err := CheckKey(key[ed25519.SeedSize:]); err != nil {
		return nil, fmt.Errorf("sign %s: %w", kind, err)
	}
	msg, err := Preimage(kind, d, body)
	if err != nil {
		return nil, err
	}
	return ed25519.Sign(key, msg), nil
}

// VerifyBody checks an ed25519 signature over the preimage of a body. It returns ErrKey for what CheckKey refuses,
// ErrSignature if the signature does not hold, is malleable, or has an R of small order (see CheckKey for what the
// standard library refuses and what is added), and the errors of Preimage.
func VerifyBody(pub []byte, kind string, d Domain, body, sig []byte) error {
	if err := CheckKey(pub); err != nil {
		return fmt.Errorf("verify %s: %w", kind, err)
	}
	if len(sig) != SignatureSize || hasSmallOrder([32]byte(sig[:32])) {
		return fmt.Errorf("verify %s: %w", kind, ErrSignature)
	}
	msg, err := Preimage(kind, d, body)
	if err != nil {
		return err
	}
	if !ed25519.Verify(pub, msg, sig) {
		return fmt.Errorf("verify %s: %w", kind, ErrSignature)
	}
	return nil
}

package message

import (
	"crypto/ed25519"
	"fmt"

	"github.com/mesh-protocol/mesh/proof"
)

// KindEnvelope is the kind of a signed envelope in proof.Preimage.
const KindEnvelope = "envelope"

const (
	signerSize = ed25519.PublicKeySize
	sigSize    = proof.SignatureSize
)

// Sign signs every field but the signature, for one chain and network. Whoever changes a field afterwards must sign
// again. It returns proof.ErrKey for a key that may not sign and proof.ErrDomain.
func (m *Envelope) Sign(key ed25519.PrivateKey, d proof.Domain) error {
	if len(key) != ed25519.PrivateKeySize {
		return fmt.Errorf("sign envelope: %w", proof.ErrKey)
	}
	signed := *m
	signed.Signer = key[ed25519.SeedSize:]
	body, err := signed.signedBytes()
	if err != nil {
		return err
	}
	sig, err := proof.SignBody(key, KindEnvelope, d, body)
	if err != nil {
		return fmt.Errorf("sign envelope: %w", err)
	}
	m.Signer = append([]byte(nil), signed.Signer...)
	m.Sig = sig
	return nil
}

// Signed reports whether the envelope carries a signature, true or false.
func (m *Envelope) Signed() bool { return len(m.Sig) != 0 }

// Verify checks that Signer signed the envelope for a chain and network. It returns ErrUnsigned if there is no
// signature, and the errors of proof.VerifyBody.
func (m *Envelope) Verify(d proof.Domain) error {
	if !m.Signed() {
		return fmt.Errorf("verify envelope: %w", ErrUnsigned)
	}
	body, err := m.signedBytes()
	if err != nil {
		return err
	}
	if err := proof.VerifyBody(m.Signer, KindEnvelope, d, body, m.Sig); err != nil {
		return fmt.Errorf("verify envelope: %w", err)
	}
	return nil
}

// signedBytes is the encoding of the envelope without its signature.
func (m *Envelope) signedBytes() ([]byte, error) {
	bare := *m
	bare.Sig = nil
	b, err := bare.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode envelope to sign: %w", err)
	}
	return b, nil
}

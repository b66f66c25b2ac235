package types

import (
	"crypto/ed25519"
	"strings"

	"github.com/mesh-protocol/mesh/proof"
)

const (
	// KindBootstrap is the kind of a bootstrap record in its preimage.
	KindBootstrap = "bootstrap"
	// MaxBootstraps bounds the records of a network.
	MaxBootstraps = 32
	// MaxBootstrapBlocks bounds how long a record counts: 30 days of 5 s blocks.
	MaxBootstrapBlocks = 30 * 24 * 720

	maxAddrs   = 8
	maxAddrLen = 128
)

// Validate returns ErrInvalidBootstrap unless the record is well formed. Addresses are multiaddrs;
// what they mean is not the chain's matter, only that they are short, printable and start as one.
func (b Bootstrap) Validate() error {
	if len(b.PeerKey) != ed25519.PublicKeySize {
		return ErrInvalidBootstrap.Wrapf("peer key of %d bytes, it has %d", len(b.PeerKey), ed25519.PublicKeySize)
	}
	if len(b.Addrs) == 0 || len(b.Addrs) > maxAddrs {
		return ErrInvalidBootstrap.Wrapf("%d addresses, a record has 1 to %d", len(b.Addrs), maxAddrs)
	}
	for _, a := range b.Addrs {
		if len(a) > maxAddrLen || !strings.HasPrefix(a, "/") || strings.ContainsFunc(a, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return ErrInvalidBootstrap.Wrapf("%q is no multiaddr of at most %d printable characters", a, maxAddrLen)
		}
	}
	return nil
}

// Sign signs the record with the host's key. It returns the errors of Validate and proof.SignBody.
func (b Bootstrap) Sign(key ed25519.PrivateKey, d proof.Domain) ([]byte, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	body, err := b.Marshal()
	if err != nil {
		return nil, err
	}
	return proof.SignBody(key, KindBootstrap, d, body)
}

// Verify returns ErrInvalidSignature unless the host has signed the record.
func (b Bootstrap) Verify(d proof.Domain, signature []byte) error {
	body, err := b.Marshal()
	if err != nil {
		return ErrInvalidBootstrap.Wrap(err.Error())
	}
	if err := proof.VerifyBody(b.PeerKey, KindBootstrap, d, body, signature); err != nil {
		return ErrInvalidSignature.Wrap(err.Error())
	}
	return nil
}

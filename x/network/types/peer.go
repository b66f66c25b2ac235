package types

import (
	"bytes"
	"crypto/ed25519"

	"github.com/mr-tron/base58"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"

	"github.com/mesh-protocol/mesh/proof"
)

// peerIDPrefix turns an ed25519 key into a libp2p peer id: an identity multihash (0x00) of 36
// bytes over a protobuf with key type 1 and the 32 bytes of the key. Source: libp2p specs, peer-ids.
var peerIDPrefix = [6]byte{0x00, 0x24, 0x08, 0x01, 0x12, 0x20}

// peerIDLength is the length of every such peer id: the prefix and 38 bytes fix it.
const peerIDLength = 52

// PeerID returns the libp2p name of a host's ed25519 key.
func PeerID(key []byte) string {
	return base58.Encode(append(peerIDPrefix[:], key...))
}

// PeerKey returns the ed25519 key in a libp2p peer id, or ErrInvalidRequest for anything else.
func PeerKey(id string) ([]byte, error) {
	// Decoding costs the square of the length, so that is held first.
	if len(id) != peerIDLength {
		return nil, ErrInvalidRequest.Wrapf("a peer id of %d characters, that of an ed25519 key has %d", len(id), peerIDLength)
	}
	bz, err := base58.Decode(id)
	if err != nil || len(bz) != len(peerIDPrefix)+ed25519.PublicKeySize || !bytes.HasPrefix(bz, peerIDPrefix[:]) || PeerID(bz[len(peerIDPrefix):]) != id {
		return nil, ErrInvalidRequest.Wrapf("%q is not the peer id of an ed25519 key", id)
	}
	return bz[len(peerIDPrefix):], nil
}

// Binding is what operator and host sign to become a node.
type Binding struct {
	// Domain is the genesis chain id and the network id.
	Domain proof.Domain
	// Owner is the address of the owner.
	Owner []byte
	// OperatorKey is a compressed secp256k1 key, 33 bytes.
	OperatorKey []byte
	// PeerKey is an ed25519 key, 32 bytes.
	PeerKey []byte
}

// Operator returns the address of the operator's key. Its length must have been checked.
func (b Binding) Operator() []byte { return (&secp256k1.PubKey{Key: b.OperatorKey}).Address() }

// Verify returns ErrInvalidSignature unless both the operator's key and the host's key have
// signed that they belong to the owner in this network.
func (b Binding) Verify(operatorSignature, peerSignature []byte) error {
	if len(b.OperatorKey) != secp256k1.PubKeySize || len(b.PeerKey) != ed25519.PublicKeySize {
		return ErrInvalidSignature.Wrapf("operator key of %d bytes and peer key of %d, they have %d and %d",
			len(b.OperatorKey), len(b.PeerKey), secp256k1.PubKeySize, ed25519.PublicKeySize)
	}
	body := proof.Binding{Owner: b.Owner, Operator: b.Operator(), PeerKey: [32]byte(b.PeerKey)}
	pre, err := body.SignBytes(b.Domain)
	if err != nil {
		return ErrInvalidSignature.Wrap(err.Error())
	}
	if !(&secp256k1.PubKey{Key: b.OperatorKey}).VerifySignature(pre, operatorSignature) {
		return ErrInvalidSignature.Wrap("the operator has not signed the binding of owner, operator and peer in this network")
	}
	if err := body.Verify(b.Domain, peerSignature); err != nil {
		return ErrInvalidSignature.Wrapf("the host has not signed the binding of owner, operator and peer in this network: %s", err)
	}
	return nil
}

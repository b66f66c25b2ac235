// Package carrier carries over the overlay what nodes that watch each other say: package attest says what, package message how it is
// written.
package carrier

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"io"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/attest"
	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/p2p"
)

// Requester sends a body to a peer over a protocol and returns the answer.
type Requester interface {
	Request(ctx context.Context, to peer.ID, protocol string, body []byte) ([]byte, error)
}

// Carrier is attest.Peers over an overlay. Its methods may be called by several goroutines at once, if the source of nonces may.
type Carrier struct {
	overlay Requester
	random  io.Reader // of nonces
}

// New returns a carrier over an overlay.
func New(overlay Requester, random io.Reader) *Carrier {
	return &Carrier{overlay: overlay, random: random}
}

// Summon implements attest.Peers.
func (c *Carrier) Summon(ctx context.Context, to ed25519.PublicKey, s attest.Summons) error {
	nonce, err := c.nonce()
	if err != nil {
		return err
	}
	_, err = c.send(ctx, to, message.TypeSummons, &message.Summons{Epoch: s.Epoch, Node: s.Node, Slots: s.Slots, Nonce: nonce})
	return err
}

// Probe implements attest.Peers.
func (c *Carrier) Probe(ctx context.Context, to ed25519.PublicKey, p attest.Probe) ([]byte, error) {
	nonce, err := c.nonce()
	if err != nil {
		return nil, err
	}
	b, err := c.send(ctx, to, message.TypeProbe, &message.Probe{Epoch: p.Epoch, Slot: p.Slot, Watcher: p.Watcher, Nonce: nonce})
	if err != nil {
		return nil, err
	}
	var e message.Envelope
	if err := message.Decode(b, &e); err != nil {
		return nil, err
	}
	answer, err := message.BodyTopic[message.ProbeAnswer](message.TypeProbeAnswer).Open(&e)
	if err != nil {
		return nil, err
	}
	return answer.Sig, nil
}

// Attest implements attest.Peers.
func (c *Carrier) Attest(ctx context.Context, to ed25519.PublicKey, a attest.Attestation) error {
	nonce, err := c.nonce()
	if err != nil {
		return err
	}
	_, err = c.send(ctx, to, message.TypeAttestation, &message.Attestation{
		Epoch: a.Epoch, Slot: a.Slot, Watcher: a.Watcher, Sig: a.Sig, Nonce: nonce,
	})
	return err
}

// send sends a message and returns the encoded answer, which may be empty.
func (c *Carrier) send(ctx context.Context, to ed25519.PublicKey, t message.Type, body message.Body) ([]byte, error) {
	id, err := peerOf(to)
	if err != nil {
		return nil, err
	}
	e, err := message.Seal(t, body)
	if err != nil {
		return nil, err
	}
	b, err := message.Encode(e)
	if err != nil {
		return nil, err
	}
	return c.overlay.Request(ctx, id, p2p.ProtocolEvent, b)
}

func (c *Carrier) nonce() ([]byte, error) {
	nonce := make([]byte, message.MinNonce)
	if _, err := io.ReadFull(c.random, nonce); err != nil {
		return nil, fmt.Errorf("make a nonce: %w", err)
	}
	return nonce, nil
}

// peerOf returns the id of the host with a key.
func peerOf(key ed25519.PublicKey) (peer.ID, error) {
	public, err := crypto.UnmarshalEd25519PublicKey(key)
	if err != nil {
		return "", fmt.Errorf("read the key of a host: %w", err)
	}
	return peer.IDFromPublicKey(public)
}

package carrier

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/attest"
	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/proof"
)

// Hearer answers what other nodes say; an attest.Attest is one.
type Hearer interface {
	HearSummons(ctx context.Context, from ed25519.PublicKey, s attest.Summons) error
	HearProbe(ctx context.Context, from ed25519.PublicKey, p attest.Probe) ([]byte, error)
	HearAttestation(ctx context.Context, from ed25519.PublicKey, a attest.Attestation) error
}

// Register has a router hand the messages of nodes that watch each other to whoever hears them. Errors as of message.On.
func Register(r *message.Router, h Hearer) error {
	return errors.Join(
		message.On(r, message.BodyTopic[message.Summons](message.TypeSummons),
			func(ctx context.Context, from message.From, m *message.Summons) (*message.Envelope, error) {
				return nil, hear(from, func(key ed25519.PublicKey) error {
					return h.HearSummons(ctx, key, attest.Summons{Epoch: m.Epoch, Node: m.Node, Slots: m.Slots})
				})
			}),
		message.On(r, message.BodyTopic[message.Probe](message.TypeProbe),
			func(ctx context.Context, from message.From, m *message.Probe) (*message.Envelope, error) {
				var sig []byte
				err := hear(from, func(key ed25519.PublicKey) (err error) {
					sig, err = h.HearProbe(ctx, key, attest.Probe{Epoch: m.Epoch, Slot: m.Slot, Watcher: m.Watcher})
					return err
				})
				if err != nil {
					return nil, err
				}
				return message.Seal(message.TypeProbeAnswer, &message.ProbeAnswer{Sig: sig})
			}),
		message.On(r, message.BodyTopic[message.Attestation](message.TypeAttestation),
			func(ctx context.Context, from message.From, m *message.Attestation) (*message.Envelope, error) {
				return nil, hear(from, func(key ed25519.PublicKey) error {
					return h.HearAttestation(ctx, key, attest.Attestation{
						Probe: attest.Probe{Epoch: m.Epoch, Slot: m.Slot, Watcher: m.Watcher}, Sig: m.Sig,
					})
				})
			}),
	)
}

// hear runs what hears a peer, and says to the peer what is its own matter of the reason why not.
func hear(from message.From, by func(ed25519.PublicKey) error) error {
	key, err := keyOf(from.Source)
	if err != nil {
		return err
	}
	err = by(key)
	for _, own := range []error{attest.ErrStranger, attest.ErrNotDrawn, attest.ErrNotNow, proof.ErrSignature} {
		if errors.Is(err, own) {
			return message.Refuse(message.CodeDeclined, err.Error())
		}
	}
	return err
}

// keyOf returns the ed25519 key in the name of a peer.
func keyOf(name string) (ed25519.PublicKey, error) {
	id, err := peer.Decode(name)
	if err != nil {
		return nil, fmt.Errorf("read peer id %q: %w", name, err)
	}
	return p2p.HostKey(id)
}

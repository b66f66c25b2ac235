package p2p

import (
	"sync/atomic"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// gossipTracer hears from libp2p what became of messages: it counts those that were not delivered and reports who
// passed on an invalid one. The rest of the interface is of no use here.
type gossipTracer struct {
	undelivered *atomic.Uint64
	invalid     func(peer.ID)
}

// RejectMessage reports the peer that passed on a message which a validator rejected.
func (t *gossipTracer) RejectMessage(m *pubsub.Message, reason string) {
	if reason == pubsub.RejectValidationFailed {
		t.invalid(m.ReceivedFrom)
	}
}

// UndeliverableMessage counts a message dropped because its reader was slow.
func (t *gossipTracer) UndeliverableMessage(*pubsub.Message) { t.undelivered.Add(1) }

// OnNewOutboundStream does nothing.
func (*gossipTracer) OnNewOutboundStream(peer.ID, protocol.ID) {}

// OnClosedOutboundStream does nothing.
func (*gossipTracer) OnClosedOutboundStream(peer.ID) {}

// Join does nothing.
func (*gossipTracer) Join(string) {}

// Leave does nothing.
func (*gossipTracer) Leave(string) {}

// Graft does nothing.
func (*gossipTracer) Graft(peer.ID, string) {}

// Prune does nothing.
func (*gossipTracer) Prune(peer.ID, string) {}

// ValidateMessage does nothing.
func (*gossipTracer) ValidateMessage(*pubsub.Message) {}

// DeliverMessage does nothing.
func (*gossipTracer) DeliverMessage(*pubsub.Message) {}

// DuplicateMessage does nothing.
func (*gossipTracer) DuplicateMessage(*pubsub.Message) {}

// ThrottlePeer does nothing.
func (*gossipTracer) ThrottlePeer(peer.ID) {}

// RecvRPC does nothing.
func (*gossipTracer) RecvRPC(*pubsub.RPC) {}

// SendRPC does nothing.
func (*gossipTracer) SendRPC(*pubsub.RPC, peer.ID) {}

// DropRPC does nothing.
func (*gossipTracer) DropRPC(*pubsub.RPC, peer.ID) {}

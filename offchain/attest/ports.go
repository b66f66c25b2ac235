package attest

import (
	"context"
	"crypto/ed25519"

	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Chain is what is asked of the chain, about the node's network.
type Chain interface {
	// Epoch returns the latest epoch, the height it opened at and the first after it; 0 before the first.
	Epoch(ctx context.Context) (Epoch, error)
	// Watch returns who watches a node in an epoch. known is false while the seed that draws the watchers is to come.
	Watch(ctx context.Context, node, epoch uint64) (w work.Watch, seedHeight int64, known bool, err error)
	// PeerKey returns the key of a node's host.
	PeerKey(ctx context.Context, node uint64) (ed25519.PublicKey, error)
}

// Epoch is one period of the network.
type Epoch struct {
	Number      uint64
	Open, Close int64
}

// Peers carries what nodes say to each other; a node is named by the key of its host. The errors of a refusal are the peer's.
type Peers interface {
	// Summon asks a node to watch this one in slots of an epoch.
	Summon(ctx context.Context, to ed25519.PublicKey, s Summons) error
	// Probe asks a node in a slot whether it is there, and returns its signature of the answer.
	Probe(ctx context.Context, to ed25519.PublicKey, p Probe) (sig []byte, err error)
	// Attest gives a node the attestation of a slot.
	Attest(ctx context.Context, to ed25519.PublicKey, a Attestation) error
}

// Summons asks a node to watch another.
type Summons struct {
	Epoch uint64
	Node  uint64 // that summons
	Slots uint64 // bit i for slot i
}

// Probe asks a node whether it is there.
type Probe struct {
	Epoch   uint64
	Slot    uint32
	Watcher uint64 // that asks
}

// Attestation says that a node was there.
type Attestation struct {
	Probe
	Sig []byte // of the watcher's host
}

// Book keeps what was signed, across crashes.
type Book interface {
	// Seal keeps an attestation of this node in a slot, and returns once it is durable.
	Seal(ctx context.Context, epoch uint64, slot uint32, s proof.Seal) error
	// Done keeps a duty of this node, and returns once it is durable.
	Done(ctx context.Context, epoch uint64, d proof.Duty) error
	// Of returns what was kept of an epoch, each once: the seals by slot, watchers ascending, and the duties in the order of nodes and
	// slots.
	Of(epoch uint64) (seals map[uint32][]proof.Seal, duties []proof.Duty)
}

// Package door decides whom a node of a network lets in, by their greetings: everybody who says to be a client or a
// bootstrap node, who ask for nothing, and nodes that are registered and whose operator has signed that this peer is
// theirs.
package door

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/mesh-protocol/mesh/offchain/message"
	"github.com/mesh-protocol/mesh/proof"
)

const (
	// trustFor is how long a node counts as one without asking the chain again.
	trustFor = 10 * time.Minute
	// maxKnown bounds the nodes that are remembered.
	maxKnown = 8192
)

// RoleBootstrap is the role that needs no operator: it helps others find each other.
const RoleBootstrap = "bootstrap"

// Member is a node as the chain has it.
type Member struct {
	Owner, Operator []byte   // addresses, 20 or 32 bytes
	PeerKey         [32]byte // ed25519 public key of its libp2p host
	Left            bool     // it has left the network
}

// ErrUnknown: no node of the network has that peer.
var ErrUnknown = errors.New("no node of the network")

// Deps are what a door is given.
type Deps struct {
	// MemberByPeer returns the node behind a peer. Errors: ErrUnknown; any other means that the chain does not answer.
	MemberByPeer func(ctx context.Context, id peer.ID) (Member, error)
	// Verify returns an error unless the account of that address has signed the preimage with that public key.
	Verify func(address, public, preimage, signature []byte) error
	Now    func() time.Time
}

// Door decides who may stay. Its methods may be called by several goroutines at once.
type Door struct {
	domain proof.Domain
	deps   Deps

	mu    sync.Mutex
	known map[peer.ID]seen
}

// seen is a node and when the chain said so.
type seen struct {
	member Member
	at     time.Time
}

// New returns the door of a network.
func New(domain proof.Domain, deps Deps) *Door {
	return &Door{domain: domain, deps: deps, known: map[peer.ID]seen{}}
}

// Welcome returns nil, or the refusal to answer a greeting with. While the chain does not answer, those who were nodes
// lately may stay.
func (d *Door) Welcome(ctx context.Context, from peer.ID, hello *message.Hello) error {
	if len(hello.Operator) == 0 {
		if len(hello.Roles) == 0 || slices.Equal(hello.Roles, []string{RoleBootstrap}) {
			return nil
		}
		return refuse("a node with a role names its operator")
	}
	before, ok := d.lately(from)
	if ok && d.deps.Now().Sub(before.at) < trustFor && d.checkBinding(before.member, hello) == nil {
		return nil
	}
	m, err := d.ask(ctx, from)
	switch {
	case ok && err != nil && !errors.Is(err, ErrUnknown):
		m = before.member // the chain does not answer
	case errors.Is(err, ErrUnknown):
		return refuse("peer " + from.String() + " is no node of network " + d.domain.Network)
	case err != nil:
		return refuse("the chain cannot be asked whether this peer is a node")
	case m.Left:
		return refuse("peer " + from.String() + " has left network " + d.domain.Network)
	}
	return d.checkBinding(m, hello)
}

// checkBinding refuses a greeting that names another operator than the chain, or that this operator has not signed.
func (d *Door) checkBinding(m Member, hello *message.Hello) error {
	if !bytes.Equal(m.Operator, hello.Operator) {
		return refuse("the node has another operator")
	}
	public, signature, ok := hello.Binding()
	if !ok {
		return refuse("the operator has not signed that this peer is its node")
	}
	preimage, err := proof.Binding{Owner: m.Owner, Operator: m.Operator, PeerKey: m.PeerKey}.SignBytes(d.domain)
	if err != nil || d.deps.Verify(m.Operator, public, preimage, signature) != nil {
		return refuse("the operator has not signed that this peer is its node")
	}
	return nil
}

func refuse(why string) error { return message.Refuse(message.CodeNotWelcome, why) }

// lately returns the node behind a peer as it was remembered.
func (d *Door) lately(id peer.ID) (seen, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.known[id]
	return s, ok
}

// ask returns the node behind a peer as the chain has it, and remembers it if it has not left.
func (d *Door) ask(ctx context.Context, id peer.ID) (Member, error) {
	m, err := d.deps.MemberByPeer(ctx, id)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err == nil && !m.Left:
		if len(d.known) >= maxKnown {
			clear(d.known)
		}
		d.known[id] = seen{m, d.deps.Now()}
	case err == nil || errors.Is(err, ErrUnknown):
		delete(d.known, id)
	}
	return m, err
}

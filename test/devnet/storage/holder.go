package storage

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/devnet"
	networktypes "github.com/mesh-protocol/mesh/x/network/types"
	tasktypes "github.com/mesh-protocol/mesh/x/tasks/types"
)

// ErrLost is a piece that a node does not have.
var ErrLost = errors.New("piece lost")

// Holder is a node with its pieces in memory. Its methods each send one message; Act sends what an honest node
// would.
type Holder struct {
	// ID is the number of the node.
	ID uint64
	// Owner bonds and is paid, Operator acknowledges, claims and proves.
	Owner, Operator *devnet.Account
	// Away keeps the node from everything until it is false again.
	Away bool

	net    *Network
	peer   ed25519.PrivateKey
	stored map[place][][]byte // pieces, one a segment
	// answers are what it has committed to, by posted task.
	answers map[uint64]Answer
	// withdrawn is the epoch in which it withdrew last.
	withdrawn uint64
}

// place says what pieces belong to: an index of a layout.
type place struct {
	root  [32]byte
	index uint32
}

func placeOf(l tasktypes.Layout, index uint32) place { return place{[32]byte(l.Root), index} }

// Join registers a node of an owner with a bond in base units, and makes the block. The node does not act yet.
func (n *Network) Join(owner *devnet.Account, bond int64) *Holder {
	n.t.Helper()
	h := n.Candidate(owner, n.NewAccount(0))
	var made networktypes.MsgRegisterNodeResponse
	n.Answer(n.Do(owner, h.RegisterMsg(bond)), &made)
	n.Enter(h, made.Node)
	return h
}

// Candidate returns a node that is not registered yet.
func (n *Network) Candidate(owner, operator *devnet.Account) *Holder {
	h := &Holder{Owner: owner, Operator: operator, net: n, stored: map[place][][]byte{}, answers: map[uint64]Answer{}}
	seed := sha256.Sum256([]byte("mesh devnet peer " + operator.String()))
	h.peer = ed25519.NewKeyFromSeed(seed[:])
	return h
}

// RegisterMsg registers the node with a bond in base units.
func (h *Holder) RegisterMsg(bond int64) *networktypes.MsgRegisterNode {
	h.net.t.Helper()
	byOperator, byPeer := h.Bind(h.Operator)
	return &networktypes.MsgRegisterNode{
		Owner: h.Owner.String(), Network: h.net.Record.Id, OperatorKey: h.Operator.Key.PubKey().Bytes(), OperatorSignature: byOperator,
		PeerKey: h.PeerKey(), PeerSignature: byPeer, Bond: math.NewInt(bond),
		Offer: networktypes.Offer{Region: "eu", StorageBytes: 1 << 40, CommissionBps: Commission},
	}
}

// Bind returns the signatures of an operator and of the node's host by which they become one node of the owner.
func (h *Holder) Bind(operator *devnet.Account) (byOperator, byPeer []byte) {
	n := h.net
	n.t.Helper()
	body := proof.Binding{Owner: h.Owner.Address, Operator: operator.Address, PeerKey: [32]byte(h.PeerKey())}
	pre, err := body.SignBytes(n.domain)
	require.NoError(n.t, err)
	byOperator, err = operator.Key.Sign(pre)
	require.NoError(n.t, err)
	byPeer, err = body.Sign(h.peer, n.domain)
	require.NoError(n.t, err)
	return byOperator, byPeer
}

// Enter takes in a node that the chain has given its number.
func (n *Network) Enter(h *Holder, id uint64) {
	n.t.Helper()
	h.ID = id
	n.Holders = append(n.Holders, h)
	require.Len(n.t, n.Holders, int(id), "a node is missing")
}

// JoinHonest is Join of a number of honest nodes of one new owner each, with the usual bond.
func (n *Network) JoinHonest(nodes int) []*Holder {
	n.t.Helper()
	var list []*Holder
	var owners []*devnet.Account
	for range nodes {
		owners = append(owners, n.NewAccount(Funds))
	}
	n.Next()
	for _, o := range owners {
		h := n.Join(o, Bond)
		n.Actors, list = append(n.Actors, h), append(list, h)
	}
	return list
}

// PeerKey returns the public key of the node's host.
func (h *Holder) PeerKey() []byte { return h.peer.Public().(ed25519.PublicKey) }

// Node returns the node as the chain has it.
func (h *Holder) Node() networktypes.Node { return h.net.Node(h.ID) }

// Keep stores the node's pieces of an index of a layout.
func (h *Holder) Keep(c *Content, index uint32) {
	h.stored[place{c.Layout.Root().Hash, index}] = c.index(index)
}

// Drop forgets the node's pieces of an index of a layout; segments limits it to those, none means all.
func (h *Holder) Drop(l tasktypes.Layout, index uint32, segments ...int) {
	if len(segments) == 0 {
		delete(h.stored, placeOf(l, index))
		return
	}
	for _, s := range segments {
		h.stored[placeOf(l, index)][s] = nil
	}
}

// Has tells whether the node has all its pieces of an index of a layout.
func (h *Holder) Has(l tasktypes.Layout, index uint32) bool {
	pieces, ok := h.stored[placeOf(l, index)]
	for _, p := range pieces {
		ok = ok && p != nil
	}
	return ok
}

// SignAck signs that the node keeps its index of a layout.
func (h *Holder) SignAck(deal uint64, index uint32, l tasktypes.Layout) []byte {
	h.net.t.Helper()
	ack := proof.Ack{Deal: deal, Version: l.Version, Root: [32]byte(l.Root), Bytes: l.Bytes, Index: index}
	sig, err := ack.Sign(h.peer, h.net.domain)
	require.NoError(h.net.t, err)
	return sig
}

// Rebuild gets the node's pieces of an index from the other nodes of the deal and tells whether k of them had
// theirs.
func (h *Holder) Rebuild(deal uint64, index uint32) bool {
	d := h.net.Deal(deal)
	var alive uint32
	for number, i := range h.net.Indices(deal) {
		if uint32(number) != index && i.HasNode() && h.net.Holders[i.Node-1].Has(d.Layout, uint32(number)) {
			alive++
		}
	}
	c := h.net.contents[string(d.Layout.Root)]
	if alive < d.Profile.K || c == nil {
		return false
	}
	h.Keep(c, index)
	return true
}

// Holdings is what the node can show of the deals that owe it something for an epoch.
func (h *Holder) Holdings(epoch uint64) proof.Holdings {
	return holdings{h, h.net.Owing(h.ID, epoch)}
}

// holdings implements proof.Holdings.
type holdings struct {
	holder *Holder
	owing  []Owing
}

func (s holdings) find(deal uint64) (Owing, error) {
	for _, o := range s.owing {
		if o.Deal.Id == deal {
			return o, nil
		}
	}
	return Owing{}, fmt.Errorf("deal %d: %w", deal, ErrLost)
}

// Layout implements proof.Holdings. Layouts are public.
func (s holdings) Layout(deal uint64) (*proof.Layout, uint32, error) {
	o, err := s.find(deal)
	if err != nil {
		return nil, 0, err
	}
	return s.holder.net.contents[string(o.Acked.Root)].Layout, o.Index, nil
}

// Group implements proof.Holdings.
func (s holdings) Group(deal uint64, segment int, group uint64) (data, cvs []byte, err error) {
	o, err := s.find(deal)
	if err != nil {
		return nil, nil, err
	}
	pieces := s.holder.stored[placeOf(o.Acked, o.Index)]
	if pieces == nil || pieces[segment] == nil {
		return nil, nil, fmt.Errorf("segment %d of deal %d: %w", segment, deal, ErrLost)
	}
	return groupOf(pieces[segment], group)
}

package client_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// nodes is all nodes of the network, by peer name, as a client reaches them.
type nodes struct {
	chain *chain
	list  []*node
	open  sync.WaitGroup // writers and readers that are not closed
	// pay is asked for money for some holders; nil where reading is free.
	pay func(holders []client.Holder, bytes uint64) error
}

func (n *nodes) fund(_ context.Context, holders []client.Holder, bytes uint64) error {
	if n.pay == nil {
		return nil
	}
	return n.pay(holders, bytes)
}

func newNodes(c *chain) *nodes { return &nodes{chain: c} }

// node is a holder in memory.
type node struct {
	chain *chain
	key   ed25519.PrivateKey
	acks  ed25519.PrivateKey // signs acks: key, unless the node lies
	// fault is asked before every operation, by its name; it may wait. What it returns is the answer. It may be nil.
	fault func(ctx context.Context, op string) error
	speed int // bytes a second of pieces; 0 = no limit

	mu      sync.Mutex
	pieces  map[[32]byte][]byte
	lists   map[version]*record.List
	fetches int    // that were begun
	asked   uint64 // bytes of pieces, by them
	writes  int    // sessions that were begun
}

// version names a list that a node keeps.
type version struct {
	deal   uint64
	layout work.Layout
}

// add makes a node of a new owner.
func (n *nodes) add() {
	name := fmt.Sprintf("peer%d", len(n.list)+1)
	seed := sha256.Sum256([]byte(name))
	key := ed25519.NewKeyFromSeed(seed[:])
	m := &node{
		chain: n.chain, key: key, acks: key, pieces: map[[32]byte][]byte{}, lists: map[version]*record.List{},
	}
	n.list = append(n.list, m)
	n.chain.members = append(n.chain.members, work.Member{
		Number: uint64(len(n.list)), Network: domain.Network, Peer: name, PeerKey: [32]byte(m.key.Public().(ed25519.PublicKey)),
		Status: work.MemberJoined,
	})
}

// each sets the faults of some nodes, counted from 1.
func (n *nodes) each(fault func(ctx context.Context, op string) error, numbers ...int) {
	for _, i := range numbers {
		n.list[i-1].fault = fault
	}
}

func (n *nodes) find(h client.Holder) *node { return n.list[h.Node-1] }

// do asks for a fault, waits as long as the bytes take, and does something.
func (m *node) do(ctx context.Context, op string, size int, fn func() error) error {
	if m.fault != nil {
		if err := m.fault(ctx, op); err != nil {
			return err
		}
	}
	if m.speed > 0 {
		if err := wait(ctx, time.Duration(size)*time.Second/time.Duration(m.speed)); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return fn()
}

// refuse is a holder's answer.
func refuse(c wire.Code) error { return wire.Refuse(c, "test") }

func (n *nodes) Write(ctx context.Context, to client.Holder, g client.Grant) (client.Writer, error) {
	m := n.find(to)
	err := m.do(ctx, "Write", 0, func() error {
		m.writes++
		granted := wire.Granted{
			Deal: g.Deal, Index: uint32(g.Index), Height: uint64(g.Height),
			Holder: [32]byte(m.key.Public().(ed25519.PublicKey)), Sender: [32]byte{7},
		}
		preimage, err := granted.Preimage(domain)
		if err != nil {
			return err
		}
		d := n.chain.deal(g.Deal)
		if !ed25519.Verify(g.Key[1:], preimage, g.Signature) || d.Indices[g.Index].Node != to.Node {
			return refuse(wire.NotGranted)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	n.open.Add(1)
	return &writer{node: m, nodes: n, grant: g}, nil
}

// writer is a session with a node.
type writer struct {
	node  *node
	nodes *nodes
	grant client.Grant
	once  sync.Once
}

func (w *writer) Put(ctx context.Context, root [32]byte, piece []byte) error {
	return w.node.do(ctx, "Put", len(piece), func() error {
		if blake3.Sum256(piece) != root {
			return refuse(wire.Mismatch)
		}
		w.node.pieces[root] = bytes.Clone(piece)
		return nil
	})
}

func (w *writer) Store(ctx context.Context, c client.Change) (signature []byte, err error) {
	m := w.node
	err = m.do(ctx, "Store", 0, func() error {
		list := c.Added
		if c.Base.Version > 0 {
			base := m.lists[version{c.Deal, c.Base}]
			if base == nil {
				return refuse(wire.Unknown)
			}
			if list, err = base.Apply(c.Kept, c.Added); err != nil {
				return err
			}
		}
		tree, err := list.Layout()
		if err != nil {
			return refuse(wire.BadList)
		}
		made := work.Layout{Version: c.Base.Version + 1, Root: tree.Root().Hash, Bytes: tree.Root().Bytes}
		if made != c.Made || made.Bytes > m.chain.deal(c.Deal).Space || c.Index != w.grant.Index {
			return refuse(wire.BadList)
		}
		for i := range list.Len() {
			if _, ok := m.pieces[list.At(i).Roots[c.Index]]; !ok {
				return refuse(wire.Missing)
			}
		}
		m.lists[version{c.Deal, made}] = list
		ack := proof.Ack{Deal: c.Deal, Version: made.Version, Root: made.Root, Bytes: made.Bytes, Index: uint32(c.Index)}
		signature, err = ack.Sign(m.acks, domain)
		return err
	})
	return signature, err
}

func (w *writer) Close() error {
	w.once.Do(w.nodes.open.Done)
	return nil
}

func (n *nodes) Read() client.Reader {
	n.open.Add(1)
	return &reader{nodes: n}
}

// reader reads from nodes.
type reader struct {
	nodes *nodes
	once  sync.Once
}

func (r *reader) Reach(ctx context.Context, h client.Holder) error {
	return r.nodes.find(h).do(ctx, "Reach", 0, func() error { return nil })
}

func (r *reader) Fund(ctx context.Context, holders []client.Holder, bytes uint64) error {
	return r.nodes.fund(ctx, holders, bytes)
}

func (r *reader) Fetch(ctx context.Context, from client.Holder, p client.Piece, offset uint64, dst []byte) error {
	m := r.nodes.find(from)
	m.mu.Lock()
	m.fetches++
	m.asked += uint64(len(dst))
	m.mu.Unlock()
	return m.do(ctx, "Fetch", len(dst), func() error {
		b, ok := m.pieces[p.Root]
		if !ok {
			return refuse(wire.Unknown)
		}
		if uint64(len(b)) != p.Length || offset+uint64(len(dst)) > p.Length {
			return refuse(wire.BadRange)
		}
		copy(dst, b[offset:])
		return nil
	})
}

func (r *reader) Layout(ctx context.Context, from client.Holder, deal uint64, want work.Layout, n int) (list *record.List, err error) {
	m := r.nodes.find(from)
	err = m.do(ctx, "Layout", 0, func() error {
		if list = m.lists[version{deal, want}]; list == nil {
			return refuse(wire.Unknown)
		}
		return nil
	})
	return list, err
}

func (r *reader) Close() error {
	r.once.Do(r.nodes.open.Done)
	return nil
}

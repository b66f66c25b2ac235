package holdertest

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// Domain is where everything in these tests counts.
func Domain() proof.Domain { return proof.Domain{ChainID: "mesh-test-1", Network: "net_00000001"} }

// Key is a host's key, the same for the same number.
func Key(n byte) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte{n})
	return ed25519.NewKeyFromSeed(seed[:])
}

// Public is the public half of a key.
func Public(k ed25519.PrivateKey) [32]byte { return [32]byte(k.Public().(ed25519.PublicKey)) }

// Client is an account that signs as no chain does.
type Client byte

// Address is where its deals belong to.
func (c Client) Address() string { return "client-" + string('a'+rune(c)) }

// PublicKey has the length of a compressed secp256k1 key.
func (c Client) PublicKey() []byte {
	key := make([]byte, wire.KeySize)
	key[0] = byte(c)
	return key
}

// Grant signs a grant.
func (c Client) Grant(g wire.Granted) *wire.Grant {
	preimage, err := g.Preimage(Domain())
	if err != nil {
		return nil // only for a domain that is not ours
	}
	return g.Message(c.PublicKey(), ed25519.Sign(Key(byte(c)), preimage))
}

// Accounts knows all clients.
type Accounts struct{}

// VerifyAccount checks a client's signature.
func (Accounts) VerifyAccount(address string, key, preimage, signature []byte) error {
	c := Client(key[0])
	if address != c.Address() {
		return errors.New("key of another account")
	}
	if !ed25519.Verify(Key(byte(c)).Public().(ed25519.PublicKey), preimage, signature) {
		return errors.New("signature does not hold")
	}
	return nil
}

// Chain is what a node sees of the chain.
type Chain struct {
	Own uint64 // number of the node

	mu     sync.Mutex
	height uint64
	deals  map[uint64]work.Deal
	at     map[uint64][]work.Index
	down   error
}

// NewChain returns a chain at height 1000 without deals, for node 1.
func NewChain() *Chain {
	return &Chain{Own: 1, height: 1000, deals: make(map[uint64]work.Deal), at: make(map[uint64][]work.Index)}
}

// Open opens a deal of n pieces a segment with an index that was drawn for the node.
func (c *Chain) Open(id uint64, client Client, n, index int, space uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	indices := make([]work.Index, n)
	for i := range indices {
		indices[i] = work.Index{Status: work.IndexAssigned, Node: 100 + uint64(i)}
	}
	indices[index].Node = c.Own
	c.at[id] = indices
	c.deals[id] = work.Deal{
		ID: id, Network: Domain().Network, Client: client.Address(), Space: space, Profile: work.Profile{K: n / 2, N: n},
	}
}

// Change changes a deal and its indices.
func (c *Chain) Change(id uint64, change func(*work.Deal, []work.Index)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.deals[id]
	change(&d, c.at[id])
	c.deals[id] = d
}

// Commit puts a layout into a deal, which the node has acknowledged or not.
func (c *Chain) Commit(id uint64, l work.Layout, acked bool) {
	c.Change(id, func(d *work.Deal, at []work.Index) {
		d.Layout = l
		for i := range at {
			if at[i].Node == c.Own && acked {
				at[i].Acked, at[i].Status = l, work.IndexHeld
			}
		}
	})
}

// Mine moves the height.
func (c *Chain) Mine(blocks uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.height += blocks
}

// Fail makes the chain answer with an error, or again without.
func (c *Chain) Fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = err
}

// Deal returns a deal.
func (c *Chain) Deal(_ context.Context, id uint64) (work.Deal, []work.Index, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down != nil {
		return work.Deal{}, nil, c.down
	}
	d, ok := c.deals[id]
	if !ok {
		return work.Deal{}, nil, holder.ErrNoDeal
	}
	return d, append([]work.Index(nil), c.at[id]...), nil
}

// Height returns the height.
func (c *Chain) Height() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.height
}

// Node returns the number of the node.
func (c *Chain) Node() uint64 { return c.Own }

// Held returns the node's indices of some deals.
func (c *Chain) Held(ids ...uint64) []work.Held {
	c.mu.Lock()
	defer c.mu.Unlock()
	var held []work.Held
	for _, id := range ids {
		for i, at := range c.at[id] {
			if at.Node == c.Own {
				held = append(held, work.Held{Ref: work.IndexRef{Deal: id, Index: i}, At: at, Deal: c.deals[id]})
			}
		}
	}
	return held
}

// Segment makes the pieces of a segment from a number, and what a list says of it.
func Segment(number uint64, n, length int) (record.Segment, [][]byte) {
	s := record.Segment{Length: uint64(length)}
	var pieces [][]byte
	for i := range n {
		b := Content(number*1000+uint64(i), length)
		pieces = append(pieces, b)
		s.Roots = append(s.Roots, Root(b))
	}
	return s, pieces
}

// Content is the bytes of a piece, the same for the same number and length.
func Content(number uint64, length int) []byte {
	b := make([]byte, length)
	state := number*2 + 1
	for i := range b {
		state = state*6364136223846793005 + 1442695040888963407
		b[i] = byte(state >> 56)
	}
	return b
}

// Layout returns what a list commits to, as a version.
func Layout(version uint64, list *record.List) (work.Layout, error) {
	tree, err := list.Layout()
	if err != nil {
		return work.Layout{}, err
	}
	root := tree.Root()
	return work.Layout{Version: version, Root: root.Hash, Bytes: root.Bytes}, nil
}

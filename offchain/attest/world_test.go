package attest_test

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/attest"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

const (
	epochBlocks = 20
	slots       = 4
	slotBlocks  = epochBlocks / slots
)

var (
	domain  = proof.Domain{ChainID: "mesh-test-1", Network: "net_0011aabb"}
	errAway = errors.New("nobody answers")
)

// world is a network of nodes that hear each other directly, and a chain on which epoch e opens at height 20 · e and all others watch
// everybody.
type world struct {
	t     testing.TB
	nodes []*node // node i has number i + 1
	// seedAfter is by how many blocks after the opening the watchers are known.
	seedAfter int64
	// worthless tells that rounding leaves nothing of what a duty is worth.
	worthless bool

	mu     sync.Mutex // guards the following
	height int64
	asked  map[[2]uint64]int // questions about the watchers of (node, epoch), by others
	none   int               // questions for the keys of nodes that there are not
	// lose, if set, says why a message does not arrive.
	lose func(from, to uint64, what string) error
	sent []string // messages that arrived
}

// node is one node with its book.
type node struct {
	*attest.Attest
	w    *world
	id   uint64
	key  ed25519.PrivateKey
	book *book
	away bool
}

func newWorld(t testing.TB, nodes int) *world {
	t.Helper()
	w := &world{t: t, seedAfter: 2, asked: map[[2]uint64]int{}}
	for id := uint64(1); id <= uint64(nodes); id++ {
		n := &node{w: w, id: id, key: hostKey(id), book: newBook()}
		w.nodes = append(w.nodes, n)
		n.start()
	}
	return w
}

// start makes the node anew: all it knows is in its book.
func (n *node) start() {
	dice := rand.New(rand.NewPCG(n.id, 0))
	var err error
	n.Attest, err = attest.New(attest.DefaultConfig(n.id, domain), attest.Deps{
		Chain: n, Peers: peers{n}, Book: n.book, Key: n.key, Dice: dice.Int64N, Log: discard(),
	})
	require.NoError(n.w.t, err)
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func hostKey(id uint64) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), byte(id)))
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// to steps all nodes that are there from block to block.
func (w *world) to(height int64) {
	for w.height < height {
		w.mu.Lock()
		w.height++
		w.mu.Unlock()
		for _, n := range w.nodes {
			if !n.away {
				require.NoError(w.t, n.Step(w.t.Context(), w.height))
				n.Wait()
			}
		}
	}
}

// Epoch implements attest.Chain.
func (n *node) Epoch(context.Context) (attest.Epoch, error) {
	n.w.mu.Lock()
	defer n.w.mu.Unlock()
	e := n.w.height / epochBlocks
	return attest.Epoch{Number: uint64(e), Open: e * epochBlocks, Close: (e + 1) * epochBlocks}, nil
}

// Watch implements attest.Chain: all others watch, so that more than half must attest.
func (n *node) Watch(_ context.Context, of, epoch uint64) (work.Watch, int64, bool, error) {
	w := n.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if of != n.id {
		w.asked[[2]uint64{of, epoch}]++
	}
	seed := int64(epoch)*epochBlocks + w.seedAfter
	if w.height < seed {
		return work.Watch{}, 0, false, nil
	}
	watch := work.Watch{Quorum: uint32((len(w.nodes)-1)/2 + 1)}
	for slot := range uint32(slots) {
		from := int64(epoch)*epochBlocks + int64(slot)*slotBlocks
		s := work.WatchedSlot{Slot: slot, From: from, Until: from + slotBlocks}
		worth := 1_000_000 / uint64(len(w.nodes)-1)
		if w.worthless {
			worth = 0
		}
		for _, other := range w.nodes {
			if other.id != of {
				s.Seats = append(s.Seats, work.WatchSeat{Node: other.id, Seats: 1, Worth: worth})
			}
		}
		watch.Slots = append(watch.Slots, s)
	}
	return watch, seed, true, nil
}

// PeerKey implements attest.Chain.
func (n *node) PeerKey(_ context.Context, of uint64) (ed25519.PublicKey, error) {
	if of == 0 || of > uint64(len(n.w.nodes)) {
		n.w.mu.Lock()
		defer n.w.mu.Unlock()
		n.w.none++
		return nil, fmt.Errorf("there is no node %d", of)
	}
	return public(hostKey(of)), nil
}

// arrive tells whether a message arrives at a node, and at which.
func (n *node) arrive(to ed25519.PublicKey, what string) (*node, error) {
	w := n.w
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, other := range w.nodes {
		if !public(other.key).Equal(to) {
			continue
		}
		if other.away {
			return nil, errAway
		}
		if w.lose != nil {
			if err := w.lose(n.id, other.id, what); err != nil {
				return nil, err
			}
		}
		w.sent = append(w.sent, fmt.Sprintf("%d: %d %s %d", w.height, n.id, what, other.id))
		return other, nil
	}
	return nil, errAway
}

// peers carries what a node says.
type peers struct{ n *node }

// Summon implements attest.Peers.
func (p peers) Summon(ctx context.Context, to ed25519.PublicKey, s attest.Summons) error {
	other, err := p.n.arrive(to, "summons")
	if err != nil {
		return err
	}
	return other.HearSummons(ctx, public(p.n.key), s)
}

// Probe implements attest.Peers.
func (p peers) Probe(ctx context.Context, to ed25519.PublicKey, ask attest.Probe) ([]byte, error) {
	other, err := p.n.arrive(to, fmt.Sprintf("probes slot %d of", ask.Slot))
	if err != nil {
		return nil, err
	}
	return other.HearProbe(ctx, public(p.n.key), ask)
}

// Attest implements attest.Peers.
func (p peers) Attest(ctx context.Context, to ed25519.PublicKey, a attest.Attestation) error {
	other, err := p.n.arrive(to, "attests")
	if err != nil {
		return err
	}
	return other.HearAttestation(ctx, public(p.n.key), a)
}

// book is a Book in memory.
type book struct {
	mu     sync.Mutex
	seals  map[uint64]map[uint32][]proof.Seal
	duties map[uint64][]proof.Duty
}

func newBook() *book {
	return &book{seals: map[uint64]map[uint32][]proof.Seal{}, duties: map[uint64][]proof.Duty{}}
}

func (b *book) Seal(_ context.Context, epoch uint64, slot uint32, s proof.Seal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seals[epoch] == nil {
		b.seals[epoch] = map[uint32][]proof.Seal{}
	}
	if !slices.Contains(b.seals[epoch][slot], s) {
		b.seals[epoch][slot] = append(b.seals[epoch][slot], s)
	}
	return nil
}

func (b *book) Done(_ context.Context, epoch uint64, d proof.Duty) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Contains(b.duties[epoch], d) {
		b.duties[epoch] = append(b.duties[epoch], d)
	}
	return nil
}

func (b *book) Of(epoch uint64) (map[uint32][]proof.Seal, []proof.Duty) {
	b.mu.Lock()
	defer b.mu.Unlock()
	duties := slices.SortedFunc(slices.Values(b.duties[epoch]), func(x, y proof.Duty) int {
		return cmp.Or(cmp.Compare(x.Node, y.Node), cmp.Compare(x.Slot, y.Slot))
	})
	return b.seals[epoch], duties
}

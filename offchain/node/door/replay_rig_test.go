package door_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/p2p"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

const (
	buyer, otherBuyer = holdertest.Client(1), holdertest.Client(2) // of deals 7 and 8; of deal 9
	pieces3, index1   = 3, 1                                       // pieces of a segment, and the one that is the holder's
	patience          = 30 * time.Second                           // the one deadline
)

// eavesdropped is a holder on sockets behind its door, its client, and a peer that has heard all that they said.
type eavesdropped struct {
	*testing.T
	chain          *holdertest.Chain // as the holder sees it
	dir            string            // of the holder
	store          *holdertest.Store
	holder         *holder.Holder
	at             remote.Peer // the holder
	sender, thief  [32]byte    // keys of the hosts
	client, copies *remote.Remote
	grant          *wire.Grant     // what the client has shown
	changes        []remote.Change // versions 1 and 2, as they were sent
}

// listens runs an overlay until the test ends. before, if there is one, registers protocols.
func listens(t *testing.T, deps p2p.Deps, before func(o *p2p.Overlay, key ed25519.PrivateKey)) (*p2p.Overlay, ed25519.PrivateKey) {
	t.Helper()
	cfg := p2p.DefaultConfig()
	cfg.ChainID, cfg.Network, cfg.Genesis = holdertest.Domain().ChainID, holdertest.Domain().Network, [32]byte{1}
	cfg.KeyFile, cfg.Listen = filepath.Join(t.TempDir(), "node_key"), p2p.ListenOn("127.0.0.1", 0)
	key, err := p2p.LoadKey(cfg.KeyFile, rand.Reader)
	require.NoError(t, err)
	o, err := p2p.New(cfg, deps)
	require.NoError(t, err)
	if before != nil {
		before(o, key)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- o.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ran)
		require.NoError(t, o.Close())
	})
	require.Eventually(t, func() bool { return o.Status().Running }, patience, time.Millisecond)
	return o, key
}

// dialer opens streams for pieces.
type dialer struct{ *p2p.Overlay }

// Open implements work.Dialer.
func (d dialer) Open(ctx context.Context, name string) (work.Stream, error) {
	id, err := peer.Decode(name)
	if err != nil {
		return nil, err
	}
	return d.OpenStream(ctx, id, p2p.ProtocolPiece)
}

// within is a context for what must not take long.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// keyOf is the public half as a grant has it.
func keyOf(k ed25519.PrivateKey) [32]byte { return [32]byte(k.Public().(ed25519.PublicKey)) }

// opens makes a holder that a node's door keeps, with deals of two clients.
func opens(t *testing.T) (*eavesdropped, *p2p.Overlay, *hall) {
	t.Helper()
	w := &eavesdropped{T: t, chain: holdertest.NewChain(), dir: t.TempDir(), store: holdertest.New(1 << 30)}
	for deal, client := range map[uint64]holdertest.Client{7: buyer, 8: buyer, 9: otherBuyer} {
		w.chain.Open(deal, client, pieces3, index1, 4<<20)
	}
	limits, err := p2p.DefaultLimits(p2p.ProtocolPiece)
	require.NoError(t, err)
	h := newHall()
	o, _ := listens(t, p2p.Deps{Welcome: h.Welcome}, func(o *p2p.Overlay, key ed25519.PrivateKey) {
		w.holder, err = holder.Open(holder.DefaultConfig(w.dir, holdertest.Domain()), holder.Deps{
			Pieces: w.store, Deals: w.chain, Accounts: holdertest.Accounts{}, Key: key,
		})
		require.NoError(t, err)
		w.at = remote.Peer{Name: o.ID().String(), Key: keyOf(key)}
		require.NoError(t, o.HandleStream(p2p.ProtocolPiece, limits, func(ctx context.Context, s *p2p.Stream) error {
			key, err := s.Peer().ExtractPublicKey()
			if err != nil {
				return err
			}
			raw, err := key.Raw()
			if err != nil {
				return err
			}
			return w.holder.Serve(ctx, [32]byte(raw), s)
		}))
	})
	return w, o, h
}

// eavesdrop lets a client store two versions with a holder, and keeps what it has sent.
func eavesdrop(t *testing.T) *eavesdropped {
	t.Helper()
	w, at, _ := opens(t)
	enters := func() (*remote.Remote, [32]byte) {
		o, key := listens(t, p2p.Deps{}, nil)
		require.NoError(t, o.Connect(within(t), peer.AddrInfo{ID: at.ID(), Addrs: transports(t, at)}))
		r, err := remote.New(remote.DefaultConfig(holdertest.Domain()), dialer{o})
		require.NoError(t, err)
		return r, keyOf(key)
	}
	w.client, w.sender = enters()
	w.copies, w.thief = enters()
	w.grant = buyer.Grant(w.granted(7))
	w.stores()
	return w
}

// transports is where an overlay listens, without its peer id.
func transports(t *testing.T, o *p2p.Overlay) (list []ma.Multiaddr) {
	t.Helper()
	for _, a := range o.Addrs() {
		transport, id := peer.SplitAddr(a)
		require.Equal(t, o.ID(), id)
		list = append(list, transport)
	}
	return list
}

// granted is what the client allows its host for a deal.
func (w *eavesdropped) granted(deal uint64) wire.Granted {
	return wire.Granted{Deal: deal, Index: index1, Height: w.chain.Height(), Holder: w.at.Key, Sender: w.sender}
}

// stores makes versions 1 and 2 of deal 7, which the chain has then.
func (w *eavesdropped) stores() {
	w.Helper()
	h := w.open(w.client)
	require.NoError(w, h.Grant(w.Context(), w.grant))
	var base work.Layout
	for number := range uint64(2) {
		added, pieces := holdertest.Segment(number, pieces3, 50_000)
		_, err := h.Put(w.Context(), added.Roots[index1], pieces[index1])
		require.NoError(w, err)
		c := w.change(number+1, base, 0, number)
		_, err = h.Store(w.Context(), c)
		require.NoError(w, err)
		base = c.Made
		w.chain.Commit(7, base, true)
		w.changes = append(w.changes, c)
	}
}

// change is a version of deal 7 that keeps all segments of another, from a number on, and adds one.
func (w *eavesdropped) change(version uint64, base work.Layout, from, to uint64) remote.Change {
	w.Helper()
	c := remote.Change{Deal: 7, Index: index1, Base: base}
	var all []record.Segment
	for number := from; number <= to; number++ {
		s, _ := holdertest.Segment(number, pieces3, 50_000)
		all = append(all, s)
	}
	if len(all) > 1 {
		c.Kept = []record.Range{{From: 0, Count: uint64(len(all) - 1)}}
	}
	var err error
	c.Added, err = record.NewList(pieces3, all[len(all)-1:])
	require.NoError(w, err)
	list, err := record.NewList(pieces3, all)
	require.NoError(w, err)
	c.Made, err = holdertest.Layout(version, list)
	require.NoError(w, err)
	return c
}

// open opens a stream to the holder.
func (w *eavesdropped) open(from *remote.Remote) *remote.Holder {
	w.Helper()
	h, err := from.Open(w.Context(), w.at)
	require.NoError(w, err)
	w.Cleanup(func() { _ = h.Close() }) // one that was refused is over already
	return h
}

// kept is all that the holder has: pieces of each deal, the acks it has signed, and its lists as they are on disk.
func (w *eavesdropped) kept() map[string]any {
	w.Helper()
	all := map[string]any{}
	for _, deal := range []uint64{7, 8, 9} {
		all[fmt.Sprint("pieces of deal ", deal)] = w.store.Refs(deal)
	}
	for _, c := range w.changes {
		all[fmt.Sprint("ack of version ", c.Made.Version)] = w.holder.Signed(work.IndexRef{Deal: 7, Index: index1}, c.Made)
	}
	require.NoError(w, filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = sha256.Sum256(b)
		return err
	}))
	return all
}

// elsewhere signs a grant for another network.
func elsewhere(g wire.Granted) *wire.Grant {
	preimage, err := g.Preimage(proof.Domain{ChainID: holdertest.Domain().ChainID, Network: "net_00000002"})
	if err != nil {
		return nil // only for a domain that cannot be
	}
	return g.Message(buyer.PublicKey(), ed25519.Sign(holdertest.Key(byte(buyer)), preimage))
}

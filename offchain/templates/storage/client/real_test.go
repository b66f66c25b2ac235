package client_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// real is a world whose holders are the real ones, at the end of streams in memory.
type real struct {
	*world
	t       *testing.T
	dir     string
	holders map[string]*holder.Holder // by peer
	stores  map[string]*holdertest.Store
	tills   map[string]*holdertest.Till // empty where reading is free
	payer   remote.Payer                // of clients; nil: they do not pay
	serving sync.WaitGroup
	late    bool // holders see a commit one block later

	mu   sync.Mutex
	down map[string]bool
}

// view is what a holder sees of the chain.
type view struct {
	chain *chain
	node  uint64
	late  *bool // whether it sees a commit one block later
}

func (v view) Deal(_ context.Context, id uint64) (work.Deal, []work.Index, error) {
	v.chain.mu.Lock()
	defer v.chain.mu.Unlock()
	d := v.chain.deals[id]
	if d == nil {
		return work.Deal{}, nil, holder.ErrNoDeal
	}
	if was, ok := v.chain.before[id]; ok && *v.late && was.height == v.chain.height {
		d = &was.deal
	}
	return d.Deal, append([]work.Index(nil), d.Indices...), nil
}

func (v view) Height() uint64 {
	v.chain.mu.Lock()
	defer v.chain.mu.Unlock()
	return uint64(v.chain.height)
}

func (v view) Node() uint64 { return v.node }

func (v view) VerifyAccount(address string, key, preimage, signature []byte) error {
	if address != "client" || !v.chain.account.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(key[1:])) {
		return errors.New("key of another account")
	}
	if !ed25519.Verify(key[1:], preimage, signature) {
		return errors.New("signature does not hold")
	}
	return nil
}

// newReal makes a world of real holders that lie in a directory.
func newReal(t *testing.T, dir string, owners int) *real {
	t.Helper()
	r := &real{
		world: newWorld(owners), t: t, dir: dir, holders: map[string]*holder.Holder{}, stores: map[string]*holdertest.Store{},
		tills: map[string]*holdertest.Till{}, down: map[string]bool{},
	}
	for _, m := range r.chain.members {
		r.stores[m.Peer] = holdertest.New(1 << 30)
	}
	r.start()
	return r
}

// start opens the holders, as after a restart.
func (r *real) start() {
	for i, m := range r.chain.members {
		v := view{r.chain, m.Number, &r.late}
		deps := holder.Deps{Pieces: r.stores[m.Peer], Deals: v, Accounts: v, Key: r.nodes.list[i].key}
		if till := r.tills[m.Peer]; till != nil {
			deps.Till, deps.Fellows = till, &holdertest.Fellows{}
		}
		h, err := holder.Open(holder.DefaultConfig(filepath.Join(r.dir, m.Peer), domain), deps)
		require.NoError(r.t, err)
		r.holders[m.Peer] = h
	}
}

// dial opens a stream that the holder serves until it ends.
func (r *real) dial(_ context.Context, peer string) (work.Stream, error) {
	r.mu.Lock()
	down := r.down[peer]
	r.mu.Unlock()
	if down {
		return nil, errBroken
	}
	a, b := wiretest.Pipe(4)
	r.serving.Go(func() { _ = r.holders[peer].Serve(context.Background(), r.cfg.PeerKey, b) }) // it says how the stream ended
	return a, nil
}

// with runs a test on a client and requires that all streams have ended after it.
func (r *real) with(use func(*client.Client)) {
	cfg := remote.DefaultConfig(domain)
	cfg.Payer = r.payer
	streams, err := remote.New(cfg, wiretest.Dialer(r.dial))
	require.NoError(r.t, err)
	c, err := client.NewOn(r.cfg, r.chain, client.NewRemote(streams), r.fs)
	require.NoError(r.t, err)
	use(c)
	require.NoError(r.t, c.Close())
	r.serving.Wait()
}

// Client, streams and holders understand each other: what is put comes back with holders down, also after others were removed,
// and a change of a deal goes on from what the holders keep.
func TestWithRealHolders(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newReal(t, dir, 12)
		a, b := content(1, 3*segment.MaxPlain+77), content(2, 10_000)
		var link string
		r.with(func(c *client.Client) {
			put(t, c, "a", a, client.PutOptions{})
			require.Equal(t, 8, r.chain.acked(1))
			put(t, c, "b", b, client.PutOptions{})
			require.Equal(t, 8, r.chain.acked(1))
			require.Equal(t, uint64(2), r.version())
			requireObject(t, c, "a", a)
			requireObject(t, c, "b", b)
			var err error
			link, err = c.Share("a")
			require.NoError(t, err)
		})
		for _, i := range []int{0, 2, 3, 5} {
			r.down[r.chain.members[r.chain.deals[1].Indices[i].Node-1].Peer] = true
		}
		r.with(func(c *client.Client) {
			requireObject(t, c, "a", a)
			got, err := get(c, link, client.GetOptions{Offset: segment.MaxPlain - 5, Length: 10})
			require.NoError(t, err)
			require.Equal(t, a[segment.MaxPlain-5:segment.MaxPlain+5], got)
			require.ErrorIs(t, c.Remove(t.Context(), []string{"b"}, nil), client.ErrHolders)
			requireObject(t, c, "b", b)
		})
		clear(r.down)
		r.with(func(c *client.Client) {
			require.NoError(t, c.Remove(t.Context(), []string{"a"}, nil))
			requireObject(t, c, "b", b)
			_, err := get(c, link, client.GetOptions{})
			require.ErrorIs(t, err, client.ErrNotFound)
			require.NoError(t, c.Remove(t.Context(), []string{"b"}, nil))
			require.Empty(t, states(t, c))
			put(t, c, "c", b, client.PutOptions{})
			requireObject(t, c, "c", b)
			require.Equal(t, uint64(5), r.version())
			require.Len(t, r.chain.deals, 1)
		})
	})
}

// A caller who gives up at any moment leaves no stream and nothing that runs.
func TestGivingUpWithRealHolders(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newReal(t, dir, 4)
		a := content(1, 2*segment.MaxPlain)
		for _, after := range []time.Duration{0, time.Second, 2*time.Second + 1} {
			r.with(func(c *client.Client) {
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				for _, h := range r.stores {
					h.Step = func(string) error { return wait(t.Context(), time.Second) }
				}
				_, err := c.Put(ctx, []client.Source{client.BytesSource("a", a)}, tinyDeal)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Empty(t, states(t, c))
			})
		}
		for _, h := range r.stores {
			h.Step = nil
		}
		r.with(func(c *client.Client) {
			put(t, c, "a", a, tinyDeal)
			requireObject(t, c, "a", a)
		})
	})
}

package remote_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	patience = 10 * time.Second
	client   = holdertest.Client(1)
	n        = 3 // pieces a segment
	index    = 1 // of the holder
	space    = 4 << 20
)

// rig is a holder and who asks it, both ends real, over streams in memory.
type rig struct {
	t      *testing.T
	dir    string
	chain  *holdertest.Chain
	store  *holdertest.Store
	holder *holder.Holder
	remote *remote.Remote
	sender [32]byte

	till    holder.Till // nil where reading is free
	fellows holder.Fellows

	mu     sync.Mutex
	served []error // how Serve ended, in order
	opened int
}

// run runs a test over a rig in a bubble in which time does not pass by itself.
func run(t *testing.T, test func(*rig)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { test(newRig(t, dir)) })
}

func newRig(t *testing.T, dir string) *rig {
	t.Helper()
	r := &rig{t: t, dir: dir, chain: holdertest.NewChain(), store: holdertest.New(1 << 30), sender: holdertest.Public(holdertest.Key(9))}
	r.chain.Open(7, client, n, index, space)
	r.start()
	r.remote = newRemote(t, r.dial)
	return r
}

func newRemote(t *testing.T, dial wiretest.Dialer) *remote.Remote {
	t.Helper()
	return newPaying(t, dial, nil)
}

// newPaying returns a remote whose readers pay.
func newPaying(t *testing.T, dial wiretest.Dialer, p remote.Payer) *remote.Remote {
	t.Helper()
	cfg := remote.DefaultConfig(holdertest.Domain())
	cfg.Patience, cfg.Payer = patience, p
	r, err := remote.New(cfg, dial)
	require.NoError(t, err)
	return r
}

// start opens the holder, as after a restart.
func (r *rig) start() {
	cfg := holder.DefaultConfig(r.dir, holdertest.Domain())
	cfg.Patience = patience
	var err error
	r.holder, err = holder.Open(cfg, holder.Deps{
		Pieces: r.store, Deals: r.chain, Accounts: holdertest.Accounts{}, Till: r.till, Fellows: r.fellows, Key: holdertest.Key(1),
	})
	require.NoError(r.t, err)
}

// dial opens a stream that the holder serves until the test ends.
func (r *rig) dial(context.Context, string) (work.Stream, error) {
	a, b := wiretest.Pipe(4)
	r.mu.Lock()
	r.opened++
	r.mu.Unlock()
	go func() {
		err := r.holder.Serve(r.t.Context(), r.sender, b)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.served = append(r.served, err)
	}()
	return a, nil
}

// ends returns how the streams served so far have ended.
func (r *rig) ends() []error {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.served
}

func peer() remote.Peer {
	return remote.Peer{Name: "holder", Key: holdertest.Public(holdertest.Key(1))}
}

// open opens a stream that the test closes.
func (r *rig) open() *remote.Holder {
	h, err := r.remote.Open(r.t.Context(), peer())
	require.NoError(r.t, err)
	r.t.Cleanup(func() { require.NoError(r.t, h.Close()) })
	return h
}

// granted returns what a client signs.
func (r *rig) granted(deal uint64) wire.Granted {
	return wire.Granted{Deal: deal, Index: index, Height: r.chain.Height(), Holder: peer().Key, Sender: r.sender}
}

// grant opens a stream that may store.
func (r *rig) grant() *remote.Holder {
	h := r.open()
	require.NoError(r.t, h.Grant(r.t.Context(), client.Grant(r.granted(7))))
	return h
}

// put puts the holder's pieces of some segments and returns their list.
func (r *rig) put(h *remote.Holder, length int, numbers ...uint64) *record.List {
	list := r.list(length, numbers...)
	for _, number := range numbers {
		s, pieces := holdertest.Segment(number, n, length)
		_, err := h.Put(r.t.Context(), s.Roots[index], pieces[index])
		require.NoError(r.t, err)
	}
	return list
}

// list returns the list of some segments.
func (r *rig) list(length int, numbers ...uint64) *record.List {
	var segments []record.Segment
	for _, number := range numbers {
		s, _ := holdertest.Segment(number, n, length)
		segments = append(segments, s)
	}
	list, err := record.NewList(n, segments)
	require.NoError(r.t, err)
	return list
}

// layout returns what a list is as a version.
func (r *rig) layout(version uint64, list *record.List) work.Layout {
	l, err := holdertest.Layout(version, list)
	require.NoError(r.t, err)
	return l
}

// first makes version 1 out of some segments, and commits it.
func (r *rig) first(h *remote.Holder, length int, numbers ...uint64) (*record.List, work.Layout) {
	list := r.put(h, length, numbers...)
	made := r.layout(1, list)
	_, err := h.Store(r.t.Context(), remote.Change{Deal: 7, Index: index, Added: list, Made: made})
	require.NoError(r.t, err)
	r.chain.Commit(7, made, true)
	return list, made
}

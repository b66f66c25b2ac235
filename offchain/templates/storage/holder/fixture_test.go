package holder_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

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
	client = holdertest.Client(1)
	n      = 3 // pieces a segment
	index  = 1 // of the holder
	space  = 1 << 20
	deal   = 7
)

// world is a node whose store and lists outlive the holder.
type world struct {
	t      *testing.T
	chain  *holdertest.Chain
	store  *holdertest.Store
	disk   *disk
	holder *holder.Holder
	sender [32]byte
	served sync.WaitGroup
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, chain: holdertest.NewChain(), store: holdertest.New(1 << 30), disk: newDisk(), sender: holdertest.Public(holdertest.Key(9))}
	w.store.Step = w.disk.step
	w.chain.Open(deal, client, n, index, space)
	w.open()
	return w
}

func (w *world) open() {
	var err error
	w.holder, err = holder.OpenOn(config("unused"), w.deps(), w.disk)
	require.NoError(w.t, err)
}

func config(dir string) holder.Config { return holder.DefaultConfig(dir, holdertest.Domain()) }

func (w *world) deps() holder.Deps {
	return holder.Deps{Pieces: w.store, Deals: w.chain, Accounts: holdertest.Accounts{}, Key: holdertest.Key(1)}
}

// dial opens a stream that the holder serves.
func (w *world) dial(context.Context, string) (work.Stream, error) {
	a, b := wiretest.Pipe(8)
	h := w.holder
	w.served.Go(func() { _ = h.Serve(w.t.Context(), w.sender, b) }) // what it says is tested in remote
	return a, nil
}

// client opens a stream that may store.
func (w *world) client() *remote.Holder {
	key := holdertest.Public(holdertest.Key(1))
	r, err := remote.New(remote.DefaultConfig(holdertest.Domain()), wiretest.Dialer(w.dial))
	require.NoError(w.t, err)
	h, err := r.Open(w.t.Context(), remote.Peer{Name: "holder", Key: key})
	require.NoError(w.t, err)
	grant := wire.Granted{Deal: deal, Index: index, Height: w.chain.Height(), Holder: key, Sender: w.sender}
	require.NoError(w.t, h.Grant(w.t.Context(), client.Grant(grant)))
	return h
}

// from is a version that segments are kept of.
type from struct {
	version uint64
	list    *record.List
	kept    []record.Range
}

// make puts the pieces of some segments and makes a version of what is kept and them. It returns the new list if the
// holder has signed.
func (w *world) make(version uint64, base from, numbers ...uint64) (*record.List, error) {
	h := w.client()
	defer w.served.Wait()
	defer func() { require.NoError(w.t, h.Close()) }()
	added := w.list(numbers...)
	for _, number := range numbers {
		s, pieces := holdertest.Segment(number, n, 1000)
		if _, err := h.Put(w.t.Context(), s.Roots[index], pieces[index]); err != nil {
			return nil, err
		}
	}
	if err := h.Flush(); err != nil {
		return nil, err
	}
	c := remote.Change{Deal: deal, Index: index, Kept: base.kept, Added: added}
	list := added
	if base.list != nil {
		c.Base = w.layout(base.version, base.list)
		var err error
		list, err = base.list.Apply(base.kept, added)
		require.NoError(w.t, err)
	}
	c.Made = w.layout(version, list)
	if _, err := h.Store(w.t.Context(), c); err != nil {
		return nil, err
	}
	return list, nil
}

// list returns the list of some segments.
func (w *world) list(numbers ...uint64) *record.List {
	var segments []record.Segment
	for _, number := range numbers {
		s, _ := holdertest.Segment(number, n, 1000)
		segments = append(segments, s)
	}
	list, err := record.NewList(n, segments)
	require.NoError(w.t, err)
	return list
}

func (w *world) layout(version uint64, list *record.List) work.Layout {
	l, err := holdertest.Layout(version, list)
	require.NoError(w.t, err)
	return l
}

// roots are the holder's pieces of some segments, in the order of the store.
func (w *world) roots(numbers ...uint64) [][32]byte {
	s := holdertest.New(1 << 30)
	for _, number := range numbers {
		segment, pieces := holdertest.Segment(number, n, 1000)
		p, err := s.Put(w.t.Context(), 1, segment.Roots[index], 1000)
		require.NoError(w.t, err)
		_, err = p.Write(pieces[index])
		require.NoError(w.t, err)
		require.NoError(w.t, p.Commit())
	}
	return s.Refs(1)
}

// reconcile reconciles some deals and returns what is wrong.
func (w *world) reconcile(ids ...uint64) []*holder.LossError {
	losses, err := w.holder.Reconcile(w.t.Context(), w.chain.Held(ids...))
	require.NoError(w.t, err)
	return losses
}

// file is where a version lies.
func (w *world) file(version uint64, list *record.List) string {
	return fmt.Sprintf("%d/%d-%d-%x", deal, index, version, w.layout(version, list).Root)
}

// put puts a piece, and lists it nowhere.
func (w *world) put(root [32]byte, b []byte) {
	h := w.client()
	_, err := h.Put(w.t.Context(), root, b)
	require.NoError(w.t, err)
	require.NoError(w.t, h.Flush())
	require.NoError(w.t, h.Close())
	w.served.Wait()
}

func giveAway(_ *work.Deal, at []work.Index) { at[index].Node = 99 }

// vacate has the node lose its index.
func vacate(_ *work.Deal, at []work.Index) {
	at[index] = work.Index{Status: work.IndexVacant, LostBy: at[index].Node}
}

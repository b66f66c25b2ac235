package repair_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"lukechampine.com/blake3"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/repair"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// dealID is the deal of every world.
const dealID = 7

var (
	errGone   = errors.New("holder is gone")
	errNoRoom = errors.New("no room")
)

// world is a deal of 2/4 whose index 3 is to be made anew, with its holders and the disk of the node that does it. All of
// it lies in memory.
type world struct {
	t       *testing.T
	deal    work.Deal
	indices []work.Index
	list    *record.List
	pieces  [][][]byte // by segment and index
	gone    map[uint64]bool
	without map[[2]int]bool // index and segment that its holder does not have

	mu      sync.Mutex
	asked   map[uint64]int // pieces, by node
	disk    map[[32]byte][]byte
	adopted []uint64 // versions
	full    int      // pieces that fit on the disk, −1 for any number
	listing map[uint64]bool
}

// newWorld codes segments of those many plain bytes.
func newWorld(t *testing.T, plain ...int) *world {
	t.Helper()
	w := &world{
		t: t, deal: work.Deal{ID: dealID, Network: "net_00000001", Profile: work.Profile{K: 2, N: 4}, LastEpoch: 9},
		gone: map[uint64]bool{}, without: map[[2]int]bool{}, asked: map[uint64]int{}, disk: map[[32]byte][]byte{}, full: -1,
		listing: map[uint64]bool{},
	}
	coder, err := segment.NewCoder(w.deal.Profile)
	require.NoError(t, err)
	key := segment.Key{1}
	r := rand.NewChaCha8([32]byte{9})
	var segments []record.Segment
	for number, n := range plain {
		bz := make([]byte, n)
		_, _ = r.Read(bz) // never fails
		cipher, err := key.Segment(uint64(number))
		require.NoError(t, err)
		p, err := coder.Seal(cipher, bz)
		require.NoError(t, err)
		s := record.Segment{Length: uint64(p.Length)}
		var pieces [][]byte
		for i := range w.deal.Profile.N {
			pieces = append(pieces, bytes.Clone(p.Piece(i)))
			s.Roots = append(s.Roots, p.Roots[i])
		}
		p.Release()
		segments, w.pieces = append(segments, s), append(w.pieces, pieces)
	}
	w.commit(segments)
	return w
}

// commit makes the segments the deal's layout, which holders 1 to 3 have acknowledged and node 4 has not.
func (w *world) commit(segments []record.Segment) {
	w.t.Helper()
	list, err := record.NewList(w.deal.Profile.N, segments)
	require.NoError(w.t, err)
	tree, err := list.Layout()
	require.NoError(w.t, err)
	w.list = list
	w.deal.Layout = work.Layout{Version: 5, Root: tree.Root().Hash, Bytes: tree.Root().Bytes}
	w.indices = nil
	for node := uint64(1); node <= 3; node++ {
		w.indices = append(w.indices, work.Index{Status: work.IndexHeld, Node: node, Acked: w.deal.Layout, FromEpoch: 1})
	}
	w.indices = append(w.indices, work.Index{Status: work.IndexReserved, Node: 4})
}

func (w *world) held() work.Held {
	return work.Held{Ref: work.IndexRef{Deal: dealID, Index: 3}, At: w.indices[3], Deal: w.deal}
}

// rebuild repairs index 3.
func (w *world) rebuild(ctx context.Context) error {
	w.t.Helper()
	r, err := repair.New(repair.Deps{Fellows: w, Readers: w, Store: w, Shelf: w})
	require.NoError(w.t, err)
	return r.Rebuild(ctx, w.held())
}

// Deal implements repair.Fellows.
func (w *world) Deal(_ context.Context, id uint64) (work.Deal, []work.Index, error) {
	require.Equal(w.t, uint64(dealID), id)
	return w.deal, w.indices, nil
}

// Member implements repair.Fellows.
func (w *world) Member(_ context.Context, node uint64) (work.Member, error) {
	return work.Member{Number: node, Peer: fmt.Sprint("peer", node)}, nil
}

// Reader implements repair.Readers.
func (w *world) Reader(deal uint64) repair.Reader {
	require.Equal(w.t, uint64(dealID), deal)
	return w
}

// Close implements repair.Reader.
func (*world) Close() error { return nil }

// Layout implements repair.Reader.
func (w *world) Layout(ctx context.Context, from work.Member, deal uint64, want work.Layout, n int) (*record.List, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if w.gone[from.Number] || w.listing[from.Number] {
		return nil, fmt.Errorf("node %d: %w", from.Number, errGone)
	}
	require.Equal(w.t, []any{uint64(dealID), w.deal.Layout, 4}, []any{deal, want, n})
	return w.list, nil
}

// Fetch implements repair.Reader.
func (w *world) Fetch(ctx context.Context, from work.Member, root [32]byte, length, offset uint64, dst []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[from.Number]++
	if w.gone[from.Number] {
		return fmt.Errorf("node %d: %w", from.Number, errGone)
	}
	index := min(int(from.Number)-1, 3)
	for number := range w.list.Len() {
		if s := w.list.At(number); s.Roots[index] == root {
			require.Equal(w.t, []uint64{s.Length, 0, s.Length}, []uint64{length, offset, uint64(len(dst))})
			if w.without[[2]int{index, number}] {
				return fmt.Errorf("node %d lacks segment %d: %w", from.Number, number, errGone)
			}
			copy(dst, w.pieces[number][index])
			return nil
		}
	}
	return errors.New("no such piece")
}

// Has implements repair.Store.
func (w *world) Has(root [32]byte) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.disk[root]
	return ok, nil
}

// Put implements repair.Store.
func (w *world) Put(_ context.Context, deal uint64, root [32]byte, length uint64) (repair.Writer, error) {
	require.Equal(w.t, uint64(dealID), deal)
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.disk[root]; ok {
		return nil, holder.ErrHeld
	}
	if w.full == 0 {
		return nil, errNoRoom
	}
	if w.full > 0 {
		w.full--
	}
	return &pending{w: w, root: root, length: length}, nil
}

// pending is a piece that is being written.
type pending struct {
	w      *world
	root   [32]byte
	length uint64
	bytes.Buffer
}

// Commit implements repair.Writer.
func (p *pending) Commit() error {
	if blake3.Sum256(p.Bytes()) != p.root || uint64(p.Len()) != p.length {
		return holder.ErrMismatch
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.disk[p.root] = bytes.Clone(p.Bytes())
	return nil
}

// Abort implements repair.Writer.
func (*pending) Abort() {}

// Adopt implements repair.Shelf: it insists, as the holder does, on every piece being durable.
func (w *world) Adopt(_ context.Context, deal, version uint64, list *record.List) error {
	require.Equal(w.t, []uint64{dealID, w.deal.Layout.Version}, []uint64{deal, version})
	for number := range list.Len() {
		require.Equal(w.t, w.pieces[number][3], w.disk[list.At(number).Roots[3]], "segment %d", number)
	}
	w.adopted = append(w.adopted, version)
	return nil
}

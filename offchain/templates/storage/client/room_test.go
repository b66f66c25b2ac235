package client_test

import (
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// fill takes all room from some nodes, counted from 1: they take no piece more, and no new deal.
func (r *real) fill(nodes ...uint64) {
	r.chain.full = map[uint64]bool{}
	for _, n := range nodes {
		r.chain.full[n] = true
		r.stores[r.chain.members[n-1].Peer].Quota = 0
	}
}

// Where nodes are full, another commit makes no room: none is sent, and no piece twice. Without being asked for, no other deal is
// paid for; where space is asked for, however little, another deal is opened.
func TestNodesWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newReal(t, dir, 8)
		first, second := content(1, 1_000), content(2, 100_000)
		asked := client.PutOptions{Profile: tinyDeal.Profile, Space: 1}
		r.with(func(c *client.Client) {
			put(t, c, "first", first, tinyDeal)
			r.fill(1, 2, 3, 4)
			for range 2 {
				_, err := c.Put(t.Context(), []client.Source{client.BytesSource("second", second)}, tinyDeal)
				require.ErrorIs(t, err, client.ErrFull)
				require.ErrorContains(t, err, "deal 1: ")
				require.ErrorIs(t, c.Remove(t.Context(), []string{"first"}, nil), client.ErrFull, "the last one leaves a byte")
			}
			require.Equal(t, uint64(1), r.version(), "nothing was committed in vain")
			require.Len(t, r.chain.deals, 1)
			require.Equal(t, map[string]client.State{"first": client.Stored}, states(t, c))

			require.Equal(t, uint64(2), put(t, c, "second", second, asked).Deal)
			require.Equal(t, uint64(1), r.version())
			require.Equal(t, uint64(client.MinSpace), r.chain.deal(2).Space)
			require.Equal(t, uint64(2), put(t, c, "third", second, asked).Deal, "it is there by now")
			requireObject(t, c, "first", first)
			requireObject(t, c, "second", second)
		})
	})
}

// If the nodes of the new deal are full as well, that is the end of it.
func TestAllNodesWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := newReal(t, dir, 4)
		r.with(func(c *client.Client) {
			put(t, c, "first", nil, tinyDeal)
			r.fill(1, 2, 3, 4)
			r.chain.full = nil // they do not say so
			_, err := c.Put(t.Context(), []client.Source{client.BytesSource("second", nil)}, client.PutOptions{Profile: tinyDeal.Profile, Space: 1})
			require.ErrorIs(t, err, client.ErrFull)
			require.ErrorContains(t, err, "deal 2: ")
			require.Len(t, r.chain.deals, 2)
		})
	})
}

// Versions that wait are a reason to commit a deal once more, but only once: what else fills its nodes stays.
func TestRoomIsMadeOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r, d, c := newDeaf(t, dir)
		put(t, c, "first", content(1, 1_000), tinyDeal)
		d.interrupt(t, c, 10, 1_000)
		r.fill(1, 2, 3, 4)
		for range 3 {
			_, err := c.Put(t.Context(), []client.Source{client.BytesSource("second", content(2, 1_000))}, tinyDeal)
			require.ErrorIs(t, err, client.ErrFull)
			require.Equal(t, uint64(2), r.version())
		}
		require.NoError(t, c.Close())
		r.serving.Wait()
	})
}

// The pieces of a put that holders refuse are sent once.
func TestRefusedPiecesAreSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			var opened atomic.Int64
			source := client.BytesSource("x", nil)
			open := source.Open
			source.Open = func() (r io.ReadCloser, err error) { opened.Add(1); return open() }
			w.nodes.each(refusing("Put"), 1, 2, 3, 4)
			_, err := c.Put(t.Context(), []client.Source{source}, tinyDeal)
			require.ErrorIs(t, err, client.ErrFull)
			require.Equal(t, int64(1), opened.Load())
			require.Zero(t, w.version())
		})
	})
}

// Space that is asked for is what the deal of a put has left, whether it is new or not.
func TestPutWithSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			into := func(want uint64, name string, size int, space, deal uint64) {
				t.Helper()
				opts := client.PutOptions{Profile: tinyDeal.Profile, Space: space, Deal: deal}
				require.Equal(t, want, put(t, c, name, content(space, size), opts).Deal)
			}
			into(1, "a", 1_000, 0, 0)
			left := client.MinSpace - w.chain.deal(1).Layout.Bytes
			into(2, "b", 1_000, left+1, 0)
			into(1, "c", 1_000, left, 0)
			into(1, "d", 1_000, 1, 0)
			into(3, "e", 1_000, 20<<30, 0)
			require.Equal(t, uint64(20<<30), w.chain.deal(3).Space)
			into(1, "f", 1_000, 0, 0)

			into(3, "g", 1_000, 20<<30, 3)
			into(2, "h", 1_000, 20<<30, 2)
			into(2, "m", 1_000, 1, 2)
			into(1, "i", 1_000, 1, 9)
			w.chain.deals[2].Space = w.chain.deals[2].Layout.Bytes + 10
			into(4, "j", 1_000, 20<<30, 2)
			w.chain.deals[2].Space = client.MinSpace

			into(3, "k", 1_000, client.MinSpace, 0)
			require.NoError(t, c.Remove(t.Context(), []string{"b", "h", "m"}, nil))
			require.Equal(t, uint64(1), w.chain.deal(2).Layout.Bytes)
			into(2, "l", 1_000, client.MinSpace, 0)
		})
	})
}

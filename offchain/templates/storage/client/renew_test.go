package client_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// deaf is a chain that takes no layouts for a while: what holders have signed for does not come to it, as when a client is
// interrupted before it has sent it.
type deaf struct {
	*chain
	left int // layouts that it does not take, blank ones apart
}

func (d *deaf) CommitLayout(ctx context.Context, id uint64, layout work.Layout, acks []client.Ack, until int64) error {
	if d.left > 0 && layout.Bytes > 1 {
		d.left--
		return client.ErrRejected
	}
	return d.chain.CommitLayout(ctx, id, layout, acks, until)
}

// newDeaf makes a world of four real holders whose chain can be deaf.
func newDeaf(t *testing.T, dir string) (*real, *deaf, *client.Client) {
	t.Helper()
	r := newReal(t, dir, 4)
	streams, err := remote.New(remote.DefaultConfig(domain), wiretest.Dialer(r.dial))
	require.NoError(t, err)
	d := &deaf{chain: r.chain}
	c, err := client.NewOn(r.cfg, d, client.NewRemote(streams), r.fs)
	require.NoError(t, err)
	return r, d, c
}

// interrupt puts something whose commit does not come to the chain.
func (d *deaf) interrupt(t *testing.T, c *client.Client, number uint64, size int) {
	t.Helper()
	d.left = 1
	_, err := c.Put(t.Context(), []client.Source{client.BytesSource("lost", content(number, size))}, tinyDeal)
	require.ErrorIs(t, err, client.ErrRejected)
	d.left = 0
}

// A removal from a deal of which as many versions wait as may, none of which comes to the chain any more, commits it once more and
// goes on.
func TestInterruptedCommitsDoNotBlockARemoval(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r, d, c := newDeaf(t, dir)
		kept := content(1, 1_000)
		put(t, c, "kept", kept, tinyDeal)
		put(t, c, "gone", content(2, 1_000), tinyDeal)
		for i := range holder.MaxWaiting {
			d.interrupt(t, c, uint64(10+i), 1_000)
		}
		require.Equal(t, uint64(2), r.version())
		require.NoError(t, c.Remove(t.Context(), []string{"gone"}, nil))
		require.Equal(t, uint64(4), r.version(), "the deal once more, and the removal")
		require.Equal(t, map[string]client.State{"kept": client.Stored}, states(t, c))
		requireObject(t, c, "kept", kept)
		require.NoError(t, c.Close())
		r.serving.Wait()
	})
}

// Holders may see what is on chain a block later than the client: it waits until they have.
func TestRoomIsMadeWhenHoldersHaveSeenIt(t *testing.T) {
	const most = 90 << 20 // 45 of the 64 MiB of the deal
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r, d, c := newDeaf(t, dir)
		put(t, c, "before", content(1, 1_000), tinyDeal)
		require.NoError(t, r.chain.WaitHeight(t.Context(), r.chain.height+1))
		d.interrupt(t, c, 10, most)
		r.late = true
		last := content(2, most)
		put(t, c, "last", last, tinyDeal)
		require.Equal(t, uint64(3), r.version(), "the deal once more, and the put")
		requireObject(t, c, "last", last)
		require.NoError(t, c.Close())
		r.serving.Wait()
	})
}

// Commits that were interrupted, however many, cost neither a client the use of its deal nor holders their bounds.
func TestInterruptedCommitsDoNotBlockADeal(t *testing.T) {
	const most = 90 << 20 // 45 of the 64 MiB that a deal has at least
	for name, tc := range map[string]struct {
		before, interrupted int // puts that go well, and those that do not after it
		size                int // of these
	}{
		"ok: as many versions as may wait":           {1, 4, 1_000},
		"ok: of a deal without a layout":             {0, 4, 1_000},
		"ok: what fills the space":                   {1, 1, most},
		"ok: what fills a deal that has no layout":   {0, 1, most},
		"ok: both, and what would make room as well": {1, 3, most},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				r, d, c := newDeaf(t, dir)
				opts := client.PutOptions{Profile: tinyDeal.Profile}
				for range tc.before {
					put(t, c, "before", content(1, 1_000), opts)
				}
				for i := range tc.interrupted {
					d.left = 1 + i%2
					_, err := c.Put(t.Context(), []client.Source{client.BytesSource("lost", content(uint64(10+i), tc.size))}, opts)
					require.ErrorIs(t, err, client.ErrRejected)
				}
				d.left = 0
				last := content(2, tc.size)
				put(t, c, "last", last, opts)
				requireObject(t, c, "last", last)
				require.Len(t, r.chain.deals, 1)
				require.NoError(t, c.Remove(t.Context(), []string{"last"}, nil))
				require.Len(t, states(t, c), tc.before)
				require.NoError(t, c.Close())
				r.serving.Wait()
			})
		})
	}
}

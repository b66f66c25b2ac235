package client_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
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
				r := newReal(t, dir, 4)
				streams, err := remote.New(remote.DefaultConfig(domain), wiretest.Dialer(r.dial))
				require.NoError(t, err)
				d := &deaf{chain: r.chain}
				c, err := client.NewOn(r.cfg, d, client.NewRemote(streams), r.fs)
				require.NoError(t, err)
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

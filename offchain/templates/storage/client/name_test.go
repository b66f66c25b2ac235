package client_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
)

// Whatever an object is called by, and whatever is done with it, the same one is meant: of one name the one that was stored last, not
// that whose cid comes last.
func TestNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			for i := range uint64(8) {
				require.NoError(t, w.chain.WaitHeight(t.Context(), w.chain.height+1)) // a second later
				last := put(t, c, "x", content(i, 100), tinyDeal)
				uri, err := c.URI(last)
				require.NoError(t, err)
				link, err := c.Share("x")
				require.NoError(t, err)
				for _, name := range []string{"x", last.CID, uri, link} {
					found, err := c.Find(name)
					require.NoError(t, err)
					require.Equal(t, last.CID, found.CID)
					shared, err := c.Share(name)
					require.NoError(t, err)
					require.Equal(t, link, shared)
					requireObject(t, c, name, content(i, 100))
				}
			}
			for i := uint64(7); i > 0; i-- {
				require.NoError(t, c.Remove(t.Context(), []string{"x"}, nil))
				requireObject(t, c, "x", content(i-1, 100))
			}
			link, err := c.Share("x")
			require.NoError(t, err)
			u, err := record.ParseURI(link)
			require.NoError(t, err)
			u.Network = "net_00000002"
			for name, want := range map[string]error{u.Link(): client.ErrInvalid, "mesh://x": record.ErrURI} {
				_, err := c.Find(name)
				require.ErrorIs(t, err, want)
				_, err = c.Share(name)
				require.ErrorIs(t, err, want)
				require.ErrorIs(t, c.Remove(t.Context(), []string{name}, nil), want)
			}
			require.NoError(t, c.Remove(t.Context(), []string{link}, nil))
			require.Empty(t, states(t, c))
		})
	})
}

package client_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
)

// A disk that is full from any write on is an error of the call that met it or of the next, and ends no process. With room again
// all that was stored is there, and what is said not to be is not.
func TestDiskThatFillsUp(t *testing.T) {
	one := []client.Source{client.BytesSource("new", content(2, 100))}
	for name, tc := range map[string]struct {
		shortage *shortage
		sources  []client.Source
	}{
		"ok: full":                      {&shortage{of: writes, spare: math.MaxInt64}, one},
		"ok: beyond a quota":            {&shortage{of: writes, spare: math.MaxInt64, kind: syscall.EDQUOT}, one},
		"ok: read-only from then on":    {&shortage{of: writes, kind: syscall.EROFS}, one},
		"ok: in spite of the ballast":   {&shortage{of: writes}, one},
		"ok: while logs follow another": {&shortage{of: writes, spare: math.MaxInt64}, many()},
	} {
		t.Run(name, func(t *testing.T) {
			for after, all := int64(0), false; !all; after++ {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(4)
					w.with(t, func(c *client.Client) { put(t, c, "old", content(1, 100), tinyDeal) })
					all = w.putWithRoom(t, tc.shortage, tc.sources, after)
					w.expire(t)
					w.with(t, func(c *client.Client) {
						require.NoError(t, c.Resolve(t.Context()))
						requireObject(t, c, "old", content(1, 100))
						if _, err := c.Find("new"); all || err == nil {
							requireObject(t, c, "new", content(2, 100))
						}
						put(t, c, "newest", content(3, 100), tinyDeal)
					})
				})
			}
		})
	}
}

// many returns as many sources as a put may have, with names so long that what is written down of them fills a log.
func many() []client.Source {
	list := []client.Source{client.BytesSource("new", content(2, 100))}
	for len(list) < client.MaxSources {
		list = append(list, client.BytesSource(fmt.Sprint(strings.Repeat("n", 1_000), len(list)), nil))
	}
	return list
}

// putWithRoom puts objects while the disk takes only so many writes more, and says whether that were enough.
func (w *world) putWithRoom(t *testing.T, s *shortage, sources []client.Source, after int64) bool {
	t.Helper()
	c, err := client.NewOn(w.cfg, w.chain, w.nodes, s.on(w.fs))
	require.NoError(t, err)
	s.begin(after)
	_, err = c.Put(context.Background(), sources, tinyDeal)
	if err != nil {
		require.ErrorIs(t, err, s.error(), "after %d writes", after)
	}
	if closed := c.Close(); closed != nil {
		require.ErrorIs(t, closed, s.error(), "after %d writes", after)
	}
	return !s.struck.Load()
}

// What is no directory is not one that cannot be written to.
func TestFileInPlaceOfADirectory(t *testing.T) {
	cfg := newWorld(4).cfg
	cfg.Dir = filepath.Join(t.TempDir(), "home")
	require.NoError(t, os.WriteFile(cfg.Dir, nil, 0o600))
	_, err := client.New(cfg, nil, nil)
	require.Error(t, err)
	require.NotErrorIs(t, err, client.ErrReadOnly)
}

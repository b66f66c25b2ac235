package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/work"
)

var errDead = errors.New("process is dead")

// scene is a world in which something is put, or removed, and what must be true whatever happens meanwhile.
type scene struct {
	name string
	old  []string // objects that are there before
	do   func(context.Context, *client.Client) error
	gone string // what do removes, or nothing
}

func scenes() []scene {
	tiny := client.PutOptions{Profile: work.Profile{K: 2, N: 4}}
	putting := func(names ...string) func(context.Context, *client.Client) error {
		return func(ctx context.Context, c *client.Client) error {
			var sources []client.Source
			for _, name := range names {
				sources = append(sources, client.BytesSource(name, []byte("bytes of "+name)))
			}
			_, err := c.Put(ctx, sources, tiny)
			return err
		}
	}
	removing := func(name string) func(context.Context, *client.Client) error {
		return func(ctx context.Context, c *client.Client) error { return c.Remove(ctx, []string{name}, nil) }
	}
	return []scene{
		{"put into a new deal", nil, putting("a", "b"), ""},
		{"put into a deal with objects", []string{"old"}, putting("a"), ""},
		{"remove one of two", []string{"old", "older"}, removing("old"), "old"},
		{"remove the last", []string{"old"}, removing("old"), "old"},
	}
}

// play makes the world of a scene and its client.
func (s scene) play(t *testing.T) (*world, *client.Client) {
	t.Helper()
	w := newWorld(4)
	c := w.open(t)
	for _, name := range s.old {
		put(t, c, name, []byte("bytes of "+name), client.PutOptions{Profile: work.Profile{K: 2, N: 4}})
	}
	return w, c
}

// check requires that what a client says of its objects is so on the chain, with nothing in between, and that it can go on.
func (s scene) check(t *testing.T, w *world, c *client.Client, committed bool) {
	t.Helper()
	all := states(t, c)
	for name, state := range all {
		require.Equal(t, client.Stored, state)
		requireObject(t, c, name, []byte("bytes of "+name))
	}
	for _, name := range s.old {
		require.Equal(t, name != s.gone || !committed, all[name] == client.Stored, name)
	}
	if s.gone == "" {
		for _, name := range []string{"a", "b"} {
			require.Equal(t, committed && (name != "b" || len(s.old) == 0), all[name] == client.Stored, name)
		}
	}
	put(t, c, "next", []byte("bytes of next"), client.PutOptions{Profile: work.Profile{K: 2, N: 4}})
	requireObject(t, c, "next", []byte("bytes of next"))
	require.Len(t, w.chain.deals, 1, "no deal is paid for twice")
}

// count returns how many operations a scene takes when nothing happens.
func (s scene) count(t *testing.T) (n int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, c := s.play(t)
		tp := &tape{}
		w.record(tp)
		require.NoError(t, s.do(context.Background(), c))
		n = len(tp.ops)
		require.NoError(t, c.Close())
	})
	require.Greater(t, n, 10)
	return n
}

// A process that dies between any two operations leaves a database that tells the truth once the chain has been asked.
func TestProcessDies(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			for at := range s.count(t) {
				synctest.Test(t, func(t *testing.T) {
					w, c := s.play(t)
					before := w.version()
					var disk *vfs.MemFS
					var op string
					tp := &tape{at: at + 1, dead: errDead, do: func(name string) { disk, op = w.crash(), name }}
					w.record(tp)
					err := s.do(context.Background(), c)
					require.True(t, err != nil || op != "", "operation %d", at)
					require.NoError(t, c.Close())
					w.nodes.open.Wait()

					w.forget()
					w.fs = disk
					c = w.open(t)
					w.expire(t)
					require.NoError(t, c.Resolve(context.Background()))
					s.check(t, w, c, w.version() > before)
					require.NoError(t, c.Close())
				})
			}
		})
	}
}

// version returns the version of the first deal's layout.
func (w *world) version() uint64 {
	if w.chain.deals[1] == nil {
		return 0
	}
	return w.chain.deals[1].Layout.Version
}

// A caller who gives up at any operation gets an error, nothing is left running, and what is in doubt is decided later.
func TestCallerGivesUp(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			for at := range s.count(t) {
				synctest.Test(t, func(t *testing.T) {
					w, c := s.play(t)
					before := w.version()
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					w.record(&tape{at: at + 1, do: func(string) { cancel() }})
					err := s.do(ctx, c)
					w.nodes.open.Wait()
					w.forget()
					if err != nil {
						require.ErrorIs(t, err, context.Canceled)
						if !errors.Is(err, client.ErrUncertain) {
							require.Equal(t, before, w.version())
						}
					}
					w.expire(t)
					require.NoError(t, c.Resolve(context.Background()))
					s.check(t, w, c, w.version() > before)
					require.NoError(t, c.Close())
				})
			}
		})
	}
}

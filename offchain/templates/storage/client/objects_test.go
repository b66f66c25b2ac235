package client_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
)

// Whoever has the link reads the object, and nobody else.
func TestShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		b := content(1, 2*segment.MaxPlain)
		var link, plain string
		w.with(t, func(c *client.Client) {
			s := client.BytesSource("x", b)
			s.Type, s.Modified = "image/png", 12
			objects, err := c.Put(t.Context(), []client.Source{s}, tinyDeal)
			require.NoError(t, err)
			link, err = c.Share("x")
			require.NoError(t, err)
			plain, err = c.URI(objects[0])
			require.NoError(t, err)
			requireObject(t, c, plain, b)
			_, err = c.Share("y")
			require.ErrorIs(t, err, client.ErrNotFound)
		})
		w.cfg.Dir = "stranger"
		w.with(t, func(c *client.Client) {
			requireObject(t, c, link, b)
			o, err := c.Get(t.Context(), link, new(bytes.Buffer), client.GetOptions{Length: 1})
			require.NoError(t, err)
			u, err := record.ParseURI(link)
			require.NoError(t, err)
			want := client.Object{CID: u.CID.String(), Name: "x", Size: uint64(len(b)), Type: "image/png", Modified: 12, Deal: 1}
			require.Equal(t, want, o)
			require.Empty(t, states(t, c))

			_, err = get(c, plain, client.GetOptions{})
			require.ErrorIs(t, err, client.ErrNotFound)
			u.Share.Key[0] ^= 1
			_, err = get(c, u.Link(), client.GetOptions{})
			require.ErrorIs(t, err, client.ErrKey)
			u.CID[0] ^= 1
			_, err = get(c, u.Link(), client.GetOptions{})
			require.ErrorIs(t, err, client.ErrNotFound)
			w.nodes.each(broken("Layout"), 2, 3, 4)
			_, err = get(c, u.Link(), client.GetOptions{})
			require.ErrorIs(t, err, client.ErrNotFound, "one that has the list says so")
			w.nodes.each(nil, 2, 3, 4)
			u.Share.Deal = 2
			_, err = get(c, u.Link(), client.GetOptions{})
			require.ErrorIs(t, err, client.ErrNotFound)
			u.Network = "net_00000002"
			_, err = get(c, u.Link(), client.GetOptions{})
			require.ErrorIs(t, err, client.ErrInvalid)
			_, err = get(c, "mesh://x", client.GetOptions{})
			require.ErrorIs(t, err, record.ErrURI)
		})
	})
}

// relabel has a node give another list of the same layout: labels are not under its root.
func (w *world) relabel(node int, change func([]record.Segment)) {
	m := w.nodes.list[node-1]
	for v, list := range m.lists {
		var segments []record.Segment
		for i := range list.Len() {
			segments = append(segments, list.At(i))
		}
		change(segments)
		m.lists[v], _ = record.NewList(list.Pieces(), segments)
	}
}

// Holders that lie about labels hide an object only if all of them do.
func TestLabelsLie(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func([]record.Segment)
		want   error // when all lie
	}{
		{"none", func(s []record.Segment) { s[1].Label = nil }, client.ErrNotFound},
		{"on another segment", func(s []record.Segment) {
			s[0].Label, s[1].Label = &record.Label{Content: 116, Hash: s[1].Label.Hash}, nil
		}, client.ErrDamaged},
		{"with another length", func(s []record.Segment) {
			s[1].Label = &record.Label{Content: 5_000_000, Hash: s[1].Label.Hash}
		}, client.ErrDamaged},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(4)
				var link string
				w.with(t, func(c *client.Client) {
					put(t, c, "x", content(1, 100), tinyDeal)
					var err error
					link, err = c.Share("x")
					require.NoError(t, err)
				})
				w.cfg.Dir = "stranger"
				for i := range 4 {
					w.with(t, func(c *client.Client) { requireObject(t, c, link, content(1, 100)) })
					w.relabel(i+1, tc.change)
				}
				w.with(t, func(c *client.Client) {
					_, err := get(c, link, client.GetOptions{})
					require.ErrorIs(t, err, tc.want)
				})
				w.cfg.Dir = "home"
				w.with(t, func(c *client.Client) { requireObject(t, c, "x", content(1, 100)) })
			})
		})
	}
}

// What opens under the key and is not the object is found out; a holder cannot do that, who has the key can.
func TestDamagedObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			put(t, c, "x", content(1, 100), tinyDeal)
			for _, n := range w.nodes.list {
				for root, piece := range n.pieces {
					if len(piece) == 58 { // half of 100 bytes and a tag
						n.pieces[root] = make([]byte, 58)
					}
				}
			}
			_, err := get(c, "x", client.GetOptions{})
			require.ErrorIs(t, err, client.ErrDamaged)
			require.ErrorIs(t, err, segment.ErrSealed)
		})
	})
}

// When nobody has the latest layout, the object is read from the one that most have.
func TestGetFromAnOlderLayout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			put(t, c, "old", content(1, 100), tinyDeal)
			first := w.chain.deal(1).Layout
			w.nodes.each(broken("Store"), 4)
			put(t, c, "new", content(2, 100), tinyDeal)
			w.nodes.each(nil, 4)
			require.Equal(t, first, w.chain.deal(1).Indices[3].Acked)
			w.nodes.each(broken("Layout"), 1, 2, 3)
			requireObject(t, c, "old", content(1, 100))
			_, err := get(c, "new", client.GetOptions{})
			require.ErrorIs(t, err, client.ErrHolders, "it is there, and out of reach")

			// The latest is asked for first, even if more have an older one.
			w.nodes.each(nil, 1, 2, 3)
			for i := 1; i < 3; i++ {
				w.chain.deals[1].Indices[i].Acked = first
			}
			requireObject(t, c, "new", content(2, 100))
		})
	})
}

func TestRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			a := put(t, c, "a", content(1, 3_000_000), tinyDeal)
			put(t, c, "b", content(2, 1000), tinyDeal)
			put(t, c, "c", content(3, 1000), client.PutOptions{Profile: profile(t, "copy")})
			before := w.chain.deal(1).Layout.Bytes
			require.ErrorIs(t, c.Remove(t.Context(), nil, nil), client.ErrInvalid)
			require.ErrorIs(t, c.Remove(t.Context(), []string{"a", "d"}, nil), client.ErrNotFound)
			require.Equal(t, uint64(2), w.chain.deal(1).Layout.Version)

			require.NoError(t, c.Remove(t.Context(), []string{"a", "c"}, nil))
			require.Equal(t, map[string]client.State{"b": client.Stored}, states(t, c))
			require.Less(t, w.chain.deal(1).Layout.Bytes, before-1_500_000)
			_, err := get(c, "a", client.GetOptions{})
			require.ErrorIs(t, err, client.ErrNotFound)
			link := record.URI{Network: domain.Network, Share: &record.Share{Deal: 1}}
			link.CID, err = record.ParseCID(a.CID)
			require.NoError(t, err)
			_, err = get(c, link.Link(), client.GetOptions{})
			require.ErrorIs(t, err, client.ErrNotFound)
			require.Equal(t, uint64(1), w.chain.deal(2).Layout.Bytes, "a byte keeps the empty deal's layout")

			put(t, c, "d", content(4, 1000), client.PutOptions{Profile: profile(t, "copy")})
			d := w.chain.deal(2)
			require.Equal(t, uint64(3), d.Layout.Version)
			require.Equal(t, 2, w.nodes.list[0].lists[version{2, d.Layout}].Len(), "and goes with the next object")
			requireObject(t, c, "d", content(4, 1000))
			requireObject(t, c, "b", content(2, 1000))
		})
		w.nodes.open.Wait()
	})
}

// An object whose deal is over is forgotten without asking anybody to store anything.
func TestRemoveWhenTheDealIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			put(t, c, "a", nil, tinyDeal)
			w.chain.epoch = w.chain.deal(1).LastEpoch
			require.NoError(t, c.Remove(t.Context(), []string{"a"}, nil))
			require.Equal(t, uint64(2), w.version(), "the last epoch still counts")
			w.chain.epoch = 1
			put(t, c, "b", nil, tinyDeal)
			w.chain.epoch = w.chain.deal(1).LastEpoch + 1
			require.NoError(t, c.Remove(t.Context(), []string{"b"}, nil))
			require.Equal(t, uint64(3), w.version())
			require.Empty(t, states(t, c))
		})
	})
}

// The object put last is the one a name means.
func TestNamesNeedNotBeUnique(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			for i := range 4 {
				put(t, c, "x", []byte{byte(i)}, tinyDeal)
				require.NoError(t, wait(t.Context(), time.Second))
				requireObject(t, c, "x", []byte{byte(i)})
			}
			for i := range 4 {
				requireObject(t, c, "x", []byte{byte(3 - i)})
				require.NoError(t, c.Remove(t.Context(), []string{"x"}, nil))
			}
			require.Empty(t, states(t, c))
		})
	})
}

// A get that fails late has left nothing wrong.
func TestGetThatFailsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.cfg.InFlight = 1
		w.with(t, func(c *client.Client) {
			b := content(1, 6*segment.MaxPlain)
			put(t, c, "x", b, tinyDeal)
			for i := range 4 {
				w.nodes.each(after(2, "Fetch", broken("Fetch")), i+1)
			}
			got, err := get(c, "x", client.GetOptions{})
			require.ErrorIs(t, err, client.ErrHolders)
			require.NotEmpty(t, got)
			require.True(t, bytes.HasPrefix(b, got))
		})
		w.nodes.open.Wait()
	})
}

// A caller who gives up during a get gets that as the answer, at whatever point.
func TestGetIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		c := w.open(t)
		put(t, c, "x", content(1, 3*segment.MaxPlain), tinyDeal)
		all := &tape{}
		w.record(all)
		_, err := get(c, "x", client.GetOptions{})
		require.NoError(t, err)
		require.Greater(t, len(all.ops), 10)
		for at := range len(all.ops) - 1 {
			ctx, cancel := context.WithCancel(context.Background())
			w.record(&tape{at: at + 1, do: func(string) { cancel() }})
			_, err := c.Get(ctx, "x", new(bytes.Buffer), client.GetOptions{})
			require.True(t, err == nil || errors.Is(err, context.Canceled), "%v", err)
			w.nodes.open.Wait()
			cancel()
		}
		require.NoError(t, c.Close())
	})
}

// One process has the objects at a time.
func TestObjectsAreLocked(t *testing.T) {
	w := newWorld(4)
	w.chain.blockTime = 0
	w.cfg.Dir = filepath.Join(t.TempDir(), "home")
	c, err := client.New(w.cfg, w.chain, w.nodes)
	require.NoError(t, err)
	put(t, c, "x", []byte("x"), tinyDeal)
	_, err = client.New(w.cfg, w.chain, w.nodes)
	require.ErrorIs(t, err, client.ErrLocked)
	var locked *client.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, client.LockedError{Dir: w.cfg.Dir, PID: os.Getpid()}, *locked)
	require.NoError(t, c.Close())
	require.NoError(t, c.Close())
	_, err = get(c, "x", client.GetOptions{})
	require.ErrorIs(t, err, client.ErrClosed)
	_, err = c.Put(t.Context(), []client.Source{client.BytesSource("y", nil)}, tinyDeal)
	require.ErrorIs(t, err, client.ErrClosed)
	c, err = client.New(w.cfg, w.chain, w.nodes)
	require.NoError(t, err)
	requireObject(t, c, "x", []byte("x"))
	require.NoError(t, c.Close())
}

func TestConfig(t *testing.T) {
	good := client.DefaultConfig("home", domain, [32]byte{1})
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(*client.Config){
		"no directory":    func(c *client.Config) { c.Dir = "" },
		"no network":      func(c *client.Config) { c.Domain.Network = "" },
		"nothing flies":   func(c *client.Config) { c.InFlight = 0 },
		"too many fly":    func(c *client.Config) { c.InFlight = client.MaxInFlight + 1 },
		"no coder":        func(c *client.Config) { c.Coders = 0 },
		"no straggler":    func(c *client.Config) { c.Straggler = 0 },
		"no hedge":        func(c *client.Config) { c.Hedge = -1 },
		"no patience":     func(c *client.Config) { c.Patience = 0 },
		"no block":        func(c *client.Config) { c.TxBlocks = 0 },
		"no chain at all": func(c *client.Config) { c.Domain.ChainID = "" },
	} {
		cfg := good
		change(&cfg)
		_, err := client.New(cfg, nil, nil)
		require.ErrorIs(t, err, client.ErrInvalid, name)
	}
}

package client_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// Before anything is fetched, money for k holders and a spare one is asked for, once: enough for what each of them is asked for, and
// not much more than that.
func TestFundIsEnough(t *testing.T) {
	rng := seeded.Source(t)
	for _, p := range append(segment.Profiles()[:4], segment.NamedProfile{Name: "3/5", Profile: work.Profile{K: 3, N: 5}}) {
		t.Run(p.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(p.N)
				f := w.fund(nil)
				for _, n := range w.nodes.list {
					n.speed = 20 << 20
				}
				w.with(t, func(c *client.Client) {
					for object, size := range []int{1, 65_520*p.K + 1, 1 + rng.IntN(2*segment.MaxPlain), 2*segment.MaxPlain + 1} {
						b := content(uint64(object), size)
						name := put(t, c, fmt.Sprint(object), b, client.PutOptions{Profile: p.Profile, Space: 1 << 30}).CID
						for round := range seeded.Rounds(t, 8) {
							from := edge(rng, 0, size-1)
							to := edge(rng, from+1, size)
							switch {
							case round == 0:
								from, to = 0, size
							case round == 1 && size > 65_520*p.K: // a byte on either side of a stripe's end
								from, to = 65_520*p.K-1, 65_520*p.K+1
							}
							what := fmt.Sprintf("bytes %d to %d of %d", from, to, size)
							w.asked(1)
							require.True(t, bytes.Equal(b[from:to], calm(t, c, name, client.GetOptions{Offset: uint64(from), Length: uint64(to - from)})), what)
							list := f.take()
							require.Len(t, list, 1, what)
							requireEnough(t, list[0], w.asked(1), p.K, parts(from, to), what)
						}
					}
				})
				w.nodes.open.Wait()
			})
		})
	}
}

// Who cannot be reached is asked last, and no money is set aside for it while there are others.
func TestFundIsForThoseWhoAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		away []int // nodes
		want []int // indices of 2/4
	}{
		"ok: all are there":   {nil, []int{0, 1, 2}},
		"ok: the first is":    {[]int{2, 3}, []int{0, 3, 1}},
		"ok: the last two":    {[]int{1, 2}, []int{2, 3, 0}},
		"ok: one is away":     {[]int{1}, []int{1, 2, 3}},
		"ok: the spare is it": {[]int{3}, []int{0, 1, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(4)
				f := w.fund(nil)
				w.with(t, func(c *client.Client) {
					put(t, c, "x", content(1, 1000), tinyDeal)
					for _, i := range tc.away {
						w.at(i - 1).fault = broken("Reach")
					}
					require.Len(t, calm(t, c, "x", client.GetOptions{}), 1000)
					list := f.take()
					require.Len(t, list, 1)
					require.Equal(t, tc.want, list[0].indices)
				})
			})
		})
	}
}

// Money is asked for when as many holders are reached as are needed, and for these.
func TestFundWaitsForHolders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		f := w.fund(nil)
		w.with(t, func(c *client.Client) {
			put(t, c, "x", content(1, 1000), tinyDeal)
			for index, far := range []time.Duration{0, time.Second, time.Second, 500 * time.Millisecond} {
				w.at(index).fault = func(ctx context.Context, op string) error {
					if op == "Reach" {
						return wait(ctx, far)
					}
					return nil
				}
			}
			begun := time.Now()
			requireObject(t, c, "x", content(1, 1000))
			require.Equal(t, 500*time.Millisecond, time.Since(begun))
			list := f.take()
			require.Len(t, list, 1)
			require.Equal(t, []int{0, 3, 1}, list[0].indices)
		})
	})
}

// A range without bytes costs nothing.
func TestNothingIsFundedForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		f := w.fund(errBroken)
		w.with(t, func(c *client.Client) {
			put(t, c, "empty", nil, tinyDeal)
			put(t, c, "x", content(1, 1000), tinyDeal)
			for name, opts := range map[string]client.GetOptions{"empty": {}, "x": {Offset: 1000}} {
				got, err := get(c, name, opts)
				require.NoError(t, err)
				require.Empty(t, got)
			}
			_, err := get(c, "x", client.GetOptions{Offset: 1001})
			require.ErrorIs(t, err, client.ErrInvalid)
			_, err = get(c, "x", client.GetOptions{Offset: 1, Length: 1000})
			require.ErrorIs(t, err, client.ErrInvalid)
			require.Empty(t, f.take())
			require.Zero(t, w.nodes.fetches())
		})
	})
}

// Who has only a link reads the manifest first, and pays for it as for the object.
func TestFundOfAManifest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(8)
		small := client.PutOptions{Profile: profile(t, "small")}
		var link, empty string
		w.with(t, func(c *client.Client) {
			put(t, c, "x", content(1, 1_000_000), small)
			put(t, c, "empty", nil, small)
			var err error
			link, err = c.Share("x")
			require.NoError(t, err)
			empty, err = c.Share("empty")
			require.NoError(t, err)
		})
		w.cfg.Dir = "stranger"
		w.with(t, func(c *client.Client) {
			f := w.fund(nil)
			o, err := c.Open(t.Context(), link)
			require.NoError(t, err)
			list := f.take()
			require.Len(t, list, 1)
			require.Zero(t, list[0].before)
			require.Len(t, list[0].indices, 5)
			asked := w.asked(1)
			slices.Sort(asked)
			require.Equal(t, slices.Repeat([]uint64{list[0].bytes}, 4), asked[4:], "the whole piece of each")
			require.Zero(t, asked[3])

			require.NoError(t, o.Read(t.Context(), new(bytes.Buffer), client.GetOptions{}))
			require.NoError(t, o.Close())
			list = f.take()
			require.Len(t, list, 1)
			require.Equal(t, 4, list[0].before)
			require.LessOrEqual(t, slices.Max(w.asked(1)), list[0].bytes)

			_, err = get(c, empty, client.GetOptions{})
			require.NoError(t, err)
			require.Len(t, f.take(), 1, "for the manifest only")
		})
		w.nodes.open.Wait()
	})
}

// Without money nothing is fetched, and that is why the get fails: at once, whoever else could be asked.
func TestFundThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		var link string
		w.with(t, func(c *client.Client) {
			put(t, c, "x", content(1, 3*segment.MaxPlain), tinyDeal)
			var err error
			link, err = c.Share("x")
			require.NoError(t, err)
			f := w.fund(errBroken)
			got, err := get(c, "x", client.GetOptions{})
			require.ErrorIs(t, err, errBroken)
			require.NotErrorIs(t, err, client.ErrHolders)
			require.EqualError(t, err, "get: pay for reading: broken")
			require.Empty(t, got)
			require.Len(t, f.take(), 1)
			require.Zero(t, w.nodes.fetches())
		})
		w.cfg.Dir = "stranger"
		w.with(t, func(c *client.Client) {
			f := w.fund(errBroken)
			_, err := c.Open(t.Context(), link)
			require.ErrorIs(t, err, errBroken)
			require.EqualError(t, err, "open object: pay for reading: broken")
			require.Len(t, f.take(), 1, "no other giver of the list is asked for that")
			require.Zero(t, w.nodes.fetches())
		})
		w.nodes.open.Wait()
	})
}

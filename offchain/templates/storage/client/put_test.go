package client_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// borders are sizes around what objects are cut into.
func borders(k int) []int {
	const block = 65_520
	sizes := []int{0, 1, 2, k, 100_000}
	for _, b := range []int{block, k * block, 2 * k * block, segment.MaxPlain} {
		sizes = append(sizes, b-1, b, b+1)
	}
	return append(sizes, 2*segment.MaxPlain, 2*segment.MaxPlain+k*block+17)
}

// What is put comes back, whatever its size and the profile.
func TestPutThenGet(t *testing.T) {
	for _, p := range segment.Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(p.N)
				w.with(t, func(c *client.Client) {
					opts := client.PutOptions{Profile: p.Profile, Space: 1 << 30}
					for i, size := range borders(p.K) {
						b := content(uint64(i), size)
						o := put(t, c, fmt.Sprint(i), b, opts)
						opts.Space = 0
						require.Equal(t, uint64(size), o.Size)
						requireObject(t, c, o.CID, b)
						require.Equal(t, uint64(1), o.Deal, "all fit into one deal")
						require.Equal(t, p.N, w.chain.acked(1))
					}
				})
				w.nodes.open.Wait()
			})
		})
	}
}

// The same for any size and any range of it.
func TestRanges(t *testing.T) {
	seeded.Checks(t, 25, func(t *rapid.T) {
		p := segment.Profiles()[rapid.IntRange(0, 3).Draw(t, "profile")]
		w := newWorld(p.N)
		w.chain.blockTime = 0
		w.with(t, func(c *client.Client) {
			size := rapid.OneOf(rapid.IntRange(0, 20_000_000), rapid.IntRange(0, 70_000)).Draw(t, "size")
			b := content(7, size)
			o := put(t, c, "x", b, client.PutOptions{Profile: p.Profile})
			for range 5 {
				from := rapid.IntRange(0, size).Draw(t, "from")
				length := rapid.IntRange(0, size-from).Draw(t, "length")
				got, err := get(c, o.CID, client.GetOptions{Offset: uint64(from), Length: uint64(length)})
				require.NoError(t, err)
				if length == 0 {
					length = size - from
				}
				require.Len(t, got, length)
				require.True(t, bytes.Equal(b[from:from+length], got))
			}
			_, err := get(c, o.CID, client.GetOptions{Offset: uint64(size) + 1})
			require.ErrorIs(t, err, client.ErrInvalid)
			_, err = get(c, o.CID, client.GetOptions{Offset: 1, Length: uint64(size)})
			require.ErrorIs(t, err, client.ErrInvalid)
		})
	})
}

// A range is read from the stripes it touches, not from all of the pieces.
func TestRangeReadsItsSpanOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(12)
		w.with(t, func(c *client.Client) {
			b := content(3, segment.MaxPlain)
			o := put(t, c, "x", b, client.PutOptions{})
			for _, n := range w.nodes.list {
				n.speed = 64 << 10 // a stripe takes a second, a piece 32
			}
			begun := w.cfg.Clock.Now()
			got, err := get(c, o.CID, client.GetOptions{Offset: 5_000_000, Length: 10})
			require.NoError(t, err)
			require.Equal(t, b[5_000_000:5_000_010], got)
			require.Equal(t, "1s", w.cfg.Clock.Now().Sub(begun).String())
		})
	})
}

// Several objects go in with one commit.
func TestPutMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(12)
		w.with(t, func(c *client.Client) {
			var sources []client.Source
			for i := range client.MaxSources {
				s := client.BytesSource(fmt.Sprint(i), content(uint64(i), i*1000))
				s.Type, s.Modified = "text/plain", int64(i)
				sources = append(sources, s)
			}
			objects, err := c.Put(t.Context(), sources, client.PutOptions{})
			require.NoError(t, err)
			require.Equal(t, uint64(1), w.chain.deal(1).Layout.Version)
			for i, o := range objects {
				require.Equal(t, fmt.Sprint(i), o.Name)
				requireObject(t, c, o.CID, content(uint64(i), i*1000))
				again, err := c.Find(o.CID)
				require.NoError(t, err)
				require.True(t, o.Stored.Equal(again.Stored))
				again.Stored = o.Stored
				require.Equal(t, o, again)
			}
			_, err = c.Put(t.Context(), append(sources, sources[0]), client.PutOptions{})
			require.ErrorIs(t, err, client.ErrInvalid)
		})
	})
}

func TestPutChoosesADeal(t *testing.T) {
	tiny, small := work.Profile{K: 2, N: 4}, work.Profile{K: 4, N: 8}
	for _, tc := range []struct {
		name   string
		owners int
		first  client.PutOptions
		then   func(*world)
		second client.PutOptions
		size   int
		deal   uint64
		want   work.Profile
	}{
		{"ok: the same one again", 12, client.PutOptions{}, nil, client.PutOptions{}, 1000, 1, small},
		{"ok: another profile", 12, client.PutOptions{}, nil, client.PutOptions{Profile: tiny}, 1000, 2, tiny},
		{"ok: no spare holders", 8, client.PutOptions{Profile: small}, nil, client.PutOptions{Profile: small}, 1000, 1, small},
		{"ok: more owners have come", 11, client.PutOptions{}, func(w *world) { w.nodes.add() }, client.PutOptions{}, 1000, 2, small},
		{"ok: no space", 6, client.PutOptions{Profile: tiny}, func(w *world) { w.chain.deals[1].Space = w.chain.deals[1].Layout.Bytes + 574 }, client.PutOptions{}, 1000, 2, tiny},
		{"ok: just enough space", 6, client.PutOptions{Profile: tiny}, func(w *world) { w.chain.deals[1].Space = w.chain.deals[1].Layout.Bytes + 575 }, client.PutOptions{}, 1000, 1, tiny},
		{"ok: two epochs left", 12, client.PutOptions{Epochs: 4}, func(w *world) { w.chain.epoch = 3 }, client.PutOptions{Epochs: 4}, 1000, 1, small},
		{"ok: one epoch left", 12, client.PutOptions{Epochs: 4}, func(w *world) { w.chain.epoch = 4 }, client.PutOptions{Epochs: 1}, 1000, 2, small},
		{"ok: half of the time left", 12, client.PutOptions{}, func(w *world) { w.chain.epoch = 301 }, client.PutOptions{}, 1000, 1, small},
		{"ok: less than half of the time left", 12, client.PutOptions{}, func(w *world) { w.chain.epoch = 302 }, client.PutOptions{}, 1000, 2, small},
		{"ok: less than half of what is asked for", 12, client.PutOptions{Epochs: 4}, nil, client.PutOptions{Epochs: 10}, 1000, 2, small},
		{"ok: holders of the first are gone", 12, client.PutOptions{}, func(w *world) {
			for i := range 3 {
				w.chain.deals[1].Indices[i].Status = work.IndexVacant
			}
		}, client.PutOptions{}, 1000, 2, small},
		{"ok: enough of them are left", 12, client.PutOptions{}, func(w *world) {
			for i := range 2 {
				w.chain.deals[1].Indices[i].Status = work.IndexVacant
			}
		}, client.PutOptions{}, 1000, 1, small},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(tc.owners)
				w.with(t, func(c *client.Client) {
					first := put(t, c, "first", content(1, 1000), tc.first)
					require.Equal(t, uint64(1), first.Deal)
					if tc.then != nil {
						tc.then(w)
					}
					second := put(t, c, "second", content(2, tc.size), tc.second)
					require.Equal(t, tc.deal, second.Deal)
					require.Equal(t, tc.want, w.chain.deal(second.Deal).Profile)
					requireObject(t, c, "second", content(2, tc.size))
					if tc.then == nil {
						requireObject(t, c, "first", content(1, 1000))
					}
				})
			})
		})
	}
}

// A file is not kept longer than it was paid for, and whoever asks for it then is told so.
func TestGetWhenTheDealIsOver(t *testing.T) {
	w := newWorld(4)
	w.chain.blockTime = 0
	w.with(t, func(c *client.Client) {
		put(t, c, "x", []byte("x"), tinyDeal)
		w.chain.deals[1].Settled, w.chain.deals[1].Indices = true, nil
		_, err := get(c, "x", client.GetOptions{})
		require.ErrorIs(t, err, client.ErrOver)
		require.ErrorContains(t, err, "deal 1 ended with epoch 601")
	})
}

// A deal lasts for as long as is asked for, or so many times what the network sells at once, but not for an afternoon.
func TestDefaultEpochs(t *testing.T) {
	for price, want := range map[uint64]uint64{1: 600, 20: 600, 24: 720, 10_000: 100_000} {
		require.Equal(t, want, client.DefaultEpochs(price))
	}
}

// A new deal has at least 64 MiB, and else what is asked for or needed, in whole MiB.
func TestSpaceOfANewDeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tc := range []struct{ asked, want uint64 }{{0, 64 << 20}, {64<<20 + 1, 65 << 20}, {1 << 30, 1 << 30}} {
			w := newWorld(4)
			w.with(t, func(c *client.Client) {
				o := put(t, c, "x", nil, client.PutOptions{Space: tc.asked, Profile: work.Profile{K: 2, N: 4}, Epochs: 7})
				d := w.chain.deal(o.Deal)
				require.Equal(t, tc.want, d.Space)
				require.Equal(t, uint64(8), d.LastEpoch)
			})
		}
	})
}

func TestPutIsRefused(t *testing.T) {
	source := func(change func(*client.Source)) []client.Source {
		s := client.BytesSource("x", make([]byte, 10))
		change(&s)
		return []client.Source{s}
	}
	nothing := func(*client.Source) {}
	for _, tc := range []struct {
		name    string
		owners  int
		sources []client.Source
		opts    client.PutOptions
		want    error
	}{
		{"fails: nothing to put", 12, nil, client.PutOptions{}, client.ErrInvalid},
		{"fails: long name", 12, source(func(s *client.Source) { s.Name = strings.Repeat("x", 1025) }), client.PutOptions{}, client.ErrInvalid},
		{"fails: name is not text", 12, source(func(s *client.Source) { s.Name = "\xff" }), client.PutOptions{}, client.ErrInvalid},
		{"fails: too large", 12, source(func(s *client.Source) { s.Size = 1 << 42 }), client.PutOptions{}, client.ErrInvalid},
		{"fails: absurdly large", 12, source(func(s *client.Source) { s.Size = 1<<64 - 1 }), client.PutOptions{}, client.ErrInvalid},
		{"fails: too few owners", 4, source(nothing), client.PutOptions{}, segment.ErrOwners},
		{"fails: too few owners for a profile", 7, source(nothing), client.PutOptions{Profile: work.Profile{K: 4, N: 8}}, segment.ErrOwners},
		{"fails: too dear", 12, source(nothing), client.PutOptions{MaxRate: proof.U64(1)}, client.ErrRejected},
		{"fails: source is shorter", 12, source(func(s *client.Source) { s.Size = 11 }), client.PutOptions{}, client.ErrChanged},
		{"fails: source is longer", 12, source(func(s *client.Source) { s.Size = 9 }), client.PutOptions{}, client.ErrChanged},
		{"fails: source does not open", 12, source(func(s *client.Source) {
			s.Open = func() (io.ReadCloser, error) { return nil, errBroken }
		}), client.PutOptions{}, errBroken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(tc.owners)
				w.with(t, func(c *client.Client) {
					_, err := c.Put(context.Background(), tc.sources, tc.opts)
					require.ErrorIs(t, err, tc.want)
					require.Empty(t, states(t, c))
				})
				w.nodes.open.Wait()
			})
		})
	}
}

// When owners run out the deal is cancelled, and a later put opens another. One that could not be cancelled is tried again.
func TestOwnersRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			members := w.chain.members
			w.chain.fault = func(call string, after bool) error {
				if call == "Draw" && !after {
					w.chain.members = members[:3]
				}
				return nil
			}
			opts := client.PutOptions{Profile: work.Profile{K: 2, N: 4}}
			_, err := c.Put(t.Context(), []client.Source{client.BytesSource("x", nil)}, opts)
			var owners *client.OwnersError
			require.ErrorAs(t, err, &owners)
			require.Equal(t, client.OwnersError{Deal: 1, Need: 4, Missing: 1}, *owners)
			require.True(t, w.chain.deals[1].Settled)
			short := w.chain.fault
			w.chain.members = members
			w.chain.fault = func(call string, after bool) error {
				if call == "CancelDeal" {
					return errLost
				}
				return short(call, after)
			}
			_, err = c.Put(t.Context(), []client.Source{client.BytesSource("x", nil)}, opts)
			require.ErrorAs(t, err, &owners)
			require.Equal(t, client.OwnersError{Deal: 2, Need: 4, Missing: 1, Cancelled: errLost}, *owners)
			require.ErrorContains(t, err, "could not be cancelled")
			w.chain.fault, w.chain.members = nil, members
			require.Equal(t, uint64(2), put(t, c, "x", nil, opts).Deal)
			require.Len(t, w.chain.deals, 2)
		})
	})
}

// Progress counts every byte once and names the stages in their order.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(12)
		w.with(t, func(c *client.Client) {
			var stages []client.Stage
			var last client.Progress
			report := func(p client.Progress) {
				if p.Stage != last.Stage {
					stages = append(stages, p.Stage)
				}
				require.GreaterOrEqual(t, p.Done, last.Done)
				last = p
			}
			o := put(t, c, "x", content(1, 20_000_000), client.PutOptions{Progress: report})
			require.Equal(t, []client.Stage{client.StageDeal, client.StageDraw, client.StageSend, client.StageAcknowledge, client.StageCommit}, stages)
			require.Equal(t, client.Progress{Stage: client.StageCommit, Done: 20_000_000, Total: 20_000_000}, last)
			stages, last = nil, client.Progress{}
			_, err := get(c, o.CID, client.GetOptions{Offset: 1_000, Length: 10_000_000, Progress: report})
			require.NoError(t, err)
			require.Equal(t, []client.Stage{client.StageFind, client.StageFetch}, stages)
			require.Equal(t, client.Progress{Stage: client.StageFetch, Done: 10_000_000, Total: 10_000_000}, last)
		})
	})
}

// A large put into a new deal commits something small first, so that the nodes of the deal have acknowledged something before
// their time is over; nothing of it is left in the end. A small one, and one into a deal with a layout, does not.
func TestLargePutSettlesInFirst(t *testing.T) {
	for _, tc := range []struct {
		name    string
		size    int
		version uint64
	}{{"ok: small", 1_000, 1}, {"ok: large", 32<<20 + 1, 2}} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(4)
			w.chain.blockTime, w.cfg.Clock = 0, client.SystemClock{}
			w.with(t, func(c *client.Client) {
				b := content(1, tc.size)
				put(t, c, "x", b, client.PutOptions{Profile: tinyDeal.Profile, Space: 64 << 20})
				require.Equal(t, tc.version, w.version())
				requireObject(t, c, "x", b)
				put(t, c, "y", b[:1_000], tinyDeal)
				require.Equal(t, tc.version+1, w.version())
			})
		})
	}
}

// A put that does not come to its objects leaves none behind that may be stored.
func TestLargePutThatDoesNotSettleIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := patientWorld()
		c, err := client.NewOn(w.cfg, lateCommit(w, 200), w.nodes, w.fs)
		require.NoError(t, err)
		large := []client.Source{client.BytesSource("x", content(1, 32<<20+1))}
		_, err = c.Put(t.Context(), large, client.PutOptions{Profile: tinyDeal.Profile, Space: 64 << 20})
		require.ErrorIs(t, err, client.ErrUnprepared)
		require.NotErrorIs(t, err, client.ErrUncertain)
		require.Empty(t, states(t, c))
		require.NoError(t, c.Close())
	})
}

// A put that fails while its deal settles in ends with its own reason, when nothing of it goes on.
func TestLargePutThatFailsWhileItSettlesIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := patientWorld()
		c, err := client.NewOn(w.cfg, lateCommit(w, 10), w.nodes, w.fs)
		require.NoError(t, err)
		short := client.BytesSource("x", content(1, 32<<20))
		short.Size++
		_, err = c.Put(t.Context(), []client.Source{short}, client.PutOptions{Profile: tinyDeal.Profile, Space: 64 << 20})
		require.ErrorIs(t, err, client.ErrChanged)
		require.Empty(t, states(t, c))
		put(t, c, "y", content(2, 1_000), tinyDeal)
		require.NoError(t, c.Close())
	})
}

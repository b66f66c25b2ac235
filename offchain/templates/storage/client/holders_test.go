package client_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/test/seeded"
)

// Ways in which a holder can fail an operation.
func broken(only string) func(context.Context, string) error {
	return func(_ context.Context, op string) error {
		if op == only || only == "" {
			return errBroken
		}
		return nil
	}
}

func refusing(only string) func(context.Context, string) error {
	return func(_ context.Context, op string) error {
		if op == only {
			return refuse(wire.Quota)
		}
		return nil
	}
}

func hanging(only string) func(context.Context, string) error {
	return func(ctx context.Context, op string) error {
		if op == only || only == "" {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
}

// after has a fault begin with the nth time of an operation.
func after(n int, op string, fault func(context.Context, string) error) func(context.Context, string) error {
	var times atomic.Int64
	return func(ctx context.Context, is string) error {
		now := times.Load()
		if is == op {
			now = times.Add(1)
		}
		if now <= int64(n) {
			return nil
		}
		return fault(ctx, is)
	}
}

// A put succeeds as long as the layout can be current, whatever the other holders do, and fails with what is missing else.
// What it takes longer is bounded.
func TestPutWithBadHolders(t *testing.T) {
	const size = 3*segment.MaxPlain + 1
	p := work.Profile{K: 4, N: 8} // current with 6
	for _, tc := range []struct {
		name  string
		fault func() func(context.Context, string) error
		takes time.Duration // of a put that succeeds, beside the two blocks of the draw
	}{
		{"unreachable", func() func(context.Context, string) error { return broken("Write") }, 0},
		{"silent when dialled", func() func(context.Context, string) error { return hanging("Write") }, 10 * time.Second},
		{"breaks with every piece", func() func(context.Context, string) error { return broken("Put") }, 0},
		{"breaks after two pieces", func() func(context.Context, string) error { return after(2, "Put", broken("")) }, 0},
		{"refuses pieces", func() func(context.Context, string) error { return refusing("Put") }, 0},
		{"hangs with a piece", func() func(context.Context, string) error { return after(2, "Put", hanging("Put")) }, 10 * time.Second},
		{"refuses its ack", func() func(context.Context, string) error { return refusing("Store") }, 0},
		{"breaks at its ack", func() func(context.Context, string) error { return broken("Store") }, 0},
		{"hangs at its ack", func() func(context.Context, string) error { return hanging("Store") }, 10 * time.Second},
	} {
		for bad := 1; bad <= 3; bad++ {
			t.Run(fmt.Sprintf("%s: %d of 8", tc.name, bad), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(8)
					for i := range bad {
						w.nodes.each(tc.fault(), i+1)
					}
					w.with(t, func(c *client.Client) {
						begun := time.Now()
						b := content(1, size)
						_, err := c.Put(t.Context(), []client.Source{client.BytesSource("x", b)}, client.PutOptions{Profile: p})
						if bad > 2 {
							var holders *client.HoldersError
							require.ErrorAs(t, err, &holders)
							require.Equal(t, 6, holders.Need)
							require.Equal(t, 5, holders.Have)
							require.Error(t, holders.Err)
							require.Empty(t, states(t, c))
							require.Equal(t, uint64(0), w.chain.deal(1).Layout.Version)
							return
						}
						require.NoError(t, err)
						require.Equal(t, 2*time.Second+tc.takes, time.Since(begun))
						require.Equal(t, 8-bad, w.chain.acked(1))
						requireObject(t, c, "x", b)
					})
					w.nodes.open.Wait()
				})
			})
		}
	}
}

// A session that breaks now and then is opened anew and loses nothing.
func TestPutSurvivesBrokenSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		var puts atomic.Int64
		w.nodes.each(func(ctx context.Context, op string) error {
			if op == "Put" && puts.Add(1)%3 == 0 {
				return errors.Join(wait(ctx, time.Millisecond), errBroken) // the others get through
			}
			return nil
		}, 1)
		w.with(t, func(c *client.Client) {
			b := content(1, 6*segment.MaxPlain)
			put(t, c, "x", b, client.PutOptions{Profile: profile(t, "tiny")})
			require.Equal(t, 4, w.chain.acked(1))
			require.Greater(t, w.nodes.list[0].writes, 1)
			requireObject(t, c, "x", b)
		})
		w.nodes.open.Wait()
	})
}

// A holder that is a tenth as fast as the others costs a put ten seconds at most, one that is a little slower sets the pace.
func TestPutWithSlowHolders(t *testing.T) {
	const fast = 20 << 20
	b := content(1, 12*segment.MaxPlain)
	for _, tc := range []struct {
		name  string
		speed int
		slow  int
		acked int
		most  time.Duration
	}{
		{"ok: all alike", fast, 0, 8, 2 * time.Second},
		{"ok: one a tenth as fast", fast / 100, 1, 7, 13 * time.Second},
		{"ok: two a tenth as fast", fast / 100, 2, 6, 13 * time.Second},
		{"ok: one half as fast", fast / 2, 1, 8, 3 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(8)
				for i, n := range w.nodes.list {
					if n.speed = fast; i < tc.slow {
						n.speed = tc.speed
					}
				}
				w.with(t, func(c *client.Client) {
					begun := time.Now()
					put(t, c, "x", b, client.PutOptions{Profile: profile(t, "small")})
					require.LessOrEqual(t, time.Since(begun), 2*time.Second+tc.most)
					require.Equal(t, tc.acked, w.chain.acked(1))
				})
			})
		})
	}
}

// Any n−k holders may be down when an object is read, however they are; with one more it fails and says so.
func TestGetWithHoldersDown(t *testing.T) {
	ways := []struct {
		name  string
		fault func(context.Context, string) error
	}{
		{"down", broken("")},
		{"without pieces", refusing("Fetch")},
		{"breaking pieces off", broken("Fetch")},
		{"silent", hanging("")},
		{"silent about pieces", hanging("Fetch")},
	}
	rng := seeded.Source(t)
	synctest.Test(t, func(t *testing.T) {
		for _, p := range segment.Profiles()[:4] {
			w := newWorld(p.N)
			w.with(t, func(c *client.Client) {
				b := content(1, segment.MaxPlain+500_000)
				o := put(t, c, "x", b, client.PutOptions{Profile: p.Profile})
				link, err := c.Share("x")
				require.NoError(t, err)
				for _, way := range ways {
					for range 3 {
						order := rng.Perm(p.N)
						for at, i := range order {
							w.nodes.list[i].fault = nil
							if at < p.N-p.K {
								w.nodes.list[i].fault = way.fault
							}
						}
						begun := time.Now()
						requireObject(t, c, o.CID, b)
						require.LessOrEqual(t, time.Since(begun), 2*time.Minute, "%s %s", p.Name, way.name)
						requireObject(t, c, link, b)
						w.nodes.list[order[p.N-1]].fault = way.fault
						begun = time.Now()
						_, err := get(c, o.CID, client.GetOptions{})
						require.ErrorIs(t, err, client.ErrHolders, "%s %s", p.Name, way.name)
						require.LessOrEqual(t, time.Since(begun), 5*time.Minute, "%s %s", p.Name, way.name)
					}
				}
			})
			w.nodes.open.Wait()
		}
	})
}

// A holder that is gone is noticed after seconds, for a packet to nobody has no answer. As long as k others are there, no get
// waits for that.
func TestGetDoesNotWaitForThoseWhoAreGone(t *testing.T) {
	gone := func(ctx context.Context, _ string) error { return errors.Join(wait(ctx, 5*time.Second), errBroken) }
	synctest.Test(t, func(t *testing.T) {
		for _, p := range segment.Profiles()[:4] {
			w := newWorld(p.N)
			w.with(t, func(c *client.Client) {
				b := content(1, segment.MaxPlain+500_000)
				put(t, c, "x", b, client.PutOptions{Profile: p.Profile})
				for first := range p.K + 1 {
					for i, node := range w.nodes.list {
						node.fault = nil
						if first <= i && i < first+p.N-p.K {
							node.fault = gone
						}
					}
					begun := time.Now()
					requireObject(t, c, "x", b)
					require.LessOrEqual(t, time.Since(begun), 1500*time.Millisecond, "%s from %d on", p.Name, first)
				}
			})
			w.nodes.open.Wait()
		}
	})
}

// The figures of the error are k and what was reached.
func TestGetSaysHowManyHoldersAreMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(8)
		w.with(t, func(c *client.Client) {
			put(t, c, "x", content(1, 1000), client.PutOptions{Profile: profile(t, "small")})
			w.nodes.each(broken("Fetch"), 1, 3, 5, 6, 8)
			_, err := get(c, "x", client.GetOptions{})
			var holders *client.HoldersError
			require.ErrorAs(t, err, &holders)
			require.Equal(t, 4, holders.Need)
			require.Equal(t, 3, holders.Have)
			require.ErrorIs(t, err, errBroken)
		})
	})
}

// A third of the holders at a tenth of the speed do not slow a long get down, and one that is down, or has nothing, is soon left alone.
func TestGetWithSlowHolders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(8)
		w.with(t, func(c *client.Client) {
			b := content(1, 30*segment.MaxPlain)
			put(t, c, "x", b, client.PutOptions{Profile: profile(t, "small"), Space: 1 << 30})
			for _, n := range w.nodes.list {
				n.speed = 20 << 20
			}
			read := func() time.Duration {
				begun := time.Now()
				requireObject(t, c, "x", b)
				return time.Since(begun)
			}
			all := read()
			for _, i := range []int{0, 2} {
				w.nodes.list[i].speed = 2 << 20
			}
			require.LessOrEqual(t, read(), all+2*w.cfg.Hedge, "where both are waited for, one after the other")
			w.nodes.list[2].speed = 20 << 20
			for _, fault := range []func(context.Context, string) error{broken("Fetch"), refusing("Fetch")} {
				w.nodes.each(fault, 1)
				w.nodes.list[0].fetches = 0
				require.LessOrEqual(t, read(), all+100*time.Millisecond)
				require.LessOrEqual(t, w.nodes.list[0].fetches, w.cfg.InFlight)
			}
		})
	})
}

// Segments that come quickly are read many at once, those that come slowly two at once.
func TestReadAhead(t *testing.T) {
	for _, tc := range []struct{ each, all time.Duration }{
		{500 * time.Millisecond, 1500 * time.Millisecond}, // 2, then 4, then the rest
		{5 * time.Second, 25 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(4)
			w.with(t, func(c *client.Client) {
				b := content(1, 10*segment.MaxPlain)
				put(t, c, "x", b, tinyDeal)
				w.nodes.each(func(ctx context.Context, op string) error {
					if op == "Fetch" {
						return wait(ctx, tc.each)
					}
					return nil
				}, 1, 2, 3, 4)
				begun := time.Now()
				requireObject(t, c, "x", b)
				require.Equal(t, tc.all, time.Since(begun))
			})
		})
	}
}

// A connection that fails for all holders at once for a moment does not end a get: who failed is asked again before it is given
// up.
func TestGetSurvivesAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.cfg.InFlight = 1
		w.with(t, func(c *client.Client) {
			b := content(1, 3*segment.MaxPlain)
			put(t, c, "x", b, client.PutOptions{Profile: profile(t, "tiny")})
			for i := range w.nodes.list {
				var times atomic.Int64
				w.nodes.each(func(_ context.Context, op string) error {
					if op == "Fetch" && times.Add(1) == 1 {
						return errBroken
					}
					return nil
				}, i+1)
			}
			requireObject(t, c, "x", b)
		})
	})
}

// A writer that fails ends the get with its error, and nothing is left running.
func TestGetIntoABrokenWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			put(t, c, "x", content(1, 3*segment.MaxPlain), client.PutOptions{Profile: profile(t, "tiny")})
			_, err := c.Get(t.Context(), "x", brokenWriter{}, client.GetOptions{})
			require.ErrorIs(t, err, errBroken)
		})
		w.nodes.open.Wait()
	})
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

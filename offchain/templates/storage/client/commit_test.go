package client_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/client"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

// tinyDeal is for what needs no more than four nodes.
var tinyDeal = client.PutOptions{Profile: work.Profile{K: 2, N: 4}}

// lateCommit has the chain lose the answer to commits, which it includes that many blocks later; 0 = never.
func lateCommit(w *world, blocks int) client.Chain { return &lossy{chain: w.chain, blocks: blocks} }

type lossy struct {
	*chain
	blocks int
	sent   int
	stale  *client.Deal // what an endpoint that is behind knows; nil = all are up to date
}

func (l *lossy) Deal(ctx context.Context, id uint64) (client.Deal, error) {
	if l.stale != nil {
		return *l.stale, nil
	}
	return l.chain.Deal(ctx, id)
}

// patientWorld is a world of four in which transactions may be included long after a client has given up.
func patientWorld() *world {
	w := newWorld(4)
	w.cfg.TxBlocks = 400
	return w
}

// offClock is the machine's clock, set wrong.
type offClock struct {
	client.SystemClock
	off time.Duration
}

func (c *offClock) Now() time.Time { return c.SystemClock.Now().Add(c.off) }

func (l *lossy) CommitLayout(ctx context.Context, id uint64, layout work.Layout, acks []client.Ack, until int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	if l.blocks > 0 {
		left := l.blocks
		var later func()
		later = func() {
			if left--; left > 0 {
				l.again = append(l.again, later)
			} else {
				_ = l.commit(id, layout, acks, until, l.height) // nobody hears of it
			}
		}
		l.delayed = append(l.delayed, later)
	}
	return errLost
}

// A lost answer does not lose an object that is stored, nor does it make one up.
func TestCommitAnswerIsLost(t *testing.T) {
	sources := []client.Source{client.BytesSource("x", []byte("x"))}
	open := func(t *testing.T, w *world, chain client.Chain) *client.Client {
		c, err := client.NewOn(w.cfg, chain, w.nodes, w.fs)
		require.NoError(t, err)
		return c
	}
	t.Run("ok: it is included soon", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(4)
			c := open(t, w, lateCommit(w, 3))
			objects, err := c.Put(t.Context(), sources, tinyDeal)
			require.NoError(t, err)
			require.Equal(t, client.Stored, objects[0].State)
			requireObject(t, c, "x", []byte("x"))
			require.NoError(t, c.Close())
		})
	})
	t.Run("ok: it is included when the caller has given up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := patientWorld()
			c := open(t, w, lateCommit(w, 200))
			_, err := c.Put(t.Context(), sources, tinyDeal)
			require.ErrorIs(t, err, client.ErrUncertain)
			require.ErrorIs(t, err, errLost)
			require.NoError(t, c.Resolve(t.Context()))
			require.Equal(t, map[string]client.State{"x": client.Pending}, states(t, c))
			require.ErrorIs(t, c.Remove(t.Context(), []string{"x"}, nil), client.ErrUncertain)
			require.NoError(t, w.chain.WaitHeight(t.Context(), 300))
			require.NoError(t, c.Resolve(t.Context()))
			require.Equal(t, map[string]client.State{"x": client.Stored}, states(t, c))
			requireObject(t, c, "x", []byte("x"))
			require.NoError(t, c.Close())
		})
	})
	t.Run("ok: another put has built on it meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := patientWorld()
			c := open(t, w, lateCommit(w, 130))
			_, err := c.Put(t.Context(), sources, tinyDeal)
			require.ErrorIs(t, err, client.ErrUncertain)
			require.NoError(t, w.chain.WaitHeight(t.Context(), 300))
			require.NoError(t, c.Close())

			// Whoever resolves is late: the layout of the attempt is not the latest any more.
			fs := w.crash()
			other := w.open(t)
			put(t, other, "y", []byte("y"), tinyDeal)
			require.NoError(t, other.Close())
			w.fs = fs
			again := w.open(t)
			require.NoError(t, again.Resolve(t.Context()))
			require.Equal(t, map[string]client.State{"x": client.Stored}, states(t, again))
			requireObject(t, again, "x", []byte("x"))
			require.NoError(t, again.Close())
		})
	})
	t.Run("ok: others have built on something else meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := patientWorld()
			c := open(t, w, lateCommit(w, 0))
			_, err := c.Put(t.Context(), sources, tinyDeal)
			require.ErrorIs(t, err, client.ErrUncertain)
			require.NoError(t, c.Close())
			fs := w.crash()
			other := w.open(t)
			put(t, other, "y", []byte("y"), tinyDeal)
			put(t, other, "z", []byte("z"), tinyDeal)
			require.NoError(t, other.Close())
			w.fs = fs
			again := w.open(t)
			require.NoError(t, again.Resolve(t.Context()))
			require.Empty(t, states(t, again))
			require.NoError(t, again.Close())
		})
	})
	t.Run("fails: its blocks pass while the caller waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(4)
			c := open(t, w, lateCommit(w, int(w.cfg.TxBlocks)+5))
			_, err := c.Put(t.Context(), sources, tinyDeal)
			require.ErrorIs(t, err, client.ErrExpired)
			require.ErrorIs(t, err, errLost)
			require.Empty(t, states(t, c))
			w.expire(t)
			require.Zero(t, w.version(), "what expired is not included later")
			require.NoError(t, c.Close())
		})
	})
	t.Run("ok: the clock of the device jumps meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := patientWorld()
			clock := &offClock{}
			w.cfg.Clock = clock
			c := open(t, w, lateCommit(w, 200))
			_, err := c.Put(t.Context(), sources, tinyDeal)
			require.ErrorIs(t, err, client.ErrUncertain)
			for _, off := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
				clock.off = off
				require.NoError(t, c.Resolve(t.Context()))
				require.Equal(t, map[string]client.State{"x": client.Pending}, states(t, c))
			}
			require.NoError(t, w.chain.WaitHeight(t.Context(), 300))
			require.NoError(t, c.Resolve(t.Context()))
			requireObject(t, c, "x", []byte("x"))
			require.NoError(t, c.Close())
		})
	})
	t.Run("ok: a node that is behind, or does not say, decides nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := patientWorld()
			lossy := &lossy{chain: w.chain, blocks: 200}
			c := open(t, w, lossy)
			_, err := c.Put(t.Context(), sources, tinyDeal)
			require.ErrorIs(t, err, client.ErrUncertain)
			old := w.chain.deal(1)
			require.NoError(t, w.chain.WaitHeight(t.Context(), 300))
			for _, height := range []int64{0, old.Height, 10 + w.cfg.TxBlocks - 1} {
				lossy.stale = &old
				lossy.stale.Height = height
				require.NoError(t, c.Resolve(t.Context()))
				require.Equal(t, map[string]client.State{"x": client.Pending}, states(t, c))
			}
			lossy.stale = nil
			require.NoError(t, c.Resolve(t.Context()))
			requireObject(t, c, "x", []byte("x"))
			require.NoError(t, c.Close())
		})
	})
	t.Run("ok: it is never included", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := patientWorld()
			c := open(t, w, lateCommit(w, 0))
			begun := time.Now()
			_, err := c.Put(t.Context(), sources, tinyDeal)
			require.ErrorIs(t, err, client.ErrUncertain)
			require.LessOrEqual(t, time.Since(begun), w.cfg.Patience+3*time.Second)
			require.Equal(t, map[string]client.State{"x": client.Pending}, states(t, c))
			w.expire(t)
			require.NoError(t, c.Resolve(t.Context()))
			require.Empty(t, states(t, c))
			require.NoError(t, c.Close())
		})
	})
}

// A removal whose answer is lost is done, or taken back.
func TestRemovalAnswerIsLost(t *testing.T) {
	for _, tc := range []struct {
		name   string
		blocks int
		want   map[string]client.State
	}{
		{"ok: included late", 130, map[string]client.State{"y": client.Stored}},
		{"ok: never included", 0, map[string]client.State{"x": client.Stored, "y": client.Stored}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := patientWorld()
				w.with(t, func(c *client.Client) {
					put(t, c, "x", []byte("x"), tinyDeal)
					put(t, c, "y", []byte("y"), tinyDeal)
				})
				c, err := client.NewOn(w.cfg, lateCommit(w, tc.blocks), w.nodes, w.fs)
				require.NoError(t, err)
				require.ErrorIs(t, c.Remove(t.Context(), []string{"x"}, nil), client.ErrUncertain)
				require.Equal(t, map[string]client.State{"x": client.Removing, "y": client.Stored}, states(t, c))
				requireObject(t, c, "x", []byte("x"))
				require.NoError(t, w.chain.WaitHeight(t.Context(), 300))
				w.expire(t)
				require.NoError(t, c.Resolve(t.Context()))
				require.Equal(t, tc.want, states(t, c))
				for name := range tc.want {
					requireObject(t, c, name, []byte(name))
				}
				require.NoError(t, c.Close())
			})
		})
	}
}

// Two clients of one account use one deal: the slower one builds on what the faster one has committed. With a third in between
// every time it gives up, and says so.
func TestTwoClientsChangeOneDeal(t *testing.T) {
	for _, tc := range []struct {
		name    string
		between int // commits of the other client before one of ours gets through
		fails   bool
	}{{"ok: once", 1, false}, {"ok: twice", 2, false}, {"fails: again and again", 3, true}} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(4)
				c := w.open(t)
				put(t, c, "old", []byte("old"), tinyDeal)
				require.NoError(t, c.Close())
				mine := w.open(t)
				w.fs = w.crash()
				theirs := w.open(t)
				left := tc.between
				w.chain.fault = func(call string, after bool) error {
					if call == "CommitLayout" && !after && left > 0 {
						left--
						fault := w.chain.fault
						w.chain.fault = nil
						put(t, theirs, fmt.Sprint("theirs", left), []byte{byte(left)}, tinyDeal)
						w.chain.fault = fault
					}
					return nil
				}
				_, err := mine.Put(t.Context(), []client.Source{client.BytesSource("mine", []byte("mine"))}, tinyDeal)
				if tc.fails {
					require.ErrorIs(t, err, client.ErrConflict)
					require.Equal(t, map[string]client.State{"old": client.Stored}, states(t, mine))
				} else {
					require.NoError(t, err)
					requireObject(t, mine, "mine", []byte("mine"))
					require.Equal(t, uint64(2+tc.between), w.version())
				}
				for i := range tc.between {
					requireObject(t, theirs, fmt.Sprint("theirs", i), []byte{byte(i)})
				}
				requireObject(t, mine, "old", []byte("old"))
				require.NoError(t, mine.Close())
				require.NoError(t, theirs.Close())
			})
		})
	}
}

// What the chain refuses for good leaves nothing behind.
func TestCommitIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(4)
		w.with(t, func(c *client.Client) {
			put(t, c, "x", []byte("x"), tinyDeal)
			w.chain.fault = failing("CommitLayout", 1, false, client.ErrRejected)
			_, err := c.Put(t.Context(), []client.Source{client.BytesSource("y", nil)}, tinyDeal)
			require.ErrorIs(t, err, client.ErrRejected)
			require.ErrorIs(t, c.Remove(t.Context(), []string{"x"}, nil), client.ErrRejected)
			require.Equal(t, map[string]client.State{"x": client.Stored}, states(t, c))
			w.chain.fault = nil
			requireObject(t, c, "x", []byte("x"))
		})
	})
}

// An ack that does not hold counts as none.
func TestAcksAreVerified(t *testing.T) {
	for lies, want := range []error{nil, nil, proof.ErrSignature} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(5)
			for i := range lies {
				w.nodes.list[i].acks = w.nodes.list[4].key
			}
			w.with(t, func(c *client.Client) {
				_, err := c.Put(t.Context(), []client.Source{client.BytesSource("x", nil)}, tinyDeal)
				require.ErrorIs(t, err, want)
				if want == nil {
					require.Equal(t, 4-lies, w.chain.acked(1))
				}
			})
		})
	}
}

// The opening of a deal whose answer is lost is found again, and paid once.
func TestOpeningAnswerIsLost(t *testing.T) {
	sources := []client.Source{client.BytesSource("x", nil)}
	for _, tc := range []struct {
		name  string
		after bool // whether it was included
	}{{"ok: included", true}, {"ok: not included", false}} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(4)
				w.with(t, func(c *client.Client) {
					w.chain.fault = failing("OpenDeal", 1, tc.after, errLost)
					_, err := c.Put(t.Context(), sources, tinyDeal)
					require.ErrorIs(t, err, client.ErrUnopened)
					require.ErrorIs(t, err, errLost)
					require.NotErrorIs(t, err, client.ErrUncertain)
					require.Empty(t, states(t, c), "nothing is pending")
					w.chain.fault = nil
					if !tc.after {
						_, err := c.Put(t.Context(), sources, tinyDeal)
						require.ErrorIs(t, err, client.ErrUnopened, "it may still be included")
						require.NotErrorIs(t, err, client.ErrUncertain)
						require.ErrorContains(t, err, "sent at height 10, and a block up to 70 may have it: answer was lost")
						require.Empty(t, states(t, c))
						w.expire(t)
					}
					put(t, c, "x", nil, tinyDeal)
					require.Len(t, w.chain.deals, 1)
				})
			})
		})
	}
}

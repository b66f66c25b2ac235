package outbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/journal"
	"github.com/mesh-protocol/mesh/offchain/node/outbox"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

var errBusy = errors.New("busy")

// intentOf is how a post lies in the journal.
func intentOf(t *testing.T, p work.Post) journal.Intent {
	t.Helper()
	bz, err := json.Marshal(p)
	require.NoError(t, err)
	return journal.Intent{Key: p.Key, Kind: outbox.KindPost, Payload: bz, NotAfter: uint64(p.NotAfter)}
}

// TestPostsArrive: whatever a node posts arrives as it was posted.
func TestPostsArrive(t *testing.T) {
	ref := work.IndexRef{Deal: 7, Index: 3}
	posts := []work.Post{
		{Key: "claim", NotAfter: 50, Claim: &work.Claim{Epoch: 4, Deals: proof.Node{Hash: [32]byte{1, 2}, Sum: proof.U128{Hi: 5, Lo: 6}}}},
		{Key: "proof", NotAfter: 60, Proof: &work.Proven{Epoch: 4, Deals: []byte{0, 255}, Slots: []byte{3}}},
		{Key: "ack", Acks: []work.Ack{{Ref: ref, Version: 9}, {Ref: work.IndexRef{Deal: 8}, Version: 1}}},
		{Key: "lost", Lost: &ref},
		{Key: "declare", Declare: &ref},
		{Key: "take", Take: &work.IndexRef{}},
		{Key: "answer", Answer: &work.Answer{Request: 2, LayoutOpening: []byte{1}, ChunkOpening: []byte{2, 3}}},
		{Key: "redeem", NotAfter: 90, Redeem: []work.Voucher{voucherOf(3, 1<<64-1, 9), voucherOf(1<<64-1, 5, 1<<64-1)}},
		{Key: "draw", Draw: 12},
		{Key: "prune", Prune: 7},
		{Key: "resume", Resume: true},
	}
	for _, p := range posts {
		t.Run(p.Key, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := open(t, t.TempDir())
				o := outbox.New(j)
				var got []work.Post
				stop := run(t, o, newLine(func(_ context.Context, p work.Post) (string, error) {
					got = append(got, p)
					return "in block 9", nil
				}), newBlocks(8))
				require.NoError(t, o.Post(t.Context(), p))
				synctest.Wait()
				stop()
				require.Equal(t, []work.Post{p}, got)
				require.Equal(t, "in block 9", outcome(t, j, intentOf(t, p)))
				require.NoError(t, j.Close())
			})
		})
	}
}

func TestPostOncePerKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		j := open(t, dir)
		o := outbox.New(j)
		way := newLine(func(_ context.Context, p work.Post) (string, error) { return fmt.Sprint("deal ", p.Draw), nil })
		first := work.Post{Key: "k", Draw: 1}
		require.NoError(t, o.Post(t.Context(), first))
		require.NoError(t, o.Post(t.Context(), first), "the same again")
		require.NoError(t, o.Post(t.Context(), work.Post{Key: "k", Draw: 2}), "another under the key of one that waits")
		stop := run(t, o, way, newBlocks(1))
		synctest.Wait()
		require.NoError(t, o.Post(t.Context(), first), "the same when it is done")
		require.NoError(t, o.Post(t.Context(), work.Post{Key: "k", NotAfter: 3, Draw: 1}), "another when it is done")
		synctest.Wait()
		stop()
		require.NoError(t, j.Close())

		j = open(t, dir)
		require.NoError(t, outbox.New(j).Post(t.Context(), work.Post{Key: "k", Draw: 3}), "another after a restart")
		stop = run(t, outbox.New(j), way, newBlocks(1))
		synctest.Wait()
		stop()
		require.Len(t, way.times("k"), 1)
		require.Equal(t, "deal 1", outcome(t, j, intentOf(t, first)))
		require.NoError(t, j.Close())
	})
}

func TestPostErrors(t *testing.T) {
	j := open(t, t.TempDir())
	o := outbox.New(j)
	require.ErrorIs(t, o.Post(t.Context(), work.Post{Draw: 1}), journal.ErrInvalid, "no key")
	require.NoError(t, o.Post(t.Context(), work.Post{Key: "negative", NotAfter: -1, Draw: 1}))
	require.Zero(t, j.Due(time.Now(), 1)[0].NotAfter)
	require.NoError(t, j.Close())
	require.ErrorIs(t, o.Post(t.Context(), work.Post{Key: "k", Draw: 1}), journal.ErrClosed)
}

func TestBackoff(t *testing.T) {
	for attempts, want := range map[uint32]time.Duration{
		0: 500 * time.Millisecond, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 6: 30 * time.Second, 7: 30 * time.Second, 1<<32 - 1: 30 * time.Second,
	} {
		require.Equal(t, want, outbox.Backoff(attempts), "after %d", attempts)
	}
}

// TestRetries: a post that fails is tried again after twice the time, at the next block, also after a restart.
func TestRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		j := open(t, dir)
		o := outbox.New(j)
		way := newLine(nil)
		way.send = func(context.Context, work.Post) (string, error) {
			if len(way.times("k")) <= 8 {
				return "", errBusy
			}
			return "there", nil
		}
		b := newBlocks(1)
		ctx, cancel := context.WithCancel(t.Context())
		go b.every(ctx, 100*time.Millisecond)
		post := work.Post{Key: "k", Draw: 1}
		require.NoError(t, o.Post(t.Context(), post))
		stop := run(t, o, way, b)
		<-time.After(10 * time.Second) // of the bubble: 5 attempts, at 0, 0.5, 1.5, 3.5, 7.5
		stop()
		require.Len(t, way.times("k"), 5)
		due := j.Due(time.Now().Add(time.Hour), 1)
		require.Equal(t, uint32(5), due[0].Attempts)
		require.Equal(t, "busy", due[0].LastReason)
		require.NoError(t, j.Close())

		j = open(t, dir)
		stop = run(t, outbox.New(j), way, b)
		<-time.After(3 * time.Minute)
		stop()
		cancel()
		synctest.Wait()
		times := way.times("k")
		require.Len(t, times, 9)
		for i, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
			pause := times[i+1].Sub(times[i])
			require.GreaterOrEqual(t, pause, want*time.Millisecond, "pause %d", i)
			require.LessOrEqual(t, pause, want*time.Millisecond+200*time.Millisecond, "pause %d", i)
		}
		require.Equal(t, "there", outcome(t, j, intentOf(t, post)))
		require.NoError(t, j.Close())
	})
}

func TestLastWords(t *testing.T) {
	long := strings.Repeat("€", 200) // 600 bytes
	for name, tc := range map[string]struct {
		post   work.Post
		height int64
		send   func() (string, error)
		sent   int
		want   string
	}{
		"ok: at the last height":      {work.Post{Key: "k", NotAfter: 9, Draw: 1}, 9, func() (string, error) { return "done", nil }, 1, "done"},
		"ok: no height seen":          {work.Post{Key: "k", NotAfter: 9, Draw: 1}, 0, func() (string, error) { return "done", nil }, 1, "done"},
		"ok: long outcome":            {work.Post{Key: "k", Draw: 1}, 9, func() (string, error) { return long, nil }, 1, long[:255]},
		"fails: too late":             {work.Post{Key: "k", NotAfter: 9, Draw: 1}, 10, nil, 0, "too late at height 10"},
		"fails: refused":              {work.Post{Key: "k", Draw: 1}, 9, func() (string, error) { return "", fmt.Errorf("%w: no", outbox.ErrRefused) }, 1, "refused by the chain: no"},
		"fails: refused at length":    {work.Post{Key: "k", Draw: 1}, 9, func() (string, error) { return "", fmt.Errorf("%w%s", outbox.ErrRefused, long) }, 1, "refused by the chain" + long[:234]},
		"fails: late after a failure": {work.Post{Key: "k", NotAfter: 10, Draw: 1}, 10, func() (string, error) { return "", errBusy }, 1, "too late at height 11"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j, b := open(t, t.TempDir()), newBlocks(tc.height)
				o := outbox.New(j)
				way := newLine(func(context.Context, work.Post) (string, error) { return tc.send() })
				require.NoError(t, o.Post(t.Context(), tc.post))
				stop := run(t, o, way, b)
				synctest.Wait()
				<-time.After(time.Minute)
				b.to(b.Height() + 1)
				synctest.Wait()
				stop()
				require.Len(t, way.times("k"), tc.sent)
				got := outcome(t, j, intentOf(t, tc.post))
				require.Equal(t, tc.want, got)
				require.True(t, utf8.ValidString(got))
				require.NoError(t, j.Close())
			})
		})
	}
}

// TestForeignIntents: what another version or somebody else has put there ends, and is not sent.
func TestForeignIntents(t *testing.T) {
	for name, in := range map[string]journal.Intent{
		"no JSON":      {Key: "k", Kind: outbox.KindPost, Payload: []byte{0xff}},
		"empty":        {Key: "k", Kind: outbox.KindPost},
		"a list":       {Key: "k", Kind: outbox.KindPost, Payload: []byte(`[1]`)},
		"wrong type":   {Key: "k", Kind: outbox.KindPost, Payload: []byte(`{"Draw":-1}`)},
		"short root":   {Key: "k", Kind: outbox.KindPost, Payload: []byte(`{"Claim":{"Deals":"x"}}`)},
		"another kind": {Key: "k", Kind: 77, Payload: []byte(`{"Draw":1}`)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := open(t, t.TempDir())
				require.NoError(t, j.Put(t.Context(), in))
				way := newLine(func(context.Context, work.Post) (string, error) { return "sent", nil })
				stop := run(t, outbox.New(j), way, newBlocks(1))
				synctest.Wait()
				stop()
				require.Empty(t, way.times("k"))
				require.True(t, strings.HasPrefix(outcome(t, j, in), outbox.ErrRefused.Error()))
				require.NoError(t, j.Close())
			})
		})
	}
}

// TestAtOnce: four posts are under way at a time, and none holds up the next round for ever.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, t.TempDir())
		o := outbox.New(j)
		way := newLine(func(context.Context, work.Post) (string, error) {
			<-time.After(time.Second)
			return "done", nil
		})
		for i := range 40 {
			require.NoError(t, o.Post(t.Context(), work.Post{Key: fmt.Sprint(i), Draw: 1}))
		}
		stop := run(t, o, way, newBlocks(1))
		<-time.After(30 * time.Second)
		stop()
		require.Equal(t, 4, way.most)
		require.Equal(t, 40, j.Stats().Done)
		require.Zero(t, j.Stats().Open)
		require.NoError(t, j.Close())
	})
}

// TestStopUnderWay: what is being sent when the node ends is sent again at the next start.
func TestStopUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		j := open(t, dir)
		way := newLine(func(ctx context.Context, _ work.Post) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})
		require.NoError(t, outbox.New(j).Post(t.Context(), work.Post{Key: "k", Draw: 1}))
		stop := run(t, outbox.New(j), way, newBlocks(1))
		synctest.Wait()
		stop()
		require.Zero(t, j.Due(time.Now(), 1)[0].Attempts, "an end is no failure")
		require.NoError(t, j.Close())

		j = open(t, dir)
		way.send = func(context.Context, work.Post) (string, error) { return "done", nil }
		stop = run(t, outbox.New(j), way, newBlocks(1))
		synctest.Wait()
		stop()
		require.Len(t, way.times("k"), 2)
		require.Equal(t, 1, j.Stats().Done)
		require.NoError(t, j.Close())
	})
}

// TestJournalGone: without a journal to write into the poster ends, rather than send for ever.
func TestJournalGone(t *testing.T) {
	j := open(t, t.TempDir())
	o := outbox.New(j)
	require.NoError(t, o.Post(t.Context(), work.Post{Key: "k", Draw: 1}))
	p := &outbox.Poster{Outbox: o, Heights: newBlocks(1), Now: time.Now, Log: quiet(), Sender: newLine(func(context.Context, work.Post) (string, error) {
		return "done", j.Close()
	})}
	require.ErrorIs(t, p.Run(t.Context()), journal.ErrClosed)
}

// TestRefusalsThatCost: that an epoch will not be paid is a warning; that others were faster, or it is done, is none.
func TestRefusalsThatCost(t *testing.T) {
	claim, proven := &work.Claim{Epoch: 4}, &work.Proven{Epoch: 4}
	for name, tc := range map[string]struct {
		post work.Post
		err  error
		want string
	}{
		"ok: claim refused":  {work.Post{Key: "k", Claim: claim}, outbox.ErrRefused, "WARN"},
		"ok: proof refused":  {work.Post{Key: "k", Proof: proven}, outbox.ErrRefused, "WARN"},
		"ok: claimed before": {work.Post{Key: "k", Claim: claim}, outbox.ErrDone, "INFO"},
		"ok: proven before":  {work.Post{Key: "k", Proof: proven}, outbox.ErrDone, "INFO"},
		"ok: draw refused":   {work.Post{Key: "k", Draw: 7}, outbox.ErrRefused, "INFO"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := open(t, t.TempDir())
				o := outbox.New(j)
				var log bytes.Buffer
				way := newLine(func(context.Context, work.Post) (string, error) { return "", tc.err })
				p := &outbox.Poster{Outbox: o, Sender: way, Heights: newBlocks(9), Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}
				require.NoError(t, o.Post(t.Context(), tc.post))
				ctx, cancel := context.WithCancel(t.Context())
				ran := make(chan error, 1)
				go func() { ran <- p.Run(ctx) }()
				synctest.Wait()
				cancel()
				require.NoError(t, <-ran)
				require.Contains(t, log.String(), "level="+tc.want+" msg=\"the chain refuses\"")
				require.NoError(t, j.Close())
			})
		})
	}
}

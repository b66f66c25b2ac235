package remote_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder/holdertest"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/remote"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/wire/wiretest"
)

func TestPiecesBecomeDurableTogether(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		var committing atomic.Int64
		disk := make(chan struct{})
		r.store.Step = func(string) error {
			committing.Add(1)
			<-disk
			return nil
		}
		var sent []*remote.Put
		for i := range uint64(wire.MaxInFlight) {
			b := holdertest.Content(i, 1000)
			p, err := h.Put(r.t.Context(), holdertest.Root(b), b)
			require.NoError(r.t, err)
			sent = append(sent, p)
		}
		synctest.Wait()
		require.Equal(r.t, int64(wire.MaxInFlight), committing.Load(), "commits that can share a sync")

		// One more waits for its turn.
		ctx, cancel := context.WithTimeout(r.t.Context(), time.Second)
		defer cancel()
		b := holdertest.Content(99, 1000)
		_, err := h.Put(ctx, holdertest.Root(b), b)
		require.ErrorIs(r.t, err, context.DeadlineExceeded)
		select {
		case <-h.Ended():
			require.Fail(r.t, "a call that never began has ended the stream")
		default:
		}
		close(disk)
		for _, p := range sent {
			require.NoError(r.t, p.Wait())
		}
	})
}

func TestAnswersComeInOrder(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		first := make(chan struct{})
		var steps atomic.Int64
		r.store.Step = func(string) error {
			if steps.Add(1) == 1 {
				<-first
			}
			return nil
		}
		a, b := holdertest.Content(1, 1000), holdertest.Content(2, 1000)
		slow, err := h.Put(r.t.Context(), holdertest.Root(a), a)
		require.NoError(r.t, err)
		synctest.Wait()
		quick, err := h.Put(r.t.Context(), holdertest.Root(b), b)
		require.NoError(r.t, err)
		done := make(chan error, 2)
		go func() { done <- quick.Wait() }()
		synctest.Wait()
		require.Empty(r.t, done, "answered before the one ahead of it")
		close(first)
		require.NoError(r.t, slow.Wait())
		require.NoError(r.t, <-done)
	})
}

func TestPutRefused(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		b := holdertest.Content(1, 5000)
		wrong, err := h.Put(r.t.Context(), [32]byte{1}, b)
		require.NoError(r.t, err)
		right, err := h.Put(r.t.Context(), holdertest.Root(b), b)
		require.NoError(r.t, err)
		shorter, err := h.Put(r.t.Context(), holdertest.Root(b), b[:4999])
		require.NoError(r.t, err)
		require.ErrorIs(r.t, wrong.Wait(), wire.Mismatch)
		require.NoError(r.t, right.Wait())
		require.ErrorIs(r.t, shorter.Wait(), wire.Mismatch)
		require.NoError(r.t, h.Flush(), "said twice")

		r.store.Quota = 5000
		c := holdertest.Content(2, 5000)
		_, err = h.Put(r.t.Context(), holdertest.Root(c), c)
		require.NoError(r.t, err)
		require.ErrorIs(r.t, h.Flush(), wire.Quota)
		r.store.Quota = 1 << 30
		r.store.Step = func(string) error { return errors.New("disk") }
		_, err = h.Put(r.t.Context(), holdertest.Root(c), c)
		require.NoError(r.t, err)
		require.ErrorIs(r.t, h.Flush(), wire.Internal)
		r.store.Step = nil
		_, err = h.Put(r.t.Context(), holdertest.Root(c), c)
		require.NoError(r.t, err)
		require.NoError(r.t, h.Flush())
	})
}

// fill puts pieces of 1 MiB with numbers from one on until the holder refuses, and returns how many it took.
func (r *rig) fill(h *remote.Holder, from uint64) int {
	for i := range 100 {
		b := holdertest.Content(from+uint64(i), 1<<20)
		p, err := h.Put(r.t.Context(), holdertest.Root(b), b)
		require.NoError(r.t, err)
		if err := p.Wait(); err != nil {
			require.ErrorIs(r.t, err, wire.Quota)
			return i
		}
	}
	return 100
}

func TestPiecesBeforeACommitTakeNoMoreThanTheSpace(t *testing.T) {
	run(t, func(r *rig) {
		first := r.grant()
		require.Equal(r.t, 4, r.fill(first, 100))
		second := r.grant()
		require.Equal(r.t, 0, r.fill(second, 200), "another stream has room of its own")

		// What nobody lists makes room when its stream has ended.
		require.NoError(r.t, first.Close())
		r.ends()
		require.Equal(r.t, 4, r.fill(second, 300))
		require.Len(r.t, r.store.Refs(7), 4)
		require.NoError(r.t, second.Close())
		r.ends()

		// What a version to come needs makes none, also after a restart.
		h := r.grant()
		list := r.put(h, 1<<20, 1, 2, 3)
		require.NoError(r.t, store(r, h, 1, list))
		require.NoError(r.t, h.Close())
		r.ends()
		r.start()
		h = r.grant()
		require.Equal(r.t, 1, r.fill(h, 400))

		// Once the chain has the version, its pieces count no more.
		r.chain.Commit(7, r.layout(1, list), true)
		require.Equal(r.t, 3, r.fill(h, 500), "the one of before is still there")
		require.Len(r.t, r.store.Refs(7), 7)
	})
}

func TestManySmallPiecesAreBoundedToo(t *testing.T) {
	run(t, func(r *rig) {
		r.chain.Open(7, client, n, index, 1000)
		h := r.grant()
		taken := 0
		for i := range 1100 {
			_, err := h.Put(r.t.Context(), holdertest.Root([]byte{byte(i), byte(i >> 8)}), []byte{byte(i), byte(i >> 8)})
			require.NoError(r.t, err)
			if i%10 == 9 && h.Flush() == nil {
				taken += 10
			}
		}
		require.Equal(r.t, 500, taken, "by bytes")

		r.chain.Open(8, client, n, index, 1<<19)
		require.NoError(r.t, h.Grant(r.t.Context(), client.Grant(r.granted(8))))
		for i := range wire.ListLimit(1 << 19) {
			_, err := h.Put(r.t.Context(), holdertest.Root([]byte{byte(i), byte(i >> 8), 1}), []byte{byte(i), byte(i >> 8), 1})
			require.NoError(r.t, err)
		}
		require.NoError(r.t, h.Flush())
		_, err := h.Put(r.t.Context(), holdertest.Root([]byte{1, 1}), []byte{1, 1})
		require.NoError(r.t, err)
		require.ErrorIs(r.t, h.Flush(), wire.Quota, "by number")
		for i := range 256 {
			_, err := h.Put(r.t.Context(), holdertest.Root([]byte{byte(i)}), []byte{byte(i)})
			require.NoError(r.t, err)
		}
		require.NoError(r.t, h.Flush(), "of one byte there are few")
	})
}

func TestPiecesThatFailTakeNoRoom(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		for i := range uint64(5) {
			_, err := h.Put(r.t.Context(), [32]byte{byte(i)}, holdertest.Content(i, 1<<20))
			require.NoError(r.t, err)
		}
		require.ErrorIs(r.t, h.Flush(), wire.Mismatch)
		require.Equal(r.t, 4, r.fill(h, 100))
		require.Zero(r.t, r.store.OpenWriters())
	})
}

func TestServeWaitsForWhatItHasBegun(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		disk := make(chan struct{})
		r.store.Step = func(string) error { <-disk; return nil }
		b := holdertest.Content(1, 1000)
		_, err := h.Put(r.t.Context(), holdertest.Root(b), b)
		require.NoError(r.t, err)
		synctest.Wait()
		require.NoError(r.t, h.Close())
		require.Empty(r.t, r.ends(), "a commit was left behind")

		// What is being put outlives the deal until the store is done with it.
		r.chain.Change(7, giveAway)
		reconcile := func() {
			_, err := r.holder.Reconcile(r.t.Context(), nil)
			require.NoError(r.t, err)
		}
		reconcile()
		close(disk)
		require.Len(r.t, r.ends(), 1)
		reconcile()
		require.Empty(r.t, r.store.Refs(7))
	})
}

func TestServeThatIsInterruptedWaitsToo(t *testing.T) {
	run(t, func(r *rig) {
		disk := make(chan struct{})
		r.store.Step = func(string) error { <-disk; return nil }
		a, b := wiretest.Pipe(10)
		ctx, cancel := context.WithCancel(r.t.Context())
		done := make(chan error, 1)
		go func() { done <- r.holder.Serve(ctx, r.sender, b) }()
		c := wire.NewConn(a, time.Hour)
		piece := holdertest.Content(1, 1000)
		root := holdertest.Root(piece)
		require.NoError(r.t, c.WriteRequest(&wire.Request{Grant: client.Grant(r.granted(7))}))
		require.NoError(r.t, c.WriteRequest(&wire.Request{Put: &wire.Put{Root: root[:], Length: 1000}}))
		require.NoError(r.t, c.WriteBody(piece))
		synctest.Wait()
		cancel()
		synctest.Wait()
		require.Empty(r.t, done, "a commit was left behind")
		close(disk)
		require.ErrorIs(r.t, <-done, context.Canceled)
	})
}

func TestAPieceIsNotDroppedWhileItIsPutAgain(t *testing.T) {
	run(t, func(r *rig) {
		r.chain.Open(8, client, n, index, space)
		b := holdertest.Content(1, 1000)
		h := r.grant()
		_, err := h.Put(r.t.Context(), holdertest.Root(b), b)
		require.NoError(r.t, err)
		require.NoError(r.t, h.Flush())
		disk := make(chan struct{})
		r.store.Step = func(name string) error {
			if name == "link" {
				<-disk
			}
			return nil
		}
		again, err := h.Put(r.t.Context(), holdertest.Root(b), b)
		require.NoError(r.t, err)
		other := make(chan error, 1)
		go func() { other <- h.Grant(r.t.Context(), client.Grant(r.granted(8))) }() // which ends the first grant
		synctest.Wait()
		r.chain.Mine(600)
		_, err = r.holder.Reconcile(r.t.Context(), r.chain.Held(7))
		require.NoError(r.t, err)
		close(disk)
		require.NoError(r.t, again.Wait())
		require.NoError(r.t, <-other)
	})
}

func TestSlowReadersDoNotHoldUpOthers(t *testing.T) {
	run(t, func(r *rig) {
		h := r.grant()
		b := holdertest.Content(1, 3<<20)
		root := holdertest.Root(b)
		_, err := h.Put(r.t.Context(), root, b)
		require.NoError(r.t, err)
		require.NoError(r.t, h.Flush())
		for range 40 { // more than have a large buffer
			c, _ := r.raw()
			require.NoError(r.t, c.WriteRequest(&wire.Request{Get: &wire.Get{Root: root[:]}}))
		}
		synctest.Wait()
		dst := make([]byte, 3<<20)
		require.NoError(r.t, h.Fetch(r.t.Context(), root, 3<<20, 0, dst))
		require.True(r.t, bytes.Equal(b, dst), "other bytes")
		require.Equal(r.t, 40, r.store.OpenReaders())
		<-time.After(2 * patience)
		r.ends()
		require.Zero(r.t, r.store.OpenReaders())
	})
}

// raw opens a stream on which the test speaks for itself.
func (r *rig) raw() (*wire.Conn, *wiretest.End) {
	s, err := r.dial(r.t.Context(), "")
	require.NoError(r.t, err)
	return wire.NewConn(s, time.Hour), s.(*wiretest.End)
}

func TestHostileClients(t *testing.T) {
	b := holdertest.Content(1, wire.MaxPiece)
	root := holdertest.Root(b)
	get := &wire.Request{Get: &wire.Get{Root: root[:]}}
	put := &wire.Request{Put: &wire.Put{Root: root[:], Length: wire.MaxPiece}}
	tests := []struct {
		name   string
		stored bool
		speak  func(c *wire.Conn, raw *wiretest.End)
		want   error
	}{
		{"ok: says nothing and leaves", false, func(_ *wire.Conn, raw *wiretest.End) { _ = raw.CloseWrite() }, nil},
		{"fails: says nothing", false, func(*wire.Conn, *wiretest.End) {}, context.DeadlineExceeded},
		{"fails: no message", false, func(_ *wire.Conn, raw *wiretest.End) { _ = raw.WriteBody([]byte{0xff}) }, wire.ErrMalformed},
		{"fails: bytes for a request", false, func(_ *wire.Conn, raw *wiretest.End) { _ = raw.WriteBulk([]byte{1}) }, wiretest.ErrFrame},
		{"fails: reset", false, func(_ *wire.Conn, raw *wiretest.End) { _ = raw.Reset() }, wiretest.ErrReset},
		{"fails: announces a piece and sends none", false, func(c *wire.Conn, _ *wiretest.End) { _ = c.WriteRequest(put) }, context.DeadlineExceeded},
		{"fails: announces a piece that is here and sends none", true, func(c *wire.Conn, _ *wiretest.End) { _ = c.WriteRequest(put) }, context.DeadlineExceeded},
		{"fails: leaves inside a piece", false, func(c *wire.Conn, raw *wiretest.End) {
			_ = c.WriteRequest(put)
			_ = raw.WriteBulk(b[:wire.BulkFrame])
			_ = raw.CloseWrite()
		}, io.ErrUnexpectedEOF},
		{"fails: frames of one byte", false, func(c *wire.Conn, raw *wiretest.End) {
			_ = c.WriteRequest(put)
			_ = raw.WriteBulk(b[:1])
		}, wire.ErrBody},
		{"fails: asks and does not read", true, func(c *wire.Conn, _ *wiretest.End) {
			for range 3 {
				_ = c.WriteRequest(get)
			}
		}, context.DeadlineExceeded},
		{"fails: asks for ever and does not read", true, func(c *wire.Conn, _ *wiretest.End) {
			for c.WriteRequest(get) == nil {
			}
		}, context.DeadlineExceeded},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run(t, func(r *rig) {
				r.chain.Open(7, client, n, index, 1<<30)
				h := r.grant()
				if test.stored {
					_, err := h.Put(r.t.Context(), root, b)
					require.NoError(r.t, err)
					require.NoError(r.t, h.Flush())
				}
				require.NoError(r.t, h.Close())
				r.ends()
				c, raw := r.raw()
				require.NoError(r.t, c.WriteRequest(&wire.Request{Grant: client.Grant(r.granted(7))}))
				_, err := c.ReadAnswer()
				require.NoError(r.t, err)
				test.speak(c, raw)
				<-time.After(patience)
				ends := r.ends()
				require.Len(r.t, ends, 2, "still served")
				require.ErrorIs(r.t, ends[1], test.want)
				require.Zero(r.t, r.store.OpenReaders())
				require.Zero(r.t, r.store.OpenWriters())
			})
		})
	}
}

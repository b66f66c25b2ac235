package head_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/node/head"
)

const poll = time.Second

// source is a chain that the test moves.
type source struct {
	mu     sync.Mutex
	height int64
	err    error
	asked  int
	hangs  bool
}

func (s *source) Height(ctx context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.hangs {
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		return 0, ctx.Err()
	}
	return s.height, s.err
}

func (s *source) set(height int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.height, s.err = height, err
}

// closed tells whether a channel is closed.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// follow runs a head in a bubble and gives it to body, with the log. Nothing of it may be left when the bubble ends.
func follow(t *testing.T, s *source, body func(t *testing.T, h *head.Head, log *bytes.Buffer)) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		h := head.New(s, poll, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- h.Run(ctx) }()
		synctest.Wait()
		body(t, h, &log)
		cancel()
		require.NoError(t, <-ran)
	})
}

// pass lets so many looks happen.
func pass(n int) {
	<-time.After(time.Duration(n) * poll)
	synctest.Wait()
}

func TestNothingSeen(t *testing.T) {
	s := &source{height: 7}
	h := head.New(s, poll, slog.New(slog.DiscardHandler))
	require.Zero(t, h.Height())
	require.False(t, closed(h.Next()))
	require.Zero(t, s.asked, "New asks nothing")
}

func TestFollows(t *testing.T) {
	s := &source{height: 7}
	follow(t, s, func(t *testing.T, h *head.Head, _ *bytes.Buffer) {
		require.Equal(t, int64(7), h.Height(), "it looks at once")
		next := h.Next()
		require.Equal(t, next, h.Next(), "one channel for all who wait for a block")
		pass(3)
		require.False(t, closed(next), "no new block")
		require.Equal(t, 4, s.asked, "once a poll")

		s.set(9, nil)
		pass(1)
		require.Equal(t, int64(9), h.Height())
		require.True(t, closed(next))
		require.False(t, closed(h.Next()))
	})
}

// TestNeverBackwards: an endpoint that lags, or makes up a height, takes nothing back.
func TestNeverBackwards(t *testing.T) {
	s := &source{height: 7}
	follow(t, s, func(t *testing.T, h *head.Head, _ *bytes.Buffer) {
		next := h.Next()
		for _, height := range []int64{6, 7, 0, -1} {
			s.set(height, nil)
			pass(1)
			require.Equal(t, int64(7), h.Height())
			require.False(t, closed(next))
		}
		s.set(8, nil)
		pass(1)
		require.Equal(t, int64(8), h.Height())
		require.True(t, closed(next))
	})
}

// TestUnreachable: a chain that does not answer is said once, keeps the height, and is found again.
func TestUnreachable(t *testing.T) {
	s := &source{err: errors.New("nobody there")}
	follow(t, s, func(t *testing.T, h *head.Head, log *bytes.Buffer) {
		require.Zero(t, h.Height())
		pass(5)
		require.Equal(t, 1, strings.Count(log.String(), "nobody there"))
		s.set(3, nil)
		pass(1)
		require.Equal(t, int64(3), h.Height())
		require.Equal(t, 1, strings.Count(log.String(), "answers again"))

		next := h.Next()
		s.set(4, errors.New("gone again"))
		pass(5)
		require.Equal(t, int64(3), h.Height(), "what comes with an error is not believed")
		require.False(t, closed(next))
		require.Equal(t, 1, strings.Count(log.String(), "gone again"))
		s.set(3, nil)
		pass(1)
		require.Equal(t, 2, strings.Count(log.String(), "answers again"))
		require.False(t, closed(next), "the same block is no new one")
	})
}

func TestAfter(t *testing.T) {
	s := &source{height: 7}
	follow(t, s, func(t *testing.T, h *head.Head, _ *bytes.Buffer) {
		for _, seen := range []int64{0, 6, -1} {
			height, err := h.After(t.Context(), seen)
			require.NoError(t, err)
			require.Equal(t, int64(7), height)
		}
		got := make(chan string, 8)
		for _, seen := range []int64{7, 9} {
			go func() {
				height, err := h.After(t.Context(), seen)
				got <- fmt.Sprint(seen, height, err)
			}()
		}
		pass(2)
		require.Empty(t, got)
		s.set(8, nil)
		pass(1)
		require.Equal(t, "7 8 <nil>", <-got)
		s.set(9, nil)
		pass(1)
		require.Empty(t, got, "9 is not after 9")
		s.set(12, nil)
		pass(1)
		require.Equal(t, "9 12 <nil>", <-got)
	})
}

func TestAfterEnds(t *testing.T) {
	s := &source{height: 7}
	follow(t, s, func(t *testing.T, h *head.Head, _ *bytes.Buffer) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*poll)
		defer cancel()
		height, err := h.After(ctx, 7)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, int64(7), height)
		height, err = h.After(ctx, 6)
		require.NoError(t, err, "what is there needs no time")
		require.Equal(t, int64(7), height)
	})
}

// TestEndsWhileAsking: a question that hangs ends with the context and is no loss of the chain.
func TestEndsWhileAsking(t *testing.T) {
	var log *bytes.Buffer
	follow(t, &source{hangs: true}, func(_ *testing.T, _ *head.Head, l *bytes.Buffer) { log = l })
	require.Empty(t, log.String())
}

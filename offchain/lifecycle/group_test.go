package lifecycle_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mesh-protocol/mesh/offchain/lifecycle"
)

var errBroken = errors.New("broken")

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// untilStopped is the Run of an item that works until it is told to stop.
func untilStopped(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestRunResult(t *testing.T) {
	errOther := errors.New("other")
	fail := func(err error) func(context.Context) error {
		return func(context.Context) error { return err }
	}
	cases := []struct {
		name string
		runs []func(context.Context) error
		want string // "" = nil
		is   []error
	}{
		{name: "ok: no items"},
		{name: "ok: items without Run", runs: []func(context.Context) error{nil, nil}},
		{name: "ok: items that finish", runs: []func(context.Context) error{fail(nil), fail(nil)}},
		{
			name: "fails: first error stops the rest, which do not count as errors",
			runs: []func(context.Context) error{untilStopped, fail(errBroken), untilStopped},
			want: "run item1: broken", is: []error{errBroken},
		},
		{
			name: "fails: errors on the way out are joined, the cause first",
			runs: []func(context.Context) error{
				func(ctx context.Context) error { <-ctx.Done(); return errOther }, fail(errBroken),
			},
			want: "run item1: broken\nrun item0: other", is: []error{errBroken, errOther},
		},
		{
			name: "fails: cancelled without being told to",
			runs: []func(context.Context) error{fail(context.Canceled)},
			want: "run item0: context canceled", is: []error{context.Canceled},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := lifecycle.New(discard(), 0)
			for i, run := range c.runs {
				g.Add(lifecycle.Item{Name: "item" + string(rune('0'+i)), Run: run})
			}
			err := g.Run(t.Context())
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.want)
			for _, is := range c.is {
				require.ErrorIs(t, err, is)
			}
		})
	}
}

func TestRunStartsAllAtOnceAndStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var together sync.WaitGroup
	together.Add(3)
	g := lifecycle.New(discard(), 0)
	for range 3 {
		g.Add(lifecycle.Item{Name: "item", Run: func(ctx context.Context) error {
			together.Done()
			together.Wait() // deadlocks unless all three run at the same time
			cancel()
			return untilStopped(ctx)
		}})
	}
	require.NoError(t, g.Run(ctx))
}

func TestRunEndsCleanlyAtTheDeadlineOfItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		g := lifecycle.New(discard(), 0)
		g.Add(lifecycle.Item{Name: "item", Run: untilStopped})
		require.NoError(t, g.Run(ctx))
	})
}

func TestPanicsBecomeErrorsNamingTheItem(t *testing.T) {
	var closed []string
	g := lifecycle.New(discard(), 0)
	g.Add(lifecycle.Item{Name: "quiet", Run: untilStopped, Close: func() error {
		closed = append(closed, "quiet")
		return nil
	}})
	g.Add(lifecycle.Item{
		Name:  "loud",
		Run:   func(context.Context) error { panic("spilt") },
		Close: func() error { panic("again") },
	})
	err := g.Run(t.Context())
	require.ErrorIs(t, err, lifecycle.ErrPanic)
	require.ErrorContains(t, err, "run loud: panic: spilt\n")
	require.ErrorContains(t, err, "group_test.go", "the stack of the panic is part of the error")
	err = g.Close()
	require.ErrorIs(t, err, lifecycle.ErrPanic)
	require.ErrorContains(t, err, "close loud: panic: again\n")
	require.Equal(t, []string{"quiet"}, closed)
}

func TestCloseInReverseOnceJoiningErrors(t *testing.T) {
	var order []string
	g := lifecycle.New(discard(), 0)
	add := func(name string, err error) {
		g.Add(lifecycle.Item{Name: name, Close: func() error {
			order = append(order, name)
			return err
		}})
	}
	add("disk", errBroken)
	add("host", nil)
	g.Add(lifecycle.Item{Name: "nothing to free"})
	add("api", errBroken)
	err := g.Close()
	require.EqualError(t, err, "close api: broken\nclose disk: broken")
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, []string{"api", "host", "disk"}, order)
	require.NoError(t, g.Close())
	require.Len(t, order, 3)
}

// hang runs stop on a new group in fake time and returns what the group logged.
func hang(t *testing.T, slow time.Duration, stop func(t *testing.T, g *lifecycle.Group)) string {
	t.Helper()
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		stop(t, lifecycle.New(slog.New(slog.NewTextHandler(&log, nil)), slow))
	})
	return log.String()
}

func TestSlowRunIsNamed(t *testing.T) {
	log := hang(t, 0, func(t *testing.T, g *lifecycle.Group) {
		stubborn := func(ctx context.Context) error {
			<-ctx.Done()
			<-time.After(lifecycle.DefaultSlow + time.Second)
			return nil
		}
		g.Add(lifecycle.Item{Name: "deaf", Run: stubborn})
		g.Add(lifecycle.Item{Name: "polite", Run: untilStopped})
		g.Add(lifecycle.Item{Name: "mule", Run: stubborn})
		g.Add(lifecycle.Item{Name: "cause", Run: func(context.Context) error {
			<-time.After(time.Hour) // a long life is not a slow shutdown
			return errBroken
		}})
		require.EqualError(t, g.Run(t.Context()), "run cause: broken")
	})
	require.Equal(t, 1, strings.Count(log, "shutdown is slow"), log)
	require.Contains(t, log, `phase=run items="[deaf mule]" slow=15s stacks="goroutine `)
	require.Contains(t, log, "TestSlowRunIsNamed", "the stacks show where the item hangs")
}

func TestSlowCloseIsNamedAndStillWaitedFor(t *testing.T) {
	finished := false
	log := hang(t, time.Second, func(t *testing.T, g *lifecycle.Group) {
		g.Add(lifecycle.Item{Name: "deaf", Close: func() error {
			<-time.After(2500 * time.Millisecond)
			finished = true
			return nil
		}})
		g.Add(lifecycle.Item{Name: "polite", Close: func() error { return nil }})
		require.NoError(t, g.Close())
	})
	require.True(t, finished)
	require.Equal(t, 2, strings.Count(log, "shutdown is slow"), "once a second: %s", log)
	require.Equal(t, 2, strings.Count(log, `phase=close items=[deaf] slow=1s stacks="goroutine `), log)
}

func TestQuickStopIsSilent(t *testing.T) {
	log := hang(t, time.Second, func(t *testing.T, g *lifecycle.Group) {
		g.Add(lifecycle.Item{Name: "item", Run: untilStopped, Close: func() error {
			<-time.After(999 * time.Millisecond)
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, g.Run(ctx))
		require.NoError(t, g.Close())
	})
	require.Empty(t, log)
}

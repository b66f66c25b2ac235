package client

import (
	"context"
	"time"
)

// Clock is where waits and dates come from. Its methods may be called by several goroutines at once.
type Clock interface {
	// Now returns the time.
	Now() time.Time
	// Timer returns a channel that receives once after d, and a function that frees the timer.
	Timer(d time.Duration) (fired <-chan time.Time, stop func())
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now returns the machine's time.
func (SystemClock) Now() time.Time { return time.Now() }

// Timer starts a timer of the runtime.
func (SystemClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// within returns a context that ends with cause after d of the clock's time, or with ctx, and a function that frees it and
// waits for what it started.
func within(ctx context.Context, clock Clock, d time.Duration, cause error) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	fired, stop := clock.Timer(d)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-fired:
			cancel(cause)
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel(context.Canceled)
		stop()
		<-gone
	}
}

// why returns what ended a context if it has ended, else err: transports report a cancelled call as they please.
func why(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

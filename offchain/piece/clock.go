package piece

import (
	"context"
	"time"
)

// Clock is where scrub and compaction take their pace from. Its method may be called by several goroutines at once.
type Clock interface {
	// Timer returns a channel that receives once after d, and a function that frees the timer.
	Timer(d time.Duration) (fired <-chan time.Time, stop func())
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Timer starts a timer of the runtime.
func (SystemClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// wait lasts for d, or until ctx ends or the store closes, which are errors.
func (s *Store) wait(ctx context.Context, d time.Duration) error {
	fired, stop := s.cfg.Clock.Timer(d)
	defer stop()
	select {
	case <-fired:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.gate.closing:
		return ErrClosed
	}
}

// pace waits as long as so many bytes take at a rate. Without a rate it only asks whether to go on.
func (s *Store) pace(ctx context.Context, bytes, rate int64) error {
	if rate > 0 {
		return s.wait(ctx, time.Duration(float64(bytes)/float64(rate)*float64(time.Second)))
	}
	return ctx.Err()
}

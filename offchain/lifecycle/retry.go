package lifecycle

import (
	"context"
	"time"
)

// Retry runs something again, after a pause, as long as it ends with an error that may pass. It returns nil once it ends
// without one, the first error that will not pass, and the last one when ctx ends.
func Retry(ctx context.Context, pause time.Duration, passes func(error) bool, run func(context.Context) error) error {
	for {
		err := run(ctx)
		if err == nil || ctx.Err() != nil || !passes(err) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

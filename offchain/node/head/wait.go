package head

import (
	"context"
	"time"
)

// Patience is for how long Wait waits for a chain that does not answer.
const Patience = time.Minute

// Wait asks a source every poll until the chain has a block of that height. An error that is away says that the chain
// does not answer; it is returned after Patience without an answer, any other at once.
func Wait(ctx context.Context, source Source, height int64, poll time.Duration, away func(error) bool) error {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	answered := time.Now()
	for {
		now, err := source.Height(ctx)
		switch {
		case err == nil && now >= height:
			return nil
		case err == nil:
			answered = time.Now()
		case !away(err) || time.Since(answered) >= Patience:
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

package piece

import (
	"context"
	"errors"
	"sync"
)

// Run scrubs and compacts until ctx ends or the store closes, and then returns nil. It returns early with the error of a
// disk that cannot be asked or written. A disk too full to compact is not one: dropping more, or making room, lets it go
// on. It owns the goroutines that it starts and waits for them.
func (s *Store) Run(ctx context.Context) error {
	if err := s.gate.enter(); err != nil {
		return err
	}
	defer s.gate.leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var errs [2]error
	var wg sync.WaitGroup
	for i, loop := range []func(context.Context) error{s.scrubLoop, s.compactLoop} {
		wg.Go(func() {
			defer cancel() // one does not go on without the other
			errs[i] = loop(ctx)
		})
	}
	wg.Wait()
	return errors.Join(errs[:]...)
}

// scrubLoop reads everything again and again.
func (s *Store) scrubLoop(ctx context.Context) error {
	for {
		_, err := s.Scrub(ctx)
		if err == nil || errors.Is(err, ErrFull) { // it begins again where it was
			err = s.wait(ctx, s.cfg.ScrubPause)
		}
		if err != nil {
			return unlessStopped(ctx, err)
		}
	}
}

// compactLoop compacts whenever something was dropped.
func (s *Store) compactLoop(ctx context.Context) error {
	for {
		if _, err := s.Compact(ctx); err != nil && !errors.Is(err, ErrFull) {
			return unlessStopped(ctx, err)
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return nil
		case <-s.gate.closing:
			return nil
		}
	}
}

// unlessStopped drops an error that only says that Run was told to stop.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) || errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

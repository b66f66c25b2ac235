package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// race asks holders one after another for the same thing until one has given it: the next one when all have failed, or when
// nobody has answered for the hedge, and then for twice as long every time, so that a slow way is not filled with copies. The
// others are then cancelled and waited for. Errors: ErrNotFound if one of them said so,
// *HoldersError if all have failed otherwise, or what ended ctx.
func race[T any](ctx context.Context, cfg Config, holders []Holder, ask func(context.Context, Holder) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	ctx, cancel := context.WithCancel(ctx)
	answers := make(chan answer, len(holders))
	asked, open, hedge := 0, 0, cfg.Hedge
	defer func() {
		cancel()
		for range open {
			<-answers
		}
	}()
	next := func() {
		h := holders[asked]
		asked, open = asked+1, open+1
		go func() {
			ctx, free := within(ctx, cfg.Clock, cfg.Patience, ErrSlow)
			defer free()
			v, err := ask(ctx, h)
			if err != nil {
				err = fmt.Errorf("ask node %d: %w", h.Node, why(ctx, err))
			}
			answers <- answer{v, err}
		}()
	}
	var err error
	for asked < len(holders) || open > 0 {
		var late <-chan time.Time
		stop := func() {}
		if open == 0 {
			next()
		}
		if asked < len(holders) {
			late, stop = cfg.Clock.Timer(hedge)
		}
		select {
		case a := <-answers:
			open--
			stop()
			if a.err == nil {
				return a.value, nil
			}
			if !errors.Is(err, ErrNotFound) {
				err = a.err
			}
		case <-late:
			next()
			hedge = min(2*hedge, blindHedges*cfg.Hedge)
		case <-ctx.Done():
			stop()
			return none, context.Cause(ctx)
		}
	}
	if errors.Is(err, ErrNotFound) {
		return none, err
	}
	return none, &HoldersError{Need: 1, Err: err}
}

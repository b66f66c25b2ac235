package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// racers is how many holders are asked for the same thing at once.
const racers = 3

// race asks holders one after another for the same thing until one has given it: the next one as soon as the last has
// failed, or is late by the hedge. The others are then cancelled and waited for. Errors: ErrNotFound if one of them said so,
// *HoldersError if all have failed otherwise, or what ended ctx.
func race[T any](ctx context.Context, cfg Config, holders []Holder, ask func(context.Context, Holder) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	ctx, cancel := context.WithCancel(ctx)
	answers := make(chan answer, len(holders))
	asked, open := 0, 0
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
		if asked < len(holders) && open < racers {
			late, stop = cfg.Clock.Timer(cfg.Hedge)
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

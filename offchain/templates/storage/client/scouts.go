package client

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

const (
	// scoutHedges is how many times the hedge a scout may be out before another one is sent besides.
	scoutHedges = 2
	// awaitHedges is how many times the hedge is waited for as many holders as are needed to be reached, before others are
	// asked that may be on their way.
	awaitHedges = 6
)

// scouts find out which holders of a deal can be reached, beside the questions to them: one that is gone is noticed only after
// seconds, which nobody should wait for who has others to ask.
type scouts struct {
	cfg    Config
	field  *field
	cancel context.CancelFunc
	group  sync.WaitGroup

	mu   sync.Mutex
	todo []Holder      // that none was sent to
	out  int           // scouts that are on their way
	news chan struct{} // closed when one is back
}

// sendScouts sends one to each holder in their order, until k and as many as may be asked besides are reached.
func sendScouts(ctx context.Context, cfg Config, r Reader, f *field) *scouts {
	ctx, cancel := context.WithCancel(ctx)
	s := &scouts{cfg: cfg, field: f, cancel: cancel, news: make(chan struct{})}
	s.todo = slices.DeleteFunc(slices.Clone(f.holders), func(h Holder) bool { return h.Node == 0 })
	for range f.k + MaxHedges {
		s.next(ctx, r)
	}
	return s
}

// next sends a scout to the next holder, if there is one.
func (s *scouts) next(ctx context.Context, r Reader) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.todo) == 0 || ctx.Err() != nil {
		return
	}
	h := s.todo[0]
	s.todo = s.todo[1:]
	s.out++
	s.group.Go(func() { s.run(ctx, r, h) })
}

// run goes to a holder. Another one is sent in its place if that fails, or takes long.
func (s *scouts) run(ctx context.Context, r Reader, h Holder) {
	back := make(chan error, 1)
	go func() { back <- s.reach(ctx, r, h) }()
	late, stop := s.cfg.Clock.Timer(scoutHedges * s.cfg.Hedge)
	var err error
	select {
	case err = <-back:
		stop()
		if err != nil {
			s.next(ctx, r)
		}
	case <-late:
		s.next(ctx, r)
		err = <-back
	}
	if ctx.Err() == nil && err == nil {
		s.field.reach(h.Index)
	}
	if ctx.Err() == nil && err != nil {
		s.field.fail(h.Index)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out--
	close(s.news)
	s.news = make(chan struct{})
}

func (s *scouts) reach(ctx context.Context, r Reader, h Holder) error {
	ctx, free := within(ctx, s.cfg.Clock, s.cfg.Patience, ErrSlow)
	defer free()
	return why(ctx, r.Reach(ctx, h))
}

// await returns once so many holders are reached, no scout is out any more, or enough was waited.
func (s *scouts) await(ctx context.Context, n int) {
	fired, stop := s.cfg.Clock.Timer(awaitHedges * s.cfg.Hedge)
	defer stop()
	for {
		s.mu.Lock()
		news, done := s.news, s.out == 0
		s.mu.Unlock()
		if done || s.field.reached() >= n {
			return
		}
		select {
		case <-news:
		case <-fired:
			return
		case <-ctx.Done():
			return
		}
	}
}

// sorted returns holders, those first that were reached and those last that could not be.
func (s *scouts) sorted(holders []Holder) []Holder {
	list := slices.Clone(holders)
	slices.SortStableFunc(list, func(a, b Holder) int { return cmp.Compare(s.field.doubt(a.Index), s.field.doubt(b.Index)) })
	return list
}

// end calls back those that are out.
func (s *scouts) end() {
	s.cancel()
	s.group.Wait()
}

package duty

import (
	"context"
	"log/slog"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
)

const (
	// maxRebuilds is how many indices are rebuilt at a time.
	maxRebuilds = 2
	// maxBackoff bounds the blocks between two rebuilds of an index, which double with each in vain.
	maxBackoff = 32
)

// rebuilds runs rebuilds beside the rounds, a few at a time and one for an index.
type rebuilds struct {
	rebuilder Rebuilder
	log       *slog.Logger
	group     sync.WaitGroup

	mu      sync.Mutex
	running int
	state   map[work.IndexRef]*rebuild
}

// rebuild is where the rebuild of an index stands.
type rebuild struct {
	of     target
	cancel context.CancelFunc // nil unless it runs
	fresh  bool               // it has ended, and is not counted yet
	ok     bool               // it has ended well, which nobody has asked about
	tries  int                // times, none of which has helped
	failed int                // times in a row that fellows could not help
	next   int64              // height
}

// target is what is rebuilt: another layout, or another stint, is another matter.
type target struct {
	layout work.Layout
	since  int64
}

func targetOf(h work.Held) target { return target{layout: h.Deal.Layout, since: h.At.Since} }

func newRebuilds(r Rebuilder, log *slog.Logger) *rebuilds {
	return &rebuilds{rebuilder: r, log: log, state: map[work.IndexRef]*rebuild{}}
}

// want starts a rebuild unless one runs, too many do, or it has to wait after one in vain. One of a layout that was
// followed by another is stopped first.
func (r *rebuilds) want(ctx context.Context, h work.Held, height int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state[h.Ref]
	if s == nil {
		s = &rebuild{of: targetOf(h)}
		r.state[h.Ref] = s
	}
	if s.cancel != nil {
		if s.of != targetOf(h) {
			s.cancel()
		}
		return
	}
	if s.of != targetOf(h) {
		*s = rebuild{of: targetOf(h)}
	}
	if s.fresh {
		s.fresh, s.ok = false, false
		s.tries++
		s.next = height + min(maxBackoff, int64(1)<<min(s.tries-1, 16))
	}
	if height < s.next || r.running == maxRebuilds {
		return
	}
	ctx, s.cancel = context.WithCancel(ctx)
	r.running++
	r.group.Go(func() { r.run(ctx, h, s) })
}

func (r *rebuilds) run(ctx context.Context, h work.Held, s *rebuild) {
	err := r.rebuilder.Rebuild(ctx, h)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running--
	stopped := ctx.Err() != nil
	s.cancel()
	s.cancel = nil
	switch {
	case err == nil:
		s.fresh, s.ok, s.failed = true, true, 0
		r.log.Info("index rebuilt", "deal", h.Ref.Deal, "index", h.Ref.Index, "version", h.Deal.Layout.Version)
	case !stopped:
		s.fresh = true
		s.failed++
		r.log.Warn("an index could not be rebuilt", "deal", h.Ref.Deal, "index", h.Ref.Index, "times", s.failed, "error", err)
	}
}

// runs tells whether an index is being rebuilt in its latest layout.
func (r *rebuilds) runs(h work.Held) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state[h.Ref]
	return s != nil && s.cancel != nil && s.of == targetOf(h)
}

// succeeded tells, once, that a rebuild of the index has ended well.
func (r *rebuilds) succeeded(h work.Held) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state[h.Ref]
	if s == nil || !s.ok {
		return false
	}
	s.ok = false
	return true
}

// failed returns how often in a row fellows could not help with an index.
func (r *rebuilds) failed(h work.Held) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state[h.Ref]
	if s == nil || s.of != targetOf(h) {
		return 0
	}
	return s.failed
}

// drop stops and forgets the rebuilds that nobody wants any more.
func (r *rebuilds) drop(unwanted func(work.IndexRef) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ref, s := range r.state {
		switch {
		case !unwanted(ref):
		case s.cancel != nil:
			s.cancel()
		default:
			delete(r.state, ref)
		}
	}
}

// wait returns when no rebuild runs any more.
func (r *rebuilds) wait() { r.group.Wait() }

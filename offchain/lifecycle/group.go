package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"
)

// DefaultSlow is how long a shutdown may take before the group says what hangs.
const DefaultSlow = 15 * time.Second

// ErrPanic is what the error of an item that panicked wraps.
var ErrPanic = errors.New("panic")

// Item is one part of a program.
type Item struct {
	Name  string                          // names the item in errors and in the report of a hang
	Run   func(ctx context.Context) error // blocks until ctx ends or the work is done; nil when there is nothing to run
	Close func() error                    // frees what the item holds; nil when there is nothing to free
}

// Group runs items side by side and closes them in the reverse order of their adding. Its methods are
// called by one goroutine, in this order: Add, Run, Close.
type Group struct {
	log   *slog.Logger
	slow  time.Duration
	items []Item
}

// New makes an empty group. It reports to log every time that stopping has taken another slow; a slow of
// zero or less means DefaultSlow.
func New(log *slog.Logger, slow time.Duration) *Group {
	if slow <= 0 {
		slow = DefaultSlow
	}
	return &Group{log: log, slow: slow}
}

// Add appends an item, which may use everything added before it until it is closed.
func (g *Group) Add(item Item) { g.items = append(g.items, item) }

// Run runs all items at once and returns when each has returned. The first error cancels the context of
// all; all errors come back joined, the first first, each naming its item. A panic is an error. An item
// that returns the error of its context because it was told to stop has not erred.
func (g *Group) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type exit struct {
		index int
		err   error
	}
	exits := make(chan exit)
	running := make(map[int]bool)
	for i, item := range g.items {
		if item.Run == nil {
			continue
		}
		running[i] = true
		go func() {
			exits <- exit{i, guard("run "+item.Name, func() error { return item.Run(ctx) })}
		}()
	}
	var errs []error
	var slow <-chan time.Time
	stopping := ctx.Done()
	for len(running) > 0 {
		select {
		case <-stopping:
			stopping = nil // closed for good: it would keep the loop spinning
			ticker := time.NewTicker(g.slow)
			defer ticker.Stop()
			slow = ticker.C
		case <-slow:
			g.reportHang("run", g.names(running))
		case e := <-exits:
			delete(running, e.index)
			if e.err != nil && !errors.Is(e.err, ctx.Err()) {
				errs = append(errs, e.err)
				cancel()
			}
		}
	}
	return errors.Join(errs...)
}

// Close closes the items, the last added first, each once: a second call closes nothing and returns nil.
// An error or a panic of one item does not spare the others; all errors come back joined.
func (g *Group) Close() error {
	items := g.items
	g.items = nil
	ticker := time.NewTicker(g.slow)
	defer ticker.Stop()
	var errs []error
	for i := len(items) - 1; i >= 0; i-- {
		if items[i].Close == nil {
			continue
		}
		done := make(chan error)
		go func() { done <- guard("close "+items[i].Name, items[i].Close) }()
		for closing := true; closing; {
			select {
			case err := <-done:
				errs = append(errs, err)
				closing = false
			case <-ticker.C:
				g.reportHang("close", []string{items[i].Name})
			}
		}
	}
	return errors.Join(errs...)
}

// names lists the running items in the order of their adding.
func (g *Group) names(running map[int]bool) []string {
	var names []string
	for i, item := range g.items {
		if running[i] {
			names = append(names, item.Name)
		}
	}
	return names
}

// reportHang writes who is waited for and where every goroutine stands.
func (g *Group) reportHang(phase string, items []string) {
	var stacks strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil { // 2: as a crash prints them
		stacks.WriteString(err.Error())
	}
	g.log.Error("shutdown is slow", "phase", phase, "items", items, "slow", g.slow, "stacks", stacks.String())
}

// guard calls f and makes an error of what goes wrong in it, a panic included.
func guard(what string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: %w: %v\n%s", what, ErrPanic, v, debug.Stack())
		}
	}()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

package attest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// crew does errands beside each other, so many at once. With every block it is told anew what is due, so that peers that do not answer
// hold up nobody: an errand that is under way is not begun twice, and those that were tried least come first.
type crew struct {
	patience time.Duration // for one errand

	mu      sync.Mutex // guards the following
	idle    int        // how many more can be under way
	due     []errand   // in the order in which they are begun
	running map[goal]bool
	tries   map[goal]int // of what is due or under way
	workers sync.WaitGroup
}

// errand is one thing to ask of a peer.
type errand struct {
	goal
	do func(context.Context)
}

// goal says what an errand is for.
type goal struct {
	epoch, node uint64
	slot        uint32
	summons     bool // else a probe, which is of a slot
}

func newCrew(atOnce int, patience time.Duration) *crew {
	return &crew{patience: patience, idle: atOnce, running: map[goal]bool{}, tries: map[goal]int{}}
}

// set says what is due now, in place of what was and has not been begun. What is begun ends with ctx.
func (c *crew) set(ctx context.Context, due []errand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	tries := make(map[goal]int, len(due))
	for g := range c.running {
		tries[g] = c.tries[g]
	}
	c.due = nil
	for _, e := range due {
		tries[e.goal] = c.tries[e.goal]
		if !c.running[e.goal] {
			c.due = append(c.due, e)
		}
	}
	c.tries = tries
	slices.SortStableFunc(c.due, func(x, y errand) int { return cmp.Compare(tries[x.goal], tries[y.goal]) })
	for range min(c.idle, len(c.due)) {
		c.idle--
		c.workers.Add(1)
		go c.work(ctx)
	}
}

// work does what is due until nothing is.
func (c *crew) work(ctx context.Context) {
	defer c.workers.Done()
	for {
		e, ok := c.begin(ctx)
		if !ok {
			return
		}
		func() {
			ctx, cancel := context.WithTimeout(ctx, c.patience)
			defer cancel()
			e.do(ctx)
		}()
		c.mu.Lock()
		delete(c.running, e.goal)
		c.mu.Unlock()
	}
}

// begin takes the next errand.
func (c *crew) begin(ctx context.Context) (errand, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.due) == 0 || ctx.Err() != nil {
		c.idle++
		return errand{}, false
	}
	e := c.due[0]
	c.due = c.due[1:]
	c.running[e.goal] = true
	c.tries[e.goal]++
	return e, true
}

// wait returns when nothing is under way.
func (c *crew) wait() { c.workers.Wait() }

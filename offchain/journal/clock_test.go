package journal_test

import (
	"sync"
	"time"
)

// fakeClock stands still until a test moves it; its timers fire when the test says so.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	armed chan time.Duration // receives the length of each timer
	fire  chan time.Time
}

func newFakeClock() *fakeClock {
	return &fakeClock{
		now:   time.UnixMilli(1_700_000_000_000),
		armed: make(chan time.Duration, 16),
		fire:  make(chan time.Time),
	}
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

func (c *fakeClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	c.armed <- d
	return c.fire, func() {}
}

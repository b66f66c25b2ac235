package p2p

import "sync"

// crew counts what runs on the overlay's behalf but is started by libp2p, so that Run can wait for it. Its methods may
// be called by several goroutines at once.
type crew struct {
	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

// begin counts the caller in, or returns false if the overlay is stopping. Who was counted in calls end.
func (c *crew) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return false
	}
	c.running.Add(1)
	return true
}

func (c *crew) end() { c.running.Done() }

// stop lets nobody begin any more and waits until all have ended.
func (c *crew) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.running.Wait()
}

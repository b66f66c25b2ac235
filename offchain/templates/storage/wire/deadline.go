package wire

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// deadline resets a stream unless it is stopped in time.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	over  bool // stopped, or late
	late  bool
}

// timed runs a read or a write, and resets the stream if that takes too long. While busy it may take longer.
func (c *Conn) timed(busy func() bool, op func() error) error {
	d := c.begin(busy)
	err := op()
	if late := d.stop(); err != nil && (late || c.late.Load()) {
		return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	}
	return err
}

func (c *Conn) begin(busy func() bool) *deadline {
	d := &deadline{}
	d.mu.Lock() // the timer may fire before it has a name
	defer d.mu.Unlock()
	d.timer = time.AfterFunc(c.patience, func() { d.expire(c, busy) })
	return d
}

func (d *deadline) expire(c *Conn, busy func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.over:
	case busy():
		d.timer.Reset(c.patience)
	default:
		d.over, d.late = true, true
		c.late.Store(true) // before the other direction sees the consequence
		_ = c.s.Reset()    // there is nobody left to tell
	}
}

// stop ends the wait and reports whether it was too long.
func (d *deadline) stop() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	d.timer.Stop()
	return d.late
}

package devnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

// State returns what runs.
func (d *Devnet) State() State { return d.state }

// Wait blocks until the context ends and returns nil, or until one of the processes ends and returns a
// *DiedError. Everything else still runs then.
func (d *Devnet) Wait(ctx context.Context) error {
	select {
	case dead := <-d.died:
		if ctx.Err() != nil {
			return nil //nolint:nilerr // all of them were told to
		}
		return dead.died()
	case <-ctx.Done():
		return nil
	}
}

// Stop ends every process that was started here, waits until none is left and writes that down. A second call does nothing.
func (d *Devnet) Stop() error {
	var running []Process
	for _, c := range d.children {
		running = append(running, c.Process)
	}
	if err := end(running, d.cfg.Grace); err != nil {
		return err
	}
	for _, c := range d.children {
		<-c.gone
	}
	// What others have started stays in the list, and runs.
	d.state.Processes = slices.DeleteFunc(d.state.Processes, func(p Process) bool {
		return p.Name == supervisorName && p.PID == os.Getpid() ||
			slices.ContainsFunc(d.children, func(c *child) bool { return c.PID == p.PID && c.Started == p.Started })
	})
	d.children = nil
	return d.state.write(d.cfg.Dir)
}

// Close stops what runs and gives the directory back.
func (d *Devnet) Close() error {
	return errors.Join(d.Stop(), d.Detach())
}

// Detach gives the directory back and leaves the processes to themselves: they outlive this one, and Down
// ends them.
func (d *Devnet) Detach() error {
	if d.lock == nil {
		return nil
	}
	err := d.lock.Close()
	d.lock = nil
	if err != nil {
		return fmt.Errorf("give the devnet's directory back: %w", err)
	}
	return nil
}

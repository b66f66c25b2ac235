package client

import (
	"context"
	"sync"
	"time"
)

// ledger knows what every holder of a put still has to store, and for how long the put has stood still for each of them.
//
// A put stands still while it has nothing to hand out, for want of room or because all is handed out, and as many holders as
// it needs have stored everything they were given: then it waits for the others alone. A holder may let it stand still for a
// while in all, or for a quarter of the time the put has taken, and is dropped after that. So one that is somewhat slower
// than the rest sets the pace of a long put, and one that is much slower does not.
type ledger struct {
	clock     Clock
	straggler time.Duration
	need      int // holders that a put cannot do without
	begun     time.Time
	changed   chan struct{} // tells watch, holds one

	mu       sync.Mutex
	accounts []account
	starved  bool // nothing can be handed out
	last     time.Time
}

// account is a holder's.
type account struct {
	lost  bool
	open  int           // pieces it was given and has not stored
	still time.Duration // the put has stood still for it
}

func newLedger(cfg Config, holders, need int) *ledger {
	now := cfg.Clock.Now()
	return &ledger{
		clock: cfg.Clock, straggler: cfg.Straggler, need: need, begun: now, last: now,
		changed: make(chan struct{}, 1), accounts: make([]account, holders),
	}
}

// hand notes that every holder is given a piece.
func (l *ledger) hand() {
	l.update(func() {
		for i := range l.accounts {
			l.accounts[i].open++
		}
	})
}

// stored notes that a holder is done with a piece.
func (l *ledger) stored(holder int) { l.update(func() { l.accounts[holder].open-- }) }

// starve notes whether there is nothing to hand out.
func (l *ledger) starve(starved bool) { l.update(func() { l.starved = starved }) }

// lose notes that a holder is left behind, and returns how many are left.
func (l *ledger) lose(holder int) (left int) {
	l.update(func() {
		l.accounts[holder].lost = true
		for _, a := range l.accounts {
			if !a.lost {
				left++
			}
		}
	})
	return left
}

// update charges the time since the last change, changes something, and has watch look again.
func (l *ledger) update(change func()) {
	l.mu.Lock()
	l.charge()
	change()
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// charge adds the time since the last change to the accounts of those that the put stood still for.
func (l *ledger) charge() {
	now := l.clock.Now()
	if l.standing() {
		for i := range l.accounts {
			if l.accounts[i].late() {
				l.accounts[i].still += now.Sub(l.last)
			}
		}
	}
	l.last = now
}

// late says whether the holder has something to do.
func (a account) late() bool { return !a.lost && a.open > 0 }

// standing says whether the put stands still.
func (l *ledger) standing() bool {
	idle, late := 0, 0
	for _, a := range l.accounts {
		switch {
		case a.late():
			late++
		case !a.lost:
			idle++
		}
	}
	return l.starved && late > 0 && idle >= l.need
}

// watch drops every holder for which the put has stood still too long, until ctx ends.
func (l *ledger) watch(ctx context.Context, drop func(holder int)) {
	for ctx.Err() == nil {
		overdue, next, standing := l.overdue()
		for _, holder := range overdue {
			drop(holder)
		}
		var fired <-chan time.Time
		stop := func() {}
		if standing {
			fired, stop = l.clock.Timer(next)
		}
		select {
		case <-fired:
		case <-l.changed:
		case <-ctx.Done():
		}
		stop()
	}
}

// overdue returns the holders to be dropped, and while the put stands still for others the time until the next one is.
func (l *ledger) overdue() (holders []int, next time.Duration, standing bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.charge()
	if !l.standing() {
		return nil, 0, false
	}
	taken := l.last.Sub(l.begun)
	for i, a := range l.accounts {
		if !a.late() {
			continue
		}
		// While it stands still, the quarter grows by a quarter of the time.
		left := max(l.straggler-a.still, (taken-4*a.still)/3)
		if left <= 0 {
			holders = append(holders, i)
		} else if !standing || left < next {
			next, standing = left, true
		}
	}
	return holders, next, standing
}

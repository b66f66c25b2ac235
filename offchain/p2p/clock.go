package p2p

import "time"

// Clock is where the overlay takes time from. Its methods may be called by several goroutines at once. Deadlines of
// sockets are the kernel's and use the machine's clock.
type Clock interface {
	// Now returns the wall-clock time.
	Now() time.Time
	// Timer returns a channel that receives once after d, and a function that frees the timer.
	Timer(d time.Duration) (fired <-chan time.Time, stop func())
}

// SystemClock is the clock of the machine.
type SystemClock struct{}

// Now returns time.Now.
func (SystemClock) Now() time.Time { return time.Now() }

// Timer starts a timer of the runtime.
func (SystemClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

package p2p

import "time"

// steady is how long a connection must have lasted for its loss not to count as a failed attempt.
const steady = 30 * time.Second

// backoff says when to try something again. The zero value is due at once.
type backoff struct {
	fails    int
	due      time.Time // when there are other peers
	dueAlone time.Time // when there is none
	since    time.Time // of the connection that the last attempt made; zero = there is none
}

// failed counts a failed attempt; the wait doubles with each, within the bounds of the timing.
func (b *backoff) failed(t Timing, d *dice, now time.Time) {
	wait := t.RetryMin
	for i := 0; i < b.fails && wait < t.RetryMax; i++ {
		wait = min(2*wait, t.RetryMax)
	}
	b.fails++
	b.since = time.Time{}
	b.due = now.Add(d.jitter(wait))
	b.dueAlone = now.Add(d.jitter(min(wait, t.RetryAlone)))
}

// refused counts an attempt that led to a peer who does not want us: it may change its mind, but not soon.
func (b *backoff) refused(t Timing, d *dice, now time.Time) {
	b.failed(t, d, now)
	b.due = now.Add(d.jitter(t.RetryMax))
	b.dueAlone = b.due
}

// succeeded notes a connection. Whether it was one worth the name is seen when it is lost.
func (b *backoff) succeeded(now time.Time) {
	b.since, b.due, b.dueAlone = now, time.Time{}, time.Time{}
}

// lost notes that the connection is gone: one that held makes the next attempt a first one.
func (b *backoff) lost(t Timing, d *dice, now time.Time) {
	if now.Sub(b.since) >= steady {
		b.fails = 0
	}
	b.failed(t, d, now)
}

// forgive makes the wait as short as it is for a node without peers: what failed while there were none says nothing of
// the one who was dialled.
func (b *backoff) forgive() {
	b.fails = 0
	b.due = b.dueAlone
}

// at returns when the next attempt is due.
func (b *backoff) at(alone bool) time.Time {
	if alone {
		return b.dueAlone
	}
	return b.due
}

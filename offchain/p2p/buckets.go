package p2p

import (
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"golang.org/x/time/rate"
)

// maxBuckets bounds how many peers' token buckets are kept.
const maxBuckets = 4096

// buckets holds a token bucket for each peer. A full bucket is not worth keeping, so a peer costs memory only while it
// is busy. Its methods may be called by several goroutines at once.
type buckets struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu sync.Mutex
	of map[peer.ID]*rate.Limiter
}

// newBuckets makes buckets that hold burst tokens and get a new one every so often.
func newBuckets(every time.Duration, burst int, now func() time.Time) *buckets {
	return &buckets{every: every, burst: burst, now: now, of: make(map[peer.ID]*rate.Limiter)}
}

// take takes n tokens from a peer's bucket, or none and returns false if it does not hold so many.
func (b *buckets) take(id peer.ID, n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	l, ok := b.of[id]
	if !ok {
		if len(b.of) >= maxBuckets {
			b.makeRoom(now)
		}
		l = rate.NewLimiter(rate.Every(b.every), b.burst)
		b.of[id] = l
	}
	return l.AllowN(now, n)
}

// makeRoom drops the full buckets. If hardly any is, it drops a quarter of all, whichever: peer ids cost nothing, so
// whoever floods us with them must neither shut others out nor make us search for each.
func (b *buckets) makeRoom(now time.Time) {
	for id, l := range b.of {
		if l.TokensAt(now) >= float64(b.burst) {
			delete(b.of, id)
		}
	}
	for id := range b.of {
		if len(b.of) <= maxBuckets*3/4 {
			return
		}
		delete(b.of, id)
	}
}

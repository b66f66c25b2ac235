package message

import (
	"container/list"
	"sync"
	"time"
)

// DefaultReplayKeep is how long a message is remembered by default: more than twice the longest deadline, and more than
// twice 20 blocks of 5 s, the time for which a height can pass for fresh.
const DefaultReplayKeep = 10 * time.Minute

// Replay remembers which messages were seen, up to a number of them and for a time. Its methods may be called by
// several goroutines at once.
type Replay struct {
	size int
	keep time.Duration
	now  func() time.Time

	mu      sync.Mutex // guards the following
	seen    map[sighting]struct{}
	order   *list.List // of sighted, one for each in seen, the oldest at the front
	evicted uint64
}

// sighting names a message of a source. The source is part of it: else whoever saw a message could send its body in a
// worthless envelope and have the true one taken for the copy.
type sighting struct {
	source string
	typ    Type
	id     [IDSize]byte
}

type sighted struct {
	sighting
	at time.Time
}

// NewReplay remembers up to size messages, at least one, for keep each; now gives the time. When full it forgets the
// oldest. A message takes about 250 bytes beside its source.
func NewReplay(size int, keep time.Duration, now func() time.Time) *Replay {
	return &Replay{size: max(size, 1), keep: keep, now: now, seen: make(map[sighting]struct{}), order: list.New()}
}

// First reports whether a message of that source, type and id has not been seen, and remembers it. The source is
// whoever vouches for the message: the signer of a signed one, else the peer that sent it.
func (r *Replay) First(source string, t Type, id [IDSize]byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	for r.order.Len() > 0 && now.Sub(r.oldest().at) >= r.keep {
		r.forgetOldest()
	}
	key := sighting{source, t, id}
	if _, seen := r.seen[key]; seen {
		return false
	}
	if r.order.Len() == r.size {
		r.forgetOldest()
		r.evicted++
	}
	r.seen[key] = struct{}{}
	r.order.PushBack(sighted{key, now})
	return true
}

func (r *Replay) oldest() sighted { return r.order.Front().Value.(sighted) }

func (r *Replay) forgetOldest() {
	delete(r.seen, r.oldest().sighting)
	r.order.Remove(r.order.Front())
}

// Len is the number of messages remembered; those whose time is up count until the next call of First.
func (r *Replay) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.order.Len()
}

// Evicted is the number of messages forgotten before their time because the memory was full.
func (r *Replay) Evicted() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.evicted
}

package p2p

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
)

// Bounds of the book. What strangers tell has a part of its own, so that it cannot push out those we have met.
const (
	maxMet   = 512
	maxHeard = 512
)

// book remembers peers by their signed records: those met, who were admitted once, and those heard of. It is what a
// node knows when every bootstrap node is gone. Its methods may be called by several goroutines at once.
type book struct {
	now func() time.Time

	mu      sync.Mutex
	entries map[peer.ID]*bookEntry
	changed chan struct{} // holds one token while something is not saved
}

type bookEntry struct {
	record sealedRecord
	addrs  []ma.Multiaddr // those of the record that may be dialled
	met    time.Time      // when the peer was last admitted; zero = only heard of
}

func newBook(now func() time.Time) *book {
	return &book{now: now, entries: make(map[peer.ID]*bookEntry), changed: make(chan struct{}, 1)}
}

// hear notes what somebody said of a peer. A record older than the one known is ignored.
func (b *book) hear(r sealedRecord, addrs []ma.Multiaddr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.put(r, addrs, time.Time{})
}

// meet notes that a peer was admitted and what it says of itself.
func (b *book) meet(r sealedRecord, addrs []ma.Multiaddr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.put(r, addrs, b.now())
}

// put adds or renews an entry; met may be zero.
func (b *book) put(r sealedRecord, addrs []ma.Multiaddr, met time.Time) {
	e, ok := b.entries[r.info.ID]
	if !ok || e.met.IsZero() && !met.IsZero() {
		b.makeRoom(!met.IsZero())
	}
	if !ok {
		e = &bookEntry{record: r, addrs: addrs}
		b.entries[r.info.ID] = e
	}
	if r.at.After(e.record.at) {
		e.record, e.addrs = r, addrs
	}
	if met.After(e.met) {
		e.met = met
	}
	b.touch()
}

// touch tells the saver that something has changed.
func (b *book) touch() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// makeRoom drops the entry of its kind that was longest not met, or heard of, if the kind is full.
func (b *book) makeRoom(met bool) {
	var oldest peer.ID
	count, limit := 0, maxHeard
	if met {
		limit = maxMet
	}
	age := func(e *bookEntry) time.Time {
		if met {
			return e.met
		}
		return e.record.at
	}
	for id, e := range b.entries {
		if e.met.IsZero() == met {
			continue
		}
		if count++; oldest == "" || age(e).Before(age(b.entries[oldest])) {
			oldest = id
		}
	}
	if count >= limit {
		delete(b.entries, oldest)
	}
}

// forget drops a peer; one that was met stays unless always is set.
func (b *book) forget(id peer.ID, always bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.entries[id]; ok && (always || e.met.IsZero()) {
		delete(b.entries, id)
		b.touch()
	}
}

// addrs returns where a peer may be dialled, nothing if it is not known.
func (b *book) addrs(id peer.ID) []ma.Multiaddr {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.entries[id]; ok {
		return e.addrs
	}
	return nil
}

// known returns the peers that may be dialled, those met last first, then those heard of in the order of their ids,
// which is random.
func (b *book) known() []peer.AddrInfo {
	b.mu.Lock()
	defer b.mu.Unlock()
	ids := slices.Sorted(maps.Keys(b.entries))
	slices.SortStableFunc(ids, func(a, c peer.ID) int { return b.entries[c].met.Compare(b.entries[a].met) })
	list := make([]peer.AddrInfo, 0, len(ids))
	for _, id := range ids {
		list = append(list, peer.AddrInfo{ID: id, Addrs: b.entries[id].addrs})
	}
	return list
}

// shareable returns the records that may be passed on: of peers met less than a day ago, and fresh, without one.
func (b *book) shareable(without peer.ID) [][]byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	var list [][]byte
	for _, id := range slices.Sorted(maps.Keys(b.entries)) {
		e := b.entries[id]
		if id != without && !e.met.IsZero() && now.Sub(e.met) < maxRecordAge && e.record.isFresh(now) {
			list = append(list, e.record.sealed)
		}
	}
	return list
}

func (b *book) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.entries)
}

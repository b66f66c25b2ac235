package p2p

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
)

// maxDials bounds how many peers are dialled at once.
const maxDials = 16

// idleWait is how long the connector sleeps when nothing is due; whatever changes wakes it.
const idleWait = time.Minute

// target is a peer worth dialling.
type target struct {
	info peer.AddrInfo // the id is empty while it is not known
	kind targetKind
	busy bool // being dialled
	backoff
}

type targetKind int

const (
	wantedPeer targetKind = iota + 1
	bootstrapPeer
	knownPeer
)

// targets decides whom to dial when. Its methods may be called by several goroutines at once.
type targets struct {
	timing      Timing
	few, target int // numbers of peers, as in Config
	dice        *dice
	woken       chan struct{}

	mu        sync.Mutex
	wanted    map[peer.ID]*target
	bootstrap []*target
	known     map[peer.ID]*target
	dialling  int
	alone     bool // at the last look there was no peer
}

func newTargets(cfg Config, d *dice) (*targets, error) {
	t := &targets{
		timing: cfg.Timing, few: cfg.FewPeers, target: cfg.TargetPeers, dice: d, woken: make(chan struct{}, 1),
		wanted: make(map[peer.ID]*target), known: make(map[peer.ID]*target),
	}
	for _, s := range cfg.Bootstrap {
		info, err := ParseAddress(s)
		if err != nil {
			return nil, err
		}
		t.bootstrap = append(t.bootstrap, &target{info: info, kind: bootstrapPeer})
	}
	return t, nil
}

// wake makes the connector look again.
func (t *targets) wake() {
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// setWanted replaces the peers to be connected to for ever, and returns those that are new and those that are gone.
func (t *targets) setWanted(list []peer.AddrInfo) (added, removed []peer.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	wanted := make(map[peer.ID]*target, len(list))
	for _, info := range list {
		old, ok := t.wanted[info.ID]
		if !ok {
			old = &target{kind: wantedPeer}
			added = append(added, info.ID)
		}
		old.info = info
		wanted[info.ID] = old
	}
	for id := range t.wanted {
		if wanted[id] == nil {
			removed = append(removed, id)
		}
	}
	t.wanted = wanted
	return added, removed
}

func (t *targets) isWanted(id peer.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wanted[id] != nil
}

func (t *targets) wantedCount() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.wanted)
}

// call is one attempt to reach a target.
type call struct {
	target *target
	info   peer.AddrInfo
	kind   targetKind
	fails  int // attempts that failed before
}

// take returns the attempts to make now, which done must be called for, and how long it is until the next is due.
// Wanted peers are dialled always, known ones while there are fewer peers than the target, and bootstrap nodes while
// there are few.
func (t *targets) take(now time.Time, connected []peer.ID, known []peer.AddrInfo) (due []call, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.updateKnown(known)
	here := make(map[peer.ID]bool, len(connected))
	for _, id := range connected {
		here[id] = true
	}
	wasAlone := t.alone
	t.alone = len(connected) == 0
	room, wait := t.target-len(connected), idleWait
	for _, c := range t.candidates(len(connected), known) {
		if wasAlone && !t.alone {
			c.forgive()
		}
		if c.busy && c.kind == knownPeer {
			room-- // it may be here soon
		}
		if c.busy || here[c.info.ID] || c.kind == knownPeer && room <= 0 {
			continue
		}
		if !c.since.IsZero() {
			c.lost(t.timing, t.dice, now)
		}
		if at := c.at(t.alone); now.Before(at) {
			wait = min(wait, at.Sub(now))
			continue
		}
		if t.dialling == maxDials {
			break // done wakes the connector
		}
		if c.kind == knownPeer {
			room--
		}
		c.busy = true
		t.dialling++
		due = append(due, call{target: c, info: c.info, kind: c.kind, fails: c.fails})
	}
	return due, wait
}

// updateKnown makes a target of every known peer.
func (t *targets) updateKnown(known []peer.AddrInfo) {
	old := t.known
	t.known = make(map[peer.ID]*target, len(known))
	for _, info := range known {
		c, ok := old[info.ID]
		if !ok {
			c = &target{kind: knownPeer}
		}
		c.info = info
		t.known[info.ID] = c
	}
}

// candidates lists the targets that count with so many peers connected, each peer once: wanted, bootstrap, known.
func (t *targets) candidates(connected int, known []peer.AddrInfo) []*target {
	var list []*target
	for _, c := range t.wanted {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *target) int { return strings.Compare(string(a.info.ID), string(b.info.ID)) })
	taken := make(map[peer.ID]bool, len(list))
	for _, c := range list {
		taken[c.info.ID] = true
	}
	if connected < t.few {
		for _, c := range t.bootstrap {
			if !taken[c.info.ID] {
				list = append(list, c)
				taken[c.info.ID] = c.info.ID != ""
			}
		}
	}
	if connected < t.target {
		for _, info := range known {
			if !taken[info.ID] {
				list = append(list, t.known[info.ID])
			}
		}
	}
	return list
}

// done notes how an attempt went; id is who was found there.
func (t *targets) done(call call, id peer.ID, outcome attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := call.target
	c.busy = false
	t.dialling--
	if id != "" && c.kind == bootstrapPeer {
		c.info.ID = id
	}
	switch outcome {
	case attemptSucceeded:
		c.succeeded(now)
	case attemptRefused:
		c.refused(t.timing, t.dice, now)
	default:
		c.failed(t.timing, t.dice, now)
	}
	t.wake()
}

// attempt is how an attempt to reach a target went.
type attempt int

const (
	attemptSucceeded attempt = iota + 1
	attemptRefused
	attemptFailed
)

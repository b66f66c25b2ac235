package attest

import (
	"context"
	"maps"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Attest is a node's part in the uptime of its network. Step and Wait are called by one goroutine, the other methods by any.
type Attest struct {
	cfg  Config
	deps Deps
	crew *crew

	mu     sync.Mutex // guards the following
	height int64
	epoch  Epoch
	own    plan // who watches this node
	// last and lastOwn are the epoch before: what was asked in it may be answered a little later.
	last    uint64
	lastOwn plan
	// summoned are the watchers that have taken a summons in this epoch, with the slot that was on, heard the slots in which they have
	// probed since.
	summoned map[uint64]uint32
	heard    map[uint64]uint64 // bit i for slot i
	// watched are the plans of the nodes that have summoned this one, by number, asked the keys of peers for whom the chain was asked at
	// this height.
	watched map[uint64]plan
	asked   map[string]bool
	// probes are what this node has to do as a watcher, in this epoch and what is left of the one before.
	probes map[probe]*visit
}

// plan is who watches a node in an epoch, as the chain says.
type plan struct {
	work.Watch
	seedHeight int64
	known      bool
}

// until returns the first height at which it is too late for a slot: its end, or, where the seed came after it had begun, as long
// after the seed as a slot is, if that is later.
func (p plan) until(s work.WatchedSlot) int64 {
	if p.seedHeight <= s.From {
		return s.Until
	}
	return max(s.Until, p.seedHeight+s.Until-s.From)
}

// from returns the first height at which a slot can be attested.
func (p plan) from(s work.WatchedSlot) int64 { return max(s.From, p.seedHeight) }

// slot returns a slot of the plan.
func (p plan) slot(number uint32) (work.WatchedSlot, bool) {
	if int64(number) >= int64(len(p.Slots)) {
		return work.WatchedSlot{}, false
	}
	return p.Slots[number], true
}

// New returns a node that nobody watches yet, or ErrInvalid.
func New(cfg Config, deps Deps) (*Attest, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := deps.validate(); err != nil {
		return nil, err
	}
	return &Attest{
		cfg: cfg, deps: deps, crew: newCrew(cfg.AtOnce, cfg.Patience),
		summoned: map[uint64]uint32{}, heard: map[uint64]uint64{}, watched: map[uint64]plan{}, asked: map[string]bool{}, probes: map[probe]*visit{},
	}, nil
}

// Step begins what is due at a height: it learns who watches the node, has them summoned, and those probed that the node watches
// itself. It does not wait for peers; what they are asked ends with ctx, or when Patience is over. Errors are those of the chain; what
// peers refuse is tried again with the next step.
func (a *Attest) Step(ctx context.Context, height int64) error {
	if err := a.enter(ctx, height); err != nil {
		return err
	}
	a.crew.set(ctx, append(a.summonsDue(), a.probesDue()...))
	return nil
}

// Wait returns when no peer is being asked any more.
func (a *Attest) Wait() { a.crew.wait() }

// enter takes note of a height, of the epoch that is open at it, and of who watches the node in it.
func (a *Attest) enter(ctx context.Context, height int64) error {
	a.mu.Lock()
	a.height = height
	clear(a.asked)
	old, own := a.epoch, a.own
	a.mu.Unlock()
	e := old
	if old.Number == 0 || height >= old.Close {
		var err error
		if e, err = a.deps.Chain.Epoch(ctx); err != nil || e.Number == 0 {
			return err
		}
	}
	if e.Number == old.Number && own.known {
		return nil
	}
	var earlier *memory
	if old.Number == 0 {
		var err error
		if earlier, err = a.remember(ctx, e.Number); err != nil {
			return err
		}
		old.Number, own = e.Number-1, earlier.own
	}
	p, err := a.ask(ctx, a.cfg.Node, e.Number)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.Number != a.epoch.Number {
		a.open(old.Number, own)
	}
	a.epoch, a.own = e, p
	if earlier != nil {
		a.recall(earlier)
	}
	return nil
}

// open begins another epoch than the last. Of that one stays who watched the node in it, and what is not done: a slot of which the seed
// was late, an attestation that did not arrive.
func (a *Attest) open(last uint64, own plan) {
	a.last, a.lastOwn = last, own
	a.summoned, a.heard = map[uint64]uint32{}, map[uint64]uint64{}
	a.watched = map[uint64]plan{}
	maps.DeleteFunc(a.probes, func(p probe, v *visit) bool {
		return p.epoch != last || v.attested || !v.answered && a.height >= v.until
	})
}

// ask asks the chain who watches a node.
func (a *Attest) ask(ctx context.Context, node, epoch uint64) (plan, error) {
	w, seedHeight, known, err := a.deps.Chain.Watch(ctx, node, epoch)
	return plan{Watch: w, seedHeight: seedHeight, known: known}, err
}

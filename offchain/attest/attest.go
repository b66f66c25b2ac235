package attest

import (
	"context"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// Attest is a node's part in the uptime of its network. Step is called by one goroutine, the other methods by any.
type Attest struct {
	cfg  Config
	deps Deps

	mu     sync.Mutex // guards the following
	height int64
	epoch  Epoch
	own    plan // who watches this node
	// last and lastOwn are the epoch before: what was asked in it may be answered a little later.
	last    uint64
	lastOwn plan
	// summoned are the watchers that have taken a summons in this epoch, with the slot that was on.
	summoned map[uint64]uint32
	// watched are the plans of the nodes that have summoned this one, by number.
	watched map[uint64]plan
	// probes are what this node has to do as a watcher.
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
	return &Attest{cfg: cfg, deps: deps, summoned: map[uint64]uint32{}, watched: map[uint64]plan{}, probes: map[probe]*visit{}}, nil
}

// Step does what is due at a height: it learns who watches the node, summons them, and probes those it watches itself. Errors are
// those of the chain; what peers refuse is tried again with the next step.
func (a *Attest) Step(ctx context.Context, height int64) error {
	if err := a.enter(ctx, height); err != nil {
		return err
	}
	a.atOnce(ctx, a.summonsDue())
	a.atOnce(ctx, a.probesDue())
	return nil
}

// enter takes note of a height, of the epoch that is open at it, and of who watches the node in it.
func (a *Attest) enter(ctx context.Context, height int64) error {
	a.mu.Lock()
	a.height = height
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
	p, err := a.ask(ctx, a.cfg.Node, e.Number)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.Number != old.Number {
		a.last, a.lastOwn = old.Number, a.own
		a.summoned, a.watched, a.probes = map[uint64]uint32{}, map[uint64]plan{}, map[probe]*visit{}
	}
	a.epoch, a.own = e, p
	return nil
}

// ask asks the chain who watches a node.
func (a *Attest) ask(ctx context.Context, node, epoch uint64) (plan, error) {
	w, seedHeight, known, err := a.deps.Chain.Watch(ctx, node, epoch)
	return plan{Watch: w, seedHeight: seedHeight, known: known}, err
}

// atOnce runs tasks, at most AtOnce at a time, each with Patience, and waits for them.
func (a *Attest) atOnce(ctx context.Context, tasks []func(context.Context)) {
	var running sync.WaitGroup
	places := make(chan struct{}, a.cfg.AtOnce)
	for _, task := range tasks {
		places <- struct{}{}
		running.Add(1)
		go func() {
			defer func() { <-places; running.Done() }()
			ctx, cancel := context.WithTimeout(ctx, a.cfg.Patience)
			defer cancel()
			task(ctx)
		}()
	}
	running.Wait()
}

package duty

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// heldEvery is after how many blocks the node's indices are asked for although nothing seems to have happened.
const heldEvery = 8

// Duties are what a node does for its deals. It is used by one goroutine.
type Duties struct {
	cfg  Config
	deps Deps

	list     []work.Duty // what the chain asked for last
	view     *view
	sent     *sent
	stock    *stock
	rebuilds *rebuilds
	proofs   map[uint64]made // by epoch, those that are still due
	cursor   int             // where the next round looks for what is not acknowledged
	turn     int64           // in which vacant indices were asked for last
	declined map[work.IndexRef]bool
	watch    *watch
	late     map[task]bool   // of which an alarm was given
	present  map[uint64]bool // the epochs of which there is something to claim although no deal owes anything
}

// New makes the duties of a node. The error wraps ErrInvalid.
func New(cfg Config, deps Deps) (*Duties, error) {
	if err := errors.Join(cfg.Validate(), deps.validate()); err != nil {
		return nil, err
	}
	return &Duties{
		cfg: cfg, deps: deps, view: newView(), sent: newSent(deps.Outbox), stock: newStock(deps.Shelf, deps.Log),
		rebuilds: newRebuilds(deps.Rebuilder, deps.Log), proofs: map[uint64]made{},
		declined: map[work.IndexRef]bool{}, watch: newWatch(), present: map[uint64]bool{},
	}, nil
}

// Run does a round at the heights that come, until ctx ends or heights is closed, and then ends and waits for what
// runs beside the rounds. Of heights that came while a round was done only the latest counts.
func (d *Duties) Run(ctx context.Context, heights <-chan int64) {
	ctx, cancel := context.WithCancel(ctx)
	defer d.wait()
	defer cancel()
	for {
		height, ok := latest(ctx, heights)
		if !ok {
			return
		}
		if err := d.Round(ctx, height); err != nil && ctx.Err() == nil {
			d.deps.Log.Warn("a round of duties was cut short; the next block brings another", "height", height, "error", err)
		}
	}
}

// latest waits for a height and returns the last of those that are there.
func latest(ctx context.Context, heights <-chan int64) (height int64, ok bool) {
	select {
	case <-ctx.Done():
		return 0, false
	case height, ok = <-heights:
	}
	for ok {
		select {
		case next, more := <-heights:
			if !more {
				return height, true
			}
			height = next
		default:
			return height, true
		}
	}
	return 0, false
}

// wait returns when nothing runs beside the rounds any more.
func (d *Duties) wait() {
	d.rebuilds.wait()
	d.stock.wait()
}

// Round does what is due at a height. An error of one duty does not spare the others. What it starts beside itself
// ends with ctx.
func (d *Duties) Round(ctx context.Context, height int64) error {
	if err := d.step(ctx, height, d.look); err != nil {
		return err
	}
	d.alarm(height)
	return errors.Join(
		d.step(ctx, height, d.answer),
		d.compare(ctx, height),
		d.step(ctx, height, d.proofsDue),
		d.step(ctx, height, d.claimsDue),
		d.keep(ctx, height),
		d.step(ctx, height, d.take),
		d.step(ctx, height, d.watchFellows),
	)
}

// step does one step of a round within the node's patience, so that a chain that hangs holds up no duty for ever.
func (d *Duties) step(ctx context.Context, height int64, do func(context.Context, int64) error) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Patience)
	defer cancel()
	return do(ctx, height)
}

// look asks the chain how the node stands. The indices it has, which may be many, are asked for only when something
// has happened.
func (d *Duties) look(ctx context.Context, height int64) error {
	epoch, opened, err := d.deps.Chain.Epoch(ctx)
	if err != nil {
		return fmt.Errorf("ask for the epoch: %w", err)
	}
	list, err := d.deps.Chain.Duties(ctx)
	if err != nil {
		return fmt.Errorf("ask for duties: %w", err)
	}
	busy := slices.ContainsFunc(list, func(duty work.Duty) bool {
		return duty.Kind != work.DutyAck && open(duty, height) && !ofPresence(duty)
	})
	if busy || epoch > d.view.epoch || height >= d.view.at+heldEvery || !slices.Equal(list, d.list) {
		held, err := d.deps.Chain.Held(ctx)
		if err != nil {
			return fmt.Errorf("ask for indices held: %w", err)
		}
		if d.view.update(held, height) {
			d.stock.outdate()
		}
	}
	d.list = list
	if d.view.open(epoch, opened) {
		d.stock.outdate()
		clear(d.declined)
	}
	d.sent.prune(height)
	return nil
}

// proofsDue proves what is claimed.
func (d *Duties) proofsDue(ctx context.Context, height int64) error {
	var errs []error
	due := map[uint64]made{}
	for _, duty := range d.list {
		if duty.Kind == work.DutyProof && open(duty, height) {
			errs = append(errs, d.prove(ctx, duty, height))
			if m, ok := d.proofs[duty.Epoch]; ok {
				due[duty.Epoch] = m
			}
		}
	}
	d.proofs = due
	return errors.Join(errs...)
}

// claimsDue claims the epochs that have closed.
func (d *Duties) claimsDue(ctx context.Context, height int64) error {
	var errs []error
	clear(d.present)
	for _, duty := range d.list {
		if duty.Kind == work.DutyClaim && open(duty, height) {
			errs = append(errs, d.claim(ctx, duty, height))
		}
	}
	return errors.Join(errs...)
}

// open tells whether what is posted now can be in time for a duty. The chain has fixed the window of one that can be
// done.
func open(duty work.Duty, height int64) bool {
	return duty.From <= height && duty.Until > height+1
}

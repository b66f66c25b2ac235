package duty

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/mesh-protocol/mesh/offchain/work"
)

// compareEvery is how many blocks lie between two comparisons of the shelf with the chain.
const compareEvery = 4

// stock is what is known about the shelf: of which indices something is missing. The shelf is compared with the chain
// beside the rounds, since it may have to read a lot.
type stock struct {
	shelf Shelf
	log   *slog.Logger
	group sync.WaitGroup
	done  chan compared // holds one: only one comparison is under way

	busy    bool
	stale   bool   // something has changed since the last comparison began
	wanted  bool   // a request waits for a block, so that nothing should be forgotten
	began   int64  // height at which the last comparison began
	epoch   uint64 // in which the last one began that came to an end
	number  int    // of the last one that began
	missing map[work.IndexRef]bool
	damaged map[work.IndexRef]bool // found while reading; true if the shelf says so itself
	healed  map[work.IndexRef]int  // rebuilt, which the comparison of that number will show
}

// compared is what came of a comparison.
type compared struct {
	number  int
	epoch   uint64
	missing []work.IndexRef
	err     error
}

func newStock(s Shelf, log *slog.Logger) *stock {
	return &stock{
		shelf: s, log: log, done: make(chan compared, 1), stale: true, began: -compareEvery,
		missing: map[work.IndexRef]bool{}, damaged: map[work.IndexRef]bool{}, healed: map[work.IndexRef]int{},
	}
}

// outdate says that the shelf has to be compared again.
func (s *stock) outdate() { s.stale = true }

// lacks tells whether something of an index is missing, as far as is known.
func (s *stock) lacks(ref work.IndexRef) bool {
	_, damaged := s.damaged[ref]
	return (s.missing[ref] || damaged) && !s.heals(ref)
}

// lost tells whether the shelf itself says so.
func (s *stock) lost(ref work.IndexRef) bool {
	return (s.missing[ref] || s.damaged[ref]) && !s.heals(ref)
}

// heals tells whether an index was rebuilt and it has not been seen yet whether that helped.
func (s *stock) heals(ref work.IndexRef) bool { return s.healed[ref] != 0 }

// whole tells whether nothing is known to be missing of any index.
func (s *stock) whole() bool { return len(s.missing)+len(s.damaged) == 0 }

// damage says that something of an index could not be read, because of err.
func (s *stock) damage(ref work.IndexRef, err error) {
	if !s.lacks(ref) && !s.heals(ref) {
		s.log.Warn("an index is damaged, and will be rebuilt", "deal", ref.Deal, "index", ref.Index, "error", err)
	}
	s.damaged[ref], s.stale = s.damaged[ref] || errors.Is(err, ErrLost), true
}

// rebuilt says that an index was made whole; the next comparison tells whether that is so.
func (s *stock) rebuilt(ref work.IndexRef) {
	s.healed[ref], s.stale = s.number+1, true
}

// compare takes in a comparison that has ended and starts another if there is reason to.
func (d *Duties) compare(ctx context.Context, height int64) error {
	s := d.stock
	err := s.collect(d.view)
	if s.busy || !s.stale || s.wanted || height < s.began+compareEvery || ctx.Err() != nil {
		return err
	}
	s.busy, s.stale, s.began = true, false, height
	s.number++
	number, held, epoch := s.number, d.view.held, d.view.epoch // never changed in place
	s.group.Go(func() {
		missing, err := s.shelf.Reconcile(ctx, held)
		s.done <- compared{number: number, epoch: epoch, missing: missing, err: err}
	})
	return err
}

// collect takes in the comparison that has ended, if there is one.
func (s *stock) collect(v *view) error {
	select {
	case c := <-s.done:
		s.busy = false
		if c.err != nil {
			s.stale = true
			return fmt.Errorf("compare what is held with what should be: %w", c.err)
		}
		s.epoch = max(s.epoch, c.epoch)
		s.missing = make(map[work.IndexRef]bool, len(c.missing))
		for _, ref := range c.missing {
			s.missing[ref] = true
		}
		for ref, number := range s.healed {
			if number <= c.number {
				delete(s.healed, ref)
				delete(s.damaged, ref)
			}
		}
		for ref := range s.damaged {
			if h, ok := v.byDeal[ref.Deal]; !ok || h.Ref != ref {
				delete(s.damaged, ref)
			}
		}
	default:
	}
	return nil
}

// wait returns when no comparison is under way.
func (s *stock) wait() { s.group.Wait() }

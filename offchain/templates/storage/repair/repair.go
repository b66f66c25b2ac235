package repair

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/holder"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/record"
	"github.com/mesh-protocol/mesh/offchain/templates/storage/segment"
	"github.com/mesh-protocol/mesh/offchain/work"
)

// inFlight is how many segments are made at a time.
const inFlight = 2

// Deps is what a repairer is given.
type Deps struct {
	Fellows Fellows
	Readers Readers
	Store   Store
	Shelf   Shelf
}

// Repairer makes indices anew. Its methods may be called by several goroutines at once.
type Repairer struct{ deps Deps }

// New returns a repairer. The error wraps ErrInvalid.
func New(deps Deps) (*Repairer, error) {
	if deps.Fellows == nil || deps.Readers == nil || deps.Store == nil || deps.Shelf == nil {
		return nil, fmt.Errorf("%w: a repairer needs fellows, readers, a store and a shelf", ErrInvalid)
	}
	return &Repairer{deps: deps}, nil
}

// Rebuild makes durable here what the deal's latest layout needs of an index: its pieces and then the list. Errors:
// ErrNoList, *TooFewError, ErrInconsistent, those of the chain's view, the store and the shelf.
func (r *Repairer) Rebuild(ctx context.Context, h work.Held) error {
	deal, indices, err := r.deps.Fellows.Deal(ctx, h.Ref.Deal)
	if err != nil {
		return err
	}
	if deal.Layout.Version == 0 {
		return nil // nothing lies in the deal yet
	}
	j := &job{r: r, deal: deal, index: h.Ref.Index, reader: r.deps.Readers.Reader(deal.ID), failed: map[int]int{}}
	defer j.reader.Close()
	if j.coder, err = segment.NewCoder(deal.Profile); err != nil {
		return err
	}
	if err := j.ask(ctx, indices, h.At.Node); err != nil {
		return err
	}
	list, err := j.list(ctx)
	if err != nil {
		return err
	}
	if err := j.segments(ctx, list); err != nil {
		return err
	}
	return r.deps.Shelf.Adopt(ctx, deal.ID, deal.Layout.Version, list)
}

// fellow is who has an index: its holder, or who lost it and is followed by none yet, and may have it all the same.
type fellow struct {
	index  int
	acked  uint64 // version; 0 of who lost it
	member work.Member
}

// ask finds who may have which index, holders first. What this node itself has is not asked for.
func (j *job) ask(ctx context.Context, indices []work.Index, self uint64) error {
	var lost []fellow
	for number, i := range indices {
		node := i.Node
		if i.Status != work.IndexHeld {
			node = i.LostBy
		}
		if node == 0 || node == self {
			continue
		}
		m, err := j.r.deps.Fellows.Member(ctx, node)
		if err != nil {
			return err
		}
		f := fellow{index: number, member: m}
		switch {
		case number == j.index:
			j.former = &f
		case i.Status == work.IndexHeld:
			f.acked = i.Acked.Version
			j.fellows = append(j.fellows, f)
		default:
			lost = append(lost, f)
		}
	}
	j.fellows = append(j.fellows, lost...)
	return nil
}

// job is one repair.
type job struct {
	r       *Repairer
	deal    work.Deal
	index   int
	reader  Reader
	coder   *segment.Coder
	fellows []fellow // of the other indices
	former  *fellow  // who lost this one, if that is another node

	mu     sync.Mutex
	failed map[int]int // by index: how often its holder gave nothing
}

// order returns the fellows, those who have failed less often first.
func (j *job) order() []fellow {
	j.mu.Lock()
	defer j.mu.Unlock()
	list := slices.Clone(j.fellows)
	slices.SortStableFunc(list, func(a, b fellow) int { return cmp.Compare(j.failed[a.index], j.failed[b.index]) })
	return list
}

// blame remembers that a fellow gave nothing.
func (j *job) blame(index int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed[index]++
}

// list returns the list of the deal's layout, from the fellows that have acknowledged it and then from the others.
func (j *job) list(ctx context.Context) (*record.List, error) {
	var errs []error
	all := j.fellows
	if j.former != nil {
		all = append(slices.Clone(all), *j.former)
	}
	for _, current := range []bool{true, false} {
		for _, f := range all {
			if (f.acked >= j.deal.Layout.Version) != current {
				continue
			}
			list, err := j.reader.Layout(ctx, f.member, j.deal.ID, j.deal.Layout, j.deal.Profile.N)
			if err == nil {
				return list, nil
			}
			if ctx.Err() != nil {
				return nil, err
			}
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		errs = append(errs, errNobody)
	}
	return nil, fmt.Errorf("%w: version %d of deal %d: %w", ErrNoList, j.deal.Layout.Version, j.deal.ID, errors.Join(errs...))
}

// segments makes the piece of every segment that is not here.
func (j *job) segments(ctx context.Context, list *record.List) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(inFlight)
	for number := range list.Len() {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error { return j.segment(ctx, number, list.At(number)) })
	}
	return g.Wait()
}

// segment makes the piece of one segment unless it is here.
func (j *job) segment(ctx context.Context, number int, s record.Segment) error {
	root := s.Roots[j.index]
	has, err := j.r.deps.Store.Has(root)
	if err != nil || has {
		return err
	}
	pieces, err := j.gather(ctx, number, s)
	if errors.Is(err, ErrTooFew) && j.former != nil {
		if b := j.fromFormer(ctx, number, s); b != nil {
			return j.store(ctx, number, root, b)
		}
	}
	if err != nil {
		return err
	}
	made, err := j.coder.Rebuild(nil, pieces, j.index)
	if err != nil {
		return fmt.Errorf("rebuild segment %d of deal %d: %w", number, j.deal.ID, err)
	}
	return j.store(ctx, number, root, made)
}

// fromFormer returns the piece of this index from who lost it, nil if it has none or there is nobody.
func (j *job) fromFormer(ctx context.Context, number int, s record.Segment) []byte {
	pieces := make([][]byte, j.deal.Profile.N)
	j.fetch(ctx, number, s, []fellow{*j.former}, pieces)
	return pieces[j.index]
}

// gather returns k pieces of a segment, each at the place of its index.
func (j *job) gather(ctx context.Context, number int, s record.Segment) ([][]byte, error) {
	p := j.deal.Profile
	pieces := make([][]byte, p.N)
	have, next := 0, 0
	var last error
	fellows := j.order()
	for have < p.K && next < len(fellows) {
		batch := fellows[next:min(len(fellows), next+p.K-have)]
		next += len(batch)
		errs := j.fetch(ctx, number, s, batch, pieces)
		for _, err := range errs {
			if err == nil {
				have++
			} else {
				last = err
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if have < p.K {
		return nil, fmt.Errorf("rebuild deal %d: %w", j.deal.ID, &TooFewError{Segment: number, Need: p.K, Have: have, Err: last})
	}
	return pieces, nil
}

// fetch asks several fellows at once and returns how each call ended.
func (j *job) fetch(ctx context.Context, number int, s record.Segment, from []fellow, pieces [][]byte) []error {
	errs := make([]error, len(from))
	var g errgroup.Group
	for i := range from {
		f := from[i]
		g.Go(func() error {
			b := make([]byte, s.Length)
			if errs[i] = j.reader.Fetch(ctx, f.member, s.Roots[f.index], s.Length, 0, b); errs[i] == nil {
				pieces[f.index] = b
			} else {
				errs[i] = fmt.Errorf("segment %d: %w", number, errs[i])
				j.blame(f.index)
			}
			return nil
		})
	}
	_ = g.Wait() // errs has the errors
	return errs
}

// store makes a piece durable.
func (j *job) store(ctx context.Context, number int, root [32]byte, b []byte) error {
	w, err := j.r.deps.Store.Put(ctx, j.deal.ID, root, uint64(len(b)))
	if errors.Is(err, holder.ErrHeld) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store segment %d of deal %d: %w", number, j.deal.ID, err)
	}
	defer w.Abort()
	if _, err = w.Write(b); err == nil {
		err = w.Commit()
	}
	if errors.Is(err, holder.ErrMismatch) {
		return fmt.Errorf("%w: segment %d of deal %d", ErrInconsistent, number, j.deal.ID)
	}
	return err
}

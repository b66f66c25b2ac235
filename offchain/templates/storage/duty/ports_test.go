package duty_test

import (
	"context"
	"maps"
	"slices"

	"github.com/mesh-protocol/mesh/offchain/templates/storage/duty"
	"github.com/mesh-protocol/mesh/offchain/work"
	"github.com/mesh-protocol/mesh/proof"
)

type chainPort struct{ w *world }

func (c chainPort) Epoch(context.Context) (uint64, int64, error) {
	defer c.w.lock()()
	s := c.w.seen()
	return s.epoch(), s.opened(), c.w.enter("Epoch")
}

func (c chainPort) Duties(context.Context) ([]work.Duty, error) {
	defer c.w.lock()()
	return c.w.seen().duties(), c.w.enter("Duties")
}

func (c chainPort) Held(context.Context) ([]work.Held, error) {
	defer c.w.lock()()
	return c.w.seen().held(), c.w.enter("Held")
}

func (c chainPort) Claimed(_ context.Context, e uint64) (work.Claim, error) {
	defer c.w.lock()()
	if err := c.w.enter("Claimed"); err != nil {
		return work.Claim{}, err
	}
	claim, ok := c.w.seen().claims[e]
	if !ok {
		return work.Claim{}, errNone
	}
	return claim.Claim, nil
}

func (c chainPort) Challenge(_ context.Context, e uint64) (work.Challenge, error) {
	defer c.w.lock()()
	if err := c.w.enter("Challenge"); err != nil {
		return work.Challenge{}, err
	}
	s := c.w.seen()
	if _, _, seed := s.window(e); seed == 0 {
		return work.Challenge{}, nil
	}
	return work.Challenge{Seed: s.seed(e), Openings: openings, Watched: watched, Fixed: true}, nil
}

func (c chainPort) OpenRequests(context.Context) ([]work.OpenRequest, error) {
	defer c.w.lock()()
	return slices.Clone(c.w.seen().requests), c.w.enter("OpenRequests")
}

func (c chainPort) Ended(_ context.Context, epoch uint64) ([]work.Stint, error) {
	defer c.w.lock()()
	s := c.w.seen()
	var list []work.Stint
	for _, t := range s.stints {
		if t.from <= epoch && epoch <= t.to {
			list = append(list, work.Stint{Ref: t.ref, From: t.from, To: t.to, Rate: s.deals[t.ref.Deal].Rate})
		}
	}
	return list, c.w.enter("Ended")
}

func (c chainPort) Vacant(context.Context) ([]work.Vacant, error) {
	defer c.w.lock()()
	if err := c.w.enter("Vacant"); err != nil {
		return nil, err
	}
	var list []work.Vacant
	s := c.w.seen()
	for _, id := range slices.Sorted(maps.Keys(s.deals)) {
		for n, i := range s.deals[id].indices {
			if i.Status == work.IndexVacant {
				list = append(list, work.Vacant{Ref: work.IndexRef{Deal: id, Index: n}, LostBy: i.LostBy})
			}
		}
	}
	return list, nil
}

func (c chainPort) Deal(_ context.Context, id uint64) (work.Deal, []work.Index, error) {
	defer c.w.lock()()
	if err := c.w.enter("Deal"); err != nil {
		return work.Deal{}, nil, err
	}
	d, ok := c.w.seen().deals[id]
	if !ok {
		return work.Deal{}, nil, errNone
	}
	return d.Deal, slices.Clone(d.indices), nil
}

func (c chainPort) LastProven(_ context.Context, node uint64) (uint64, work.MemberStatus, error) {
	defer c.w.lock()()
	f := c.w.seen().fellows[node]
	return f.proven, f.status, c.w.enter("LastProven")
}

func (c chainPort) Suspended(context.Context) (bool, error) {
	defer c.w.lock()()
	return c.w.seen().suspended, c.w.enter("Suspended")
}

type outboxPort struct{ w *world }

// Post may die before or after the post is durable.
func (o outboxPort) Post(ctx context.Context, p work.Post) error {
	defer o.w.lock()()
	if err := o.w.enter("Post"); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	o.w.post(p)
	return o.w.enter("posted")
}

type bookPort struct{ w *world }

func (b bookPort) Write(_ context.Context, c work.Claim, made work.Made) error {
	defer b.w.lock()()
	if err := b.w.enter("Write"); err != nil {
		return err
	}
	b.w.book[c] = made
	return b.w.enter("written")
}

func (b bookPort) Read(c work.Claim) (work.Made, bool) {
	defer b.w.lock()()
	made, ok := b.w.book[c]
	return made, ok
}

type presencePort struct{ w *world }

// Collected returns what the world says: nothing, unless a test has the node watched.
func (p presencePort) Collected(_ context.Context, epoch uint64) (work.Attested, int64, error) {
	defer p.w.lock()()
	if err := p.w.enter("Collected"); err != nil {
		return work.Attested{}, 0, err
	}
	if p.w.present == nil {
		return work.Attested{}, 0, nil
	}
	return p.w.present(epoch), int64(epoch)*p.w.now.p.epoch + 1 + p.w.late, nil
}

type shelfPort struct{ w *world }

// loss is what a shelf answers for what is not there.
type loss struct{ ref work.IndexRef }

func (*loss) Error() string { return "piece of segment 0: unknown piece" }
func (*loss) Unwrap() error { return duty.ErrLost }

func (s shelfPort) Holdings(_ context.Context, epoch uint64) proof.Holdings {
	return &holdings{s.w, epoch, map[uint64]*content{}}
}

func (s shelfPort) Reconcile(_ context.Context, held []work.Held) ([]work.IndexRef, error) {
	beside(s.w.compare)
	defer s.w.lock()()
	if err := s.w.enterBeside("Reconcile"); err != nil {
		return nil, err
	}
	var missing []work.IndexRef
	for _, h := range held {
		for version := range s.w.disk[h.Ref.Deal] {
			if version < h.At.Acked.Version && (h.At.ClaimedEpoch == 0 || version != h.At.Claimed.Version) {
				delete(s.w.disk[h.Ref.Deal], version)
			}
		}
		if h.At.Acked.Version != 0 && s.w.disk[h.Ref.Deal][h.At.Acked.Version] == nil {
			missing = append(missing, h.Ref)
		}
	}
	for id := range s.w.disk {
		latest := s.w.past[len(s.w.past)-1]
		lost := func(i work.Index) bool { return i.LostBy == me }
		if _, _, ours := s.w.oursIn(latest, id); !ours && !slices.ContainsFunc(latest.deals[id].indices, lost) {
			delete(s.w.disk, id)
		}
	}
	return missing, nil
}

// seenOurs returns the node's index of a deal as the shelf's view of the chain has it.
func (w *world) seenOurs(id uint64) (work.IndexRef, work.Index, bool) {
	return w.oursIn(w.seen(), id)
}

func (w *world) oursIn(s *state, id uint64) (work.IndexRef, work.Index, bool) {
	for n, i := range s.deals[id].indices {
		if i.Node == me {
			return work.IndexRef{Deal: id, Index: n}, s.shown(i), true
		}
	}
	return work.IndexRef{}, work.Index{}, false
}

func (s shelfPort) Has(ref work.IndexRef, l work.Layout) (bool, error) {
	defer s.w.lock()()
	if err := s.w.enter("Has"); err != nil {
		return false, err
	}
	c := s.w.disk[ref.Deal][l.Version]
	return c != nil && c.at == l, nil
}

func (s shelfPort) Open(ref work.IndexRef, l work.Layout, position uint64) (layout, chunk []byte, err error) {
	defer s.w.lock()()
	if err := s.w.enter("Open"); err != nil {
		return nil, nil, err
	}
	for _, c := range s.w.disk[ref.Deal] {
		if c.at.Root == l.Root {
			return c.open(position)
		}
	}
	return nil, nil, &loss{ref}
}

// holdings remembers what it has found, so that a proof is made of one version of a deal.
type holdings struct {
	w     *world
	epoch uint64
	found map[uint64]*content
}

func (h *holdings) find(id uint64) (*content, error) {
	if c := h.found[id]; c != nil {
		return c, nil
	}
	ref, at, ok := h.w.seenOurs(id)
	if !ok {
		return nil, errNotYou
	}
	if err := h.w.damaged[id]; err != nil {
		return nil, err
	}
	c := h.w.disk[id][at.ProvedBy(h.epoch).Version]
	if c == nil {
		return nil, &loss{ref}
	}
	h.found[id] = c
	return c, nil
}

func (h *holdings) Layout(id uint64) (*proof.Layout, uint32, error) {
	defer h.w.lock()()
	if err := h.w.enter("Layout"); err != nil {
		return nil, 0, err
	}
	c, err := h.find(id)
	if err != nil {
		return nil, 0, err
	}
	return c.layout, c.index, nil
}

func (h *holdings) Group(id uint64, segment int, group uint64) (data, cvs []byte, err error) {
	defer h.w.lock()()
	if err := h.w.enter("Group"); err != nil {
		return nil, nil, err
	}
	c, err := h.find(id)
	if err != nil {
		return nil, nil, err
	}
	return groupOf(c.pieces[segment], group), c.cvs[segment], nil
}

type rebuildPort struct{ w *world }

func (r rebuildPort) Rebuild(ctx context.Context, h work.Held) error {
	beside(r.w.mend)
	if err := r.w.rebuild(ctx, h); err != nil {
		return err
	}
	defer r.w.lock()()
	if err := r.w.enterBeside("Rebuild"); err != nil {
		return err
	}
	r.w.rebuilds = append(r.w.rebuilds, h)
	if c := r.w.latest(h.Ref.Deal); c != nil {
		r.w.store(h.Ref.Deal, c)
		delete(r.w.damaged, h.Ref.Deal)
	}
	return ctx.Err()
}
